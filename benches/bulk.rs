//! Many revocations at once: `cargo bench --bench bulk`.
//!
//! Whole processes against a local workspace, each on a fresh one with the same tokens: patroll, one curl with 16
//! requests in parallel, and the Python SDK with 16 threads, of which only the revocations are timed. A bound that is not
//! kept fails the run; a tool that is missing is said, and counts as not measured.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench talks to a person and may panic"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use patroll::sandbox::{Options, Sandbox};

const PATROLL: &str = env!("CARGO_BIN_EXE_patroll");

/// As often as each is measured; the median counts.
const ROUNDS: usize = 3;

const MANY: usize = 5_000;

/// What the SDK's users write; it prints the seconds that the revocations took.
const SDK: &str = r#"
import sys, time
from concurrent.futures import ThreadPoolExecutor
from databricks.sdk import WorkspaceClient
workspace = WorkspaceClient()
ids = sys.stdin.read().split()
begun = time.monotonic()
with ThreadPoolExecutor(16) as pool:
    list(pool.map(workspace.tokens.delete, ids))
print(time.monotonic() - begun)
"#;

fn main() -> ExitCode {
    // `cargo test --all-targets` starts this too; it measures only when asked to.
    if !std::env::args().any(|word| word == "--bench") {
        return ExitCode::SUCCESS;
    }
    println!("| what | patroll | curl, 16 in parallel | Python SDK, 16 threads | bound |");
    println!("|---|---|---|---|---|");
    let kept =
        [at_a_distance(), next_door(), in_a_storm(200, 2_000), in_a_storm(1_000, 10_000), memory()];
    if kept.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// 20 ms to the workspace: what counts is how many are on their way.
fn at_a_distance() -> bool {
    let far = || Track::new(MANY, |options| options.latency = Duration::from_millis(20));
    let ours = median((0..ROUNDS).map(|_| far().time_ours()));
    let bound = 1.25 * MANY as f64 * 0.021 / 32.0;
    let (curl, sdk) = (far().time_curl(), far().time_sdk());
    println!(
        "| revoke {MANY} tokens at 20 ms | {ours:.2} s | {} | {} | {bound:.2} s |",
        shown(curl),
        shown(sdk)
    );
    ours <= bound
}

/// No distance: what counts is what each request costs.
fn next_door() -> bool {
    let near = || Track::new(MANY, |_| {});
    let ours = median((0..ROUNDS).map(|_| near().time_ours()));
    let (curl, sdk) = (near().time_curl(), near().time_sdk());
    println!(
        "| revoke {MANY} tokens at 0 ms | {ours:.2} s | {} | {} | a tenth of the SDK |",
        shown(curl),
        shown(sdk)
    );
    sdk.is_none_or(|sdk| ours * 10.0 <= sdk)
}

/// A workspace that answers everything beyond `rate` requests a second with 429: none may fail, and what it allows is to
/// be used.
fn in_a_storm(rate: u32, count: usize) -> bool {
    let track = Track::new(count, |options| {
        options.latency = Duration::from_millis(5);
        options.rate_limit = Some(rate);
    });
    let ours = track.time_ours();
    let asked = track.sandbox.requests_of("delete");
    // A second's worth may come at once, before the rest.
    let allowed = f64::from(rate) * (1.0 + ours);
    let used = 100.0 * count as f64 / allowed;
    let refused = 100.0 * (asked - count) as f64 / count as f64;
    println!(
        "| revoke {count} tokens, {rate} a second allowed | {ours:.2} s, {used:.0}% of what is allowed, {refused:.0}% refused | | | 80%, no failure |"
    );
    used >= 80.0
}

/// What the work takes beside the list that it begins with.
fn memory() -> bool {
    let track = Track::new(4 * MANY, |_| {});
    let list = track.memory("tokens_list().len()");
    let revoke = track.memory(REVOKE);
    let (Some(list), Some(revoke)) = (list, revoke) else {
        println!("| memory | NOT MEASURED: /usr/bin/time is missing | | | |");
        return true;
    };
    println!("| revoke {} tokens | {revoke} MiB, {list} to list them | | | 32 more |", 4 * MANY);
    revoke <= list + 32
}

const REVOKE: &str = "tokens_revoke(tokens_list().filter(|t| !t.is_own))";

/// A local workspace and how everybody reaches it.
struct Track {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    count: usize,
}

impl Track {
    /// Starts a workspace with `count` tokens besides the one signed in with.
    fn new(count: usize, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { tokens: count + 1, ..Options::default() };
        change(&mut options);
        let sandbox = Sandbox::start(options).unwrap();
        Self { sandbox, folder: tempfile::tempdir().unwrap(), count }
    }

    fn time_ours(&self) -> f64 {
        let mut command = Command::new(PATROLL);
        command.args(["eval", REVOKE]);
        self.time(command)
    }

    /// Returns the seconds from a command's start to its end, after which all tokens are gone.
    fn time(&self, command: Command) -> f64 {
        let mut command = self.prepare(command);
        let begun = Instant::now();
        assert!(command.status().unwrap().success(), "{command:?} failed");
        let seconds = begun.elapsed().as_secs_f64();
        assert_eq!(self.sandbox.writes().len(), self.count, "{command:?} left some");
        seconds
    }

    fn time_curl(&self) -> Option<f64> {
        let there = Command::new("curl").arg("--version").stdout(Stdio::null()).status();
        there.is_ok().then(|| {
            let address = &self.sandbox.workspaces()[0];
            let mut config = String::new();
            for id in self.ids() {
                write!(
                    config,
                    "next\nurl = \"{}/api/2.0/token/delete\"\nheader = \"Authorization: Bearer {}\"\n\
                     data = \"{{\\\"token_id\\\":\\\"{id}\\\"}}\"\noutput = \"/dev/null\"\n",
                    address.host, address.token
                )
                .unwrap();
            }
            let path = self.folder.path().join("curl.conf");
            std::fs::write(&path, config.trim_start_matches("next\n")).unwrap();
            let mut command = Command::new("curl");
            command.args(["-s", "--parallel", "--parallel-max", "16", "-K"]).arg(path);
            self.time(command)
        })
    }

    fn time_sdk(&self) -> Option<f64> {
        let python = sdk()?;
        let ids = self.folder.path().join("ids");
        std::fs::write(&ids, self.ids().join("\n")).unwrap();
        let mut command = self.prepare(Command::new(python));
        command.args(["-c", SDK]).stdin(std::fs::File::open(ids).unwrap()).stdout(Stdio::piped());
        let output = command.output().unwrap();
        assert!(output.status.success(), "the SDK failed");
        assert_eq!(self.sandbox.writes().len(), self.count, "the SDK left some");
        String::from_utf8(output.stdout).unwrap().trim().parse().ok()
    }

    /// Returns the ids of the tokens to revoke.
    fn ids(&self) -> Vec<String> {
        let address = &self.sandbox.workspaces()[0];
        let bearer = format!("Bearer {}", address.token);
        let url = format!("{}/api/2.0/token/list", address.host);
        let mut answer = ureq::get(&url).header("Authorization", &bearer).call().unwrap();
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
        let listed: serde_json::Value = serde_json::from_str(&body).unwrap();
        let tokens = listed["token_infos"].as_array().unwrap();
        let others = tokens.iter().filter(|token| token["comment"] != "patroll sandbox");
        others.map(|token| token["token_id"].as_str().unwrap().to_owned()).collect()
    }

    fn prepare(&self, mut command: Command) -> Command {
        let address = &self.sandbox.workspaces()[0];
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("DATABRICKS_HOST", &address.host)
            .env("DATABRICKS_TOKEN", &address.token)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Returns patroll's peak in MiB, by the system's own accounting.
    fn memory(&self, expression: &str) -> Option<u64> {
        let mut command = Command::new("/usr/bin/time");
        command.args(["-f", "%M", PATROLL, "eval", expression]);
        let output = self.prepare(command).stderr(Stdio::piped()).output().ok()?;
        let said = String::from_utf8(output.stderr).ok()?;
        let kib: u64 = said.lines().last()?.trim().parse().ok()?;
        Some(kib / 1024)
    }
}

/// Returns a Python that has the SDK, in a folder of its own below `target/`; makes it if it can.
fn sdk() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python-sdk");
    let python = folder.join("bin/python");
    let has_sdk = || run(Command::new(&python).args(["-c", "import databricks.sdk"]));
    let make = || {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            && run(Command::new(&python).args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "databricks-sdk",
            ]))
    };
    (has_sdk() || (make() && has_sdk())).then_some(python)
}

fn run(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn shown(seconds: Option<f64>) -> String {
    seconds.map_or("NOT MEASURED: it is missing".to_owned(), |seconds| format!("{seconds:.2} s"))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
