//! Every errno at the n-th call about a file: the call not made, or made and said to have failed; once, or from then on
//! as long as the run lasts.

use fastrand::Rng;
use nix::errno::Errno;
use nix::libc::{SYS_clone3, SYS_close};

use super::calls::Call;
use super::form::Size;
use super::matrix::{Case, Matrix};
use super::report::Tally;
use super::sink::Sink;
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "errno", size: Size { short: 200, long: 1500 }, threads: super::CORES };

/// What a call can say; nothing for a short write.
const ERRORS: [Option<Errno>; 7] = [
    Some(Errno::ENOSPC),
    Some(Errno::EIO),
    Some(Errno::EACCES),
    Some(Errno::EROFS),
    Some(Errno::EDQUOT),
    Some(Errno::EINTR),
    None,
];

/// What goes wrong, and where.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    /// At which of the calls about files of this world.
    place: usize,
    error: Option<Errno>,
    /// Whether the call is made all the same.
    is_made: bool,
    /// Whether every later call of the kind fails too.
    lasts: bool,
}

impl Trouble {
    fn draw(rng: &mut Rng, number: usize, calls: usize) -> Self {
        let error = ERRORS[number % ERRORS.len()];
        let can_be_made = matches!(error, Some(Errno::EIO));
        Self {
            place: (number / ERRORS.len() + rng.usize(0..calls)) % calls,
            error,
            is_made: can_be_made && rng.bool(),
            lasts: matches!(
                error,
                Some(Errno::ENOSPC | Errno::EROFS | Errno::EDQUOT | Errno::EACCES)
            ) && rng.bool(),
        }
    }

    fn act(&self, call: &Call, side: Side) -> Act {
        match (self.error, side) {
            (Some(errno), Side::Before) if !self.is_made => Act::Fail(errno),
            (Some(errno), Side::After) if self.is_made => Act::Deny(errno),
            (None, Side::Before) if call.writes() => Act::Halve,
            _ => Act::Go,
        }
    }

    /// Tells whether such a call can fail so: reading needs no room.
    fn fits(&self, call: &Call) -> bool {
        match self.error {
            Some(Errno::ENOSPC | Errno::EROFS | Errno::EDQUOT) => {
                call.changes_folders() || call.writes() || call.syncs()
            }
            Some(Errno::EACCES) => call.descriptor.is_none(),
            None => call.writes(),
            _ => true,
        }
    }
}

/// Counts the calls that can fail so, for each of `ERRORS`.
fn count(subject: &Subject, hours: i64) -> [usize; ERRORS.len()] {
    let mut world = World::new(&Setup::simple(7));
    if hours > 0 {
        world.run(subject, false);
        world.advance(hours);
    }
    let root = world.root.path().to_owned();
    let kinds = ERRORS.map(|error| Trouble { place: 0, error, is_made: false, lasts: false });
    let mut counts = [0; ERRORS.len()];
    world.trace(subject, |call, side| {
        if side == Side::Before && call.is_below(&root) {
            for (count, kind) in counts.iter_mut().zip(kinds) {
                *count += usize::from(kind.fits(call));
            }
        }
        Act::Go
    });
    counts
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    let calls = [0, 25].map(|hours| count(subject, hours));
    MATRIX.run(subject, cases, |number, mut rng| {
        let is_late = subject.is_ours && rng.u8(..4) == 0;
        let most = calls[usize::from(is_late)][number % ERRORS.len()];
        let trouble = Trouble::draw(&mut rng, number, most.max(1));
        let mut setup = Setup::simple(rng.u64(..));
        setup.is_scoped = rng.bool();
        let mut world = World::new(&setup);
        if is_late {
            world.run(subject, false);
            world.advance(25);
        }
        let root = world.root.path().to_owned();
        let (mut seen, mut struck) = (0, String::new());
        world.trace(subject, |call, side| {
            if !call.is_below(&root) || !trouble.fits(call) {
                return Act::Go;
            }
            let place = seen;
            seen += usize::from(side == Side::After);
            if place == trouble.place || (trouble.lasts && place > trouble.place) {
                if struck.is_empty() {
                    let path = call.path.as_ref().and_then(|path| path.strip_prefix(&root).ok());
                    struck = format!("call {} on {path:?}", call.number);
                }
                return trouble.act(call, side);
            }
            Act::Go
        });
        world.settle(subject);
        let what = format!("late {is_late}, {trouble:?}, {struck}");
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn the_common_orders_lose_tokens() {
    super::expect_losses(&MATRIX, run);
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}

#[test]
fn a_folder_that_cannot_be_closed_stops_nothing() {
    let mut world = World::new(&Setup::simple(7));
    let root = world.root.path().to_owned();
    let mut struck = 0;
    let ran = world.trace(&Subject::ours(), |call, side| {
        let is_folder = call.path.as_ref().is_some_and(|path| path.is_dir());
        if call.number != SYS_close || !call.is_below(&root) || !is_folder || side == Side::Before {
            return Act::Go;
        }
        struck += 1;
        Act::Deny(Errno::EIO)
    });
    assert!(struck > 0, "no folder was closed");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(world.violations().len(), 0);
}

#[test]
fn a_thread_that_is_not_to_be_had_is_an_error() {
    let mut setup = Setup::simple(7);
    setup.sinks.push(Sink::Command("vault"));
    for place in 1.. {
        let mut world = World::new(&setup);
        let mut seen = 0;
        let ran = world.trace(&Subject::ours(), |call, side| {
            if call.number != SYS_clone3 || side == Side::After {
                return Act::Go;
            }
            seen += 1;
            if seen == place { Act::Fail(Errno::EAGAIN) } else { Act::Go }
        });
        assert!(!ran.stderr.contains("panicked"), "the {place}th: {}", ran.stderr);
        assert!(ran.code.is_some(), "the {place}th: {}", ran.stderr);
        if seen < place {
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            assert!(place > 10, "fewer than {place} were begun");
            break;
        }
        world.settle(&Subject::ours());
        assert_eq!(world.violations().len(), 0, "the {place}th: {}", ran.stderr);
    }
}
