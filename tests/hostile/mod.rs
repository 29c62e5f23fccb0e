//! Scripts that mean harm. Each is given little time and memory, and every time it is looked for secrets in what it said and
//! left, for changes of the workspace, for files, and for how much memory it took.

mod endless;
mod exfiltration;
mod injection;
mod memory;
mod nesting;
mod ways_out;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Outcome, Patroll, World};

/// More than this no attack may take, in megabytes: what a script may take and, for the length of one step, twice as much
/// again.
const MOST_MEMORY: usize = 128;

/// For longer than this no attack may keep a processor busy, in this build, which is several times slower than a release.
/// Time on the wall says nothing where other tests run, too.
const MOST_WORK: Duration = Duration::from_secs(2);

/// What a run leaves by itself.
const OWN: [&str; 2] = ["x.rhai", "audit.jsonl"];

/// An attack: a script, and the flags that somebody gave it in good faith.
struct Attack<'a> {
    script: &'a str,
    flags: &'a str,
    limit: &'a str,
}

/// Ends what would never end.
const SOON: &str = "1s";

/// Ends nothing that ends by itself, on the slowest machine.
const LATE: &str = "60s";

/// Runs an attack; panics if it shows a secret, changes the workspace, leaves a file, or takes too much memory.
#[track_caller]
fn attack(attack: Attack<'_>) -> Outcome {
    attack_within("32M", attack)
}

/// Runs an attack that may take so much memory.
#[track_caller]
fn attack_within(memory: &str, Attack { script, flags, limit }: Attack<'_>) -> Outcome {
    let world = World::new();
    world.token("victim", DAY, 90 * DAY);
    let folder = Rc::new(Folder::new());
    folder.write("own.txt", format!("{}\n", world.address().token), 0o600);
    let run = Patroll::within(&folder).on(&world).env("PATH", "/usr/bin:/bin").keeps("own.txt");
    let run = run.script(script).args("--debug --max-memory").arg(memory);
    let outcome = run.arg("--timeout").arg(limit).args(flags).run();
    let stderr = outcome.stderr();
    assert!(!stderr.contains("panicked"), "{script}: {outcome}");
    let peak = stderr.lines().find_map(|line| line.strip_prefix("debug: memory: "));
    let peak = peak.and_then(|peak| peak.strip_suffix("M at most")?.parse::<usize>().ok());
    assert!(peak.is_some_and(|peak| peak <= MOST_MEMORY), "{script}: {peak:?}");
    let cpu = outcome.cpu();
    assert!(cpu.is_none_or(|cpu| cpu <= MOST_WORK), "{script}: {cpu:?}");
    let revoked = world.writes().lines().filter(|line| !line.starts_with("created")).count();
    assert_eq!(revoked, 0, "{script}: {}", world.writes());
    let is_new = |path: &PathBuf| !OWN.iter().chain(&["own.txt"]).any(|own| path.ends_with(own));
    let left: Vec<_> = folder.left().into_iter().map(|(path, _)| path).filter(is_new).collect();
    assert_eq!(left, Vec::<PathBuf>::new(), "{script}");
    outcome
}

/// Runs attacks that nobody gave any flag, and compares their exit codes.
#[track_caller]
fn expect_codes(limit: &str, attacks: &[(&str, i32)]) {
    for (script, code) in attacks {
        let outcome = attack(Attack { script, flags: "", limit });
        assert_eq!(outcome.code(), *code, "{script}: {outcome}");
    }
}
