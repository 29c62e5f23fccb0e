//! What a fleet costs: 200 workspaces of 500 tokens are cleaned by one command, in how much time and memory.
//!
//! One worker after the other is the sum of the work; two on two cores may take 1.3 times half of it, and 150 MB. An answer
//! takes 20 ms, as those of workspaces far away do: without, the local ones would want both cores for themselves. A bound
//! that is not kept fails the run; a tool that is missing is said, and counts as not measured.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench talks to a person and may panic"
)]

use std::fmt::Write as _;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use patroll::sandbox::{Options, Sandbox};

const PATROLL: &str = env!("CARGO_BIN_EXE_patroll");

const WORKSPACES: usize = 200;
const TOKENS: usize = 500;
const LATENCY: Duration = Duration::from_millis(20);

/// As many as there are cores to be used.
const WORKERS: usize = 2;

/// How much longer it may take than the sum of the work on so many workers.
const BOUND: f64 = 1.3;

/// The most memory it may take, in MB.
const MEMORY: f64 = 150.0;

fn main() -> ExitCode {
    // `cargo test --all-targets` starts this too; it measures only when asked to.
    if !std::env::args().any(|word| word == "--bench") {
        return ExitCode::SUCCESS;
    }
    let (alone, _) = clean(1);
    let (together, memory) = clean(WORKERS);
    let ratio = together * f64::from(u8::try_from(WORKERS).unwrap()) / alone;
    let shown = match memory {
        Some(peak) => format!("{peak:.0} MB"),
        None => "NOT MEASURED: /usr/bin/time is missing".to_owned(),
    };
    println!("| what | one at a time | {WORKERS} at a time | memory | ratio | bound |");
    println!("|---|---|---|---|---|---|");
    println!(
        "| clean {WORKSPACES} workspaces of {TOKENS} tokens at 20 ms | {alone:.2} s | {together:.2} s | {shown} | {ratio:.2} | {BOUND} |"
    );
    let is_small = memory.is_none_or(|peak| peak <= MEMORY);
    if ratio <= BOUND && is_small { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Cleans fresh workspaces, so many at a time; returns the seconds it took and the most memory, in MB.
fn clean(workers: usize) -> (f64, Option<f64>) {
    let options =
        Options { tokens: TOKENS, workspaces: WORKSPACES, latency: LATENCY, ..Options::default() };
    let sandbox = Sandbox::start(options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut profiles = String::new();
    for (number, address) in sandbox.workspaces().iter().enumerate() {
        let (host, token) = (&address.host, &address.token);
        writeln!(profiles, "[w{number:03}]\nhost = {host}\ntoken = {token}").unwrap();
    }
    std::fs::write(folder.path().join(".databrickscfg"), profiles).unwrap();
    let words = ["--all-profiles", "run", "cleanup_expired", "--older-than", "200d", "-j"];
    let is_timed = std::path::Path::new("/usr/bin/time").exists();
    let mut command = Command::new(if is_timed { "/usr/bin/time" } else { PATROLL });
    if is_timed {
        command.args(["-f", "%M", PATROLL]);
    }
    command.args(words).arg(workers.to_string()).env_clear().env("HOME", folder.path());
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output().unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let kib = said.lines().last().and_then(|line| line.trim().parse::<f64>().ok());
    (seconds, kib.filter(|_| is_timed).map(|kib| kib * 1024.0 / 1e6))
}
