//! What must stay fast, as ratios against curl and jq in the same run: `cargo bench`.
//!
//! Whole processes, in turn, against one local workspace; the median of the pairs' ratios counts. A bound that is not kept
//! fails the run; a tool that is missing is said, and counts as not measured.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench talks to a person and may panic"
)]

use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use patroll::sandbox::{Options, Sandbox};

const PATROLL: &str = env!("CARGO_BIN_EXE_patroll");

/// A comparison: what patroll does, what others do for the same, and the bound on the ratio.
struct Race {
    name: &'static str,
    tokens: usize,
    rounds: usize,
    ours: &'static [&'static str],
    /// A shell only where there is a pipe: nobody is to pay for one.
    theirs: &'static [&'static str],
    tools: &'static [&'static str],
    bound: f64,
    /// The most memory patroll may take, in MB.
    memory: Option<f64>,
}

/// What jq is asked for: how many tokens have expired.
const COUNT_EXPIRED: &str = "curl -s -K curl.conf | jq '(now * 1000) as $now | \
    [.token_infos[] | select(.expiry_time != -1 and .expiry_time < $now)] | length'";

const RACES: [Race; 2] = [
    Race {
        name: "`tokens list`, 10 tokens, against curl",
        tokens: 10,
        rounds: 41,
        ours: &["tokens", "list"],
        theirs: &["curl", "-s", "-K", "curl.conf"],
        tools: &["curl"],
        bound: 0.5,
        memory: None,
    },
    Race {
        name: "list 100,000 tokens and filter, against curl and jq",
        tokens: 100_000,
        rounds: 31,
        ours: &["eval", "tokens_list().filter(|t| t.is_expired).len()"],
        theirs: &["sh", "-c", COUNT_EXPIRED],
        tools: &["curl", "jq"],
        bound: 0.25,
        memory: Some(100.0),
    },
];

fn main() -> ExitCode {
    // `cargo test --all-targets` starts this too; it measures only when asked to.
    if !std::env::args().any(|word| word == "--bench") {
        return ExitCode::SUCCESS;
    }
    println!("| what | patroll | the others | ratio | bound |\n|---|---|---|---|---|");
    let kept: Vec<bool> = RACES.iter().map(run).collect();
    if kept.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Runs a race and prints its row; returns whether the bound was kept.
fn run(race: &Race) -> bool {
    if let Some(missing) = race.tools.iter().find(|tool| !is_there(tool)) {
        println!("| {} | NOT MEASURED: {missing} is missing | | | |", race.name);
        return true;
    }
    let track = Track::new(race.tokens);
    // A race between two who do not do the same would be none.
    assert_eq!(said(track.ours(race)), said(track.theirs(race)), "{}", race.name);
    let pairs: Vec<(f64, f64)> = (0..race.rounds)
        .map(|_| (time(&mut track.ours(race)), time(&mut track.theirs(race))))
        .collect();
    let ours = median(pairs.iter().map(|pair| pair.0));
    let theirs = median(pairs.iter().map(|pair| pair.1));
    let ratio = median(pairs.iter().map(|pair| pair.0 / pair.1));
    let memory = race.memory.map(|bound| (track.memory(race), bound));
    let shown = memory.map(|(memory, _)| match memory {
        Some(peak) => format!(", {peak:.0} MB"),
        None => ", memory NOT MEASURED: /usr/bin/time is missing".to_owned(),
    });
    println!(
        "| {} | {ours:.1} ms{} | {theirs:.1} ms | {ratio:.2} | {} |",
        race.name,
        shown.unwrap_or_default(),
        race.bound
    );
    let is_small = memory.is_none_or(|(memory, bound)| memory.is_none_or(|peak| peak <= bound));
    ratio <= race.bound && is_small
}

/// A local workspace and how both sides reach it.
struct Track {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Track {
    fn new(tokens: usize) -> Self {
        let sandbox = Sandbox::start(Options { tokens, ..Options::default() }).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let address = &sandbox.workspaces()[0];
        let config = format!(
            "header = \"Authorization: Bearer {}\"\nurl = \"{}/api/2.0/token/list\"\n",
            address.token, address.host
        );
        std::fs::write(folder.path().join("curl.conf"), config).unwrap();
        Self { sandbox, folder }
    }

    fn ours(&self, race: &Race) -> Command {
        let mut command = Command::new(PATROLL);
        command.args(race.ours);
        self.prepare(command)
    }

    fn theirs(&self, race: &Race) -> Command {
        let mut command = Command::new(race.theirs[0]);
        command.args(&race.theirs[1..]);
        self.prepare(command)
    }

    fn prepare(&self, mut command: Command) -> Command {
        let address = &self.sandbox.workspaces()[0];
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .env("DATABRICKS_HOST", &address.host)
            .env("DATABRICKS_TOKEN", &address.token)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Returns patroll's peak in MB, by the system's own accounting.
    fn memory(&self, race: &Race) -> Option<f64> {
        let mut command = Command::new("/usr/bin/time");
        command.args(["-f", "%M", PATROLL]).args(race.ours);
        let output = self.prepare(command).stderr(Stdio::piped()).output().ok()?;
        let kib: f64 = String::from_utf8(output.stderr).ok()?.trim().parse().ok()?;
        Some(kib * 1024.0 / 1e6)
    }
}

/// Returns the milliseconds from a command's start to its end.
fn time(command: &mut Command) -> f64 {
    let begun = Instant::now();
    assert!(command.status().unwrap().success(), "{command:?} failed");
    begun.elapsed().as_secs_f64() * 1000.0
}

/// Returns what a command says, but for white space.
fn said(mut command: Command) -> String {
    let output = command.stdout(Stdio::piped()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect()
}

fn is_there(tool: &str) -> bool {
    Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
