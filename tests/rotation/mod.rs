//! The fault harness of rotation: one set of promises, and a dozen ways to try to break them, for patroll's own order and
//! three orders in common use. `form` says how to run all of it.

/// How many cases run at once, where cases work.
const CORES: usize = 2;

/// Whether patroll has a rotation of its own to be tried.
const IS_THERE: bool = true;

/// The workspace as its administrator sees it.
mod api;
/// What a system call is about.
mod calls;
/// What a disk may hold after a power cut.
mod disk;
/// How much is tried.
mod form;
/// TLS before workspaces that come and go.
mod front;
/// What must hold.
mod invariants;
/// Going through cases.
mod matrix;
/// What came of it.
mod report;
/// What is typed, and what comes of it.
mod runs;
/// A place where a value lives.
mod sink;
/// Who is tried.
mod subject;
/// Stopping at every system call.
mod tracer;
/// One case's world.
mod world;

/// `rotations resume`, `abort`, `adopt` and `forget`, disturbed.
mod commands;
/// Killed at any system call, and while recovering.
mod kill;
/// Any file call failing.
mod errno;
/// Runs that hang, or are short of something.
mod halts;
/// Damaged journals.
mod journals;
/// Rotations with a mistake, each of which has to be caught.
mod mutants;
/// The network failing at any step.
mod network;
/// Odd files, lost journals, odd masks.
mod paths;
/// The power failing between any two calls.
mod power;
/// Many at once.
mod races;
/// Several sinks.
mod sinks;
/// Years of a cron job.
mod soak;
/// The way to the workspace failing at any step.
mod ways;
/// A workspace, and people, that do not stand still.
mod worlds;

use form::Form;
use matrix::Matrix;
use report::Tally;
use subject::Subject;

/// Sees that patroll's own rotation breaks no promise in a matrix.
fn expect_none_broken(matrix: &Matrix, run: impl Fn(&Subject, usize) -> Tally) {
    if IS_THERE {
        let tally = run(&Subject::ours(), matrix.size.count());
        assert_eq!(tally.violations(), 0, "{tally}");
    }
}

/// Counts what the common orders lose in a matrix; that they lose nothing would say that nobody looks.
fn expect_losses(matrix: &Matrix, run: impl Fn(&Subject, usize) -> Tally) {
    let tallies = Subject::common().map(|subject| run(&subject, matrix.size.common()));
    report::say(&report::row(&tallies));
    let lost: usize = tallies.iter().map(Tally::lost).sum();
    assert!(lost > 0 || form::form() == Form::Glimpse, "nothing was lost in {}", matrix.name);
}
