//! A run that would not end by itself, or that is short of what it needs: hooks and commands that hang, no memory, no
//! files; whoever ends it, nothing of it lives on and nothing is lost.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::form::Size;
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::sink::Sink;
use super::subject::Subject;
use super::world::{Setup, World};

/// Such cases mostly wait.
const MATRIX: Matrix =
    Matrix { name: "halts", size: Size { short: 100, long: 600 }, threads: 4 * super::CORES };

/// Who ends a run that hangs.
#[derive(Clone, Copy, Debug)]
enum End {
    /// `--timeout`.
    Timeout,
    /// Whoever sends this, once the run hangs.
    Signal(Signal),
    /// The limit of the command that hangs.
    Patience,
}

const HOOKS: [&str; 3] = ["verify", "on_published", "before_revoke"];

const MOMENTS: [&str; 3] = ["put", "read", "check"];

/// More ticks of a processor than a run needs that does not hang.
const BUSY_TICKS: u64 = 60;

/// What a run can be short of, as a shell says it; `[N]` is drawn from the range.
const LIMITS: [(&str, std::ops::Range<usize>); 4] = [
    ("ulimit -v [N]000", 20..420),
    ("ulimit -n [N]", 4..24),
    ("ulimit -c 0; ulimit -f [N]", 0..8),
    ("ulimit -s [N]0", 8..100),
];

/// Tells how much of a processor a process has used.
fn ticks(pid: Pid) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    field(11) + field(12)
}

/// Tells what still runs in a world.
fn left_running(root: &Path) -> Vec<String> {
    let here = fs::read_dir("/proc").into_iter().flatten().flatten();
    here.filter(|entry| {
        fs::read_link(entry.path().join("cwd")).is_ok_and(|folder| folder.starts_with(root))
    })
    .filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok())
    .map(|line| line.replace('\0', " "))
    .filter(|line| !line.is_empty())
    .collect()
}

/// Runs until whoever is to end it does; sees that it ended by itself then, and left no process behind.
fn end(world: &mut World, subject: &Subject, end: End, hangs: impl Fn(Pid) -> bool) -> Option<i32> {
    let ran = match end {
        End::Timeout | End::Patience => world.run(subject, true),
        End::Signal(signal) => world.run_and_tell(subject, signal, hangs),
    };
    world.words.clear();
    let left = left_running(world.root.path());
    if ran.code.is_none() || !left.is_empty() {
        let what = format!("exit {:?}, left {}\n{}", ran.code, left.join(", "), ran.stderr);
        world.break_promise(Promise::Ends, &what);
    }
    ran.code
}

/// A hook never ends.
fn hook(world: &mut World, subject: &Subject, number: usize) -> String {
    let hook = HOOKS[number % HOOKS.len()];
    if hook == "before_revoke" {
        world.run(subject, false);
        world.advance(25);
    }
    let how = [End::Timeout, End::Signal(Signal::SIGTERM), End::Signal(Signal::SIGINT)]
        [number / HOOKS.len() % 3];
    world.words = vec!["--hook".to_owned(), hook.to_owned()];
    if matches!(how, End::Timeout) {
        world.words.extend(["--timeout", "2s"].map(str::to_owned));
    }
    let code = end(world, subject, how, |pid| ticks(pid) > BUSY_TICKS);
    format!("{hook} hangs, ended by {how:?}: exit {code:?}")
}

/// The command of a sink never ends, and hears no signal.
fn command(world: &mut World, subject: &Subject, number: usize, rng: &mut Rng) -> String {
    let moment = MOMENTS[number % MOMENTS.len()];
    let is_late = rng.bool();
    if is_late {
        // What was begun is ended with the sinks, and their limits, that it was begun with.
        world.words = ["--patience", "1s"].map(str::to_owned).to_vec();
        world.run(subject, false);
        world.advance(25);
    }
    let signal = if rng.bool() { Signal::SIGTERM } else { Signal::SIGINT };
    let how = [End::Timeout, End::Signal(signal), End::Patience][number / MOMENTS.len() % 3];
    let root = world.root.path().to_owned();
    let (keep, begun) = (root.join("keep"), root.join("vault/begun"));
    let honest = fs::read_to_string(&keep).unwrap();
    let hang =
        format!("{moment}) trap '' TERM INT HUP; : >\"$here/vault/begun\"; sleep 1000; exit ;;\n");
    let (head, rest) = honest.split_once("case $1 in\n").unwrap();
    fs::write(&keep, format!("{head}case $1 in\n{hang}{rest}")).unwrap();
    world.words = match how {
        End::Timeout => ["--timeout", "2s"].map(str::to_owned).to_vec(),
        End::Patience => ["--patience", "1s"].map(str::to_owned).to_vec(),
        End::Signal(_) => Vec::new(),
    };
    let code = end(world, subject, how, |_| begun.exists());
    fs::write(&keep, honest).unwrap();
    format!("late {is_late}, {moment} hangs, ended by {how:?}: exit {code:?}")
}

/// A script takes more memory than it may, before its time or once the token is made.
fn greedy(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    let limit = format!("{}M", rng.usize(16..=64));
    world.words = vec!["--max-memory".to_owned(), limit.clone()];
    if rng.bool() {
        world.words.extend(["--hook", "greedy"].map(str::to_owned));
    }
    let what = world.words.join(" ");
    let code = end(world, subject, End::Timeout, |_| false);
    format!("{what}: exit {code:?}")
}

/// The system gives a run less than it needs: it may be killed for that.
fn short(world: &mut World, subject: &Subject, number: usize, rng: &mut Rng) -> String {
    let (limit, range) = LIMITS[number % LIMITS.len()].clone();
    let limit = limit.replace("[N]", &rng.usize(range).to_string());
    let is_late = rng.bool();
    if is_late {
        world.run(subject, false);
        world.advance(25);
    }
    world.before = Some(limit.clone());
    if (number / LIMITS.len()).is_multiple_of(2) {
        world.words = ["--hook", "greedy"].map(str::to_owned).to_vec();
    }
    world.words.extend(["--timeout", "5s"].map(str::to_owned));
    let ran = world.run(subject, true);
    world.before = None;
    world.words.clear();
    format!("late {is_late}, {limit}: exit {:?}", ran.code)
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    MATRIX.run(subject, cases, |number, mut rng| {
        let mut setup = Setup::simple(rng.u64(..));
        setup.sinks.push(Sink::Command("vault"));
        rng.shuffle(&mut setup.sinks);
        let mut world = World::new(&setup);
        let what = match number % 4 {
            0 => hook(&mut world, subject, number / 4),
            1 => command(&mut world, subject, number / 4, &mut rng),
            2 => greedy(&mut world, subject, &mut rng),
            _ => short(&mut world, subject, number / 4, &mut rng),
        };
        world.settle(subject);
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
