//! Killed, or told to end, before and after system calls, and once more while recovering; the release binary over TLS in every other case.

use std::fmt::Write as _;
use std::sync::Arc;

use fastrand::Rng;
use nix::sys::signal::Signal;

use super::calls::Call;
use super::form::Size;
use super::front::Desk;
use super::matrix::{Case, Matrix};
use super::report::Tally;
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "kill", size: Size { short: 300, long: 5000 }, threads: super::CORES };

/// Where a run is killed: at the `place`th call that is looked at, before or after it.
#[derive(Clone, Copy, Debug)]
struct Death {
    place: usize,
    side: Side,
    /// Whether only calls are looked at whose effect can be seen from outside.
    is_seen: bool,
    /// By what: nothing can be done about the first, the others are heeded.
    act: Act,
}

/// Kills `world`'s next run there; false if the run ended before.
fn kill(world: &mut World, subject: &Subject, death: Death) -> bool {
    let root = world.root.path().to_owned();
    let mut count = 0;
    let decide = |call: &Call, side: Side| {
        if death.is_seen && !call.has_effect(&root) {
            return Act::Go;
        }
        count += usize::from(side == Side::Before);
        // Threads take turns, so that the end of another call may come first; it is as good.
        if count == death.place + 1 && side == death.side { death.act } else { Act::Go }
    };
    world.trace(subject, decide).code.is_none()
}

/// Counts the calls of a run and of the one after the grace, and those of them that can be seen from outside.
fn rehearse(subject: &Subject, setup: &Setup) -> [[usize; 2]; 2] {
    let mut world = World::new(setup);
    let root = world.root.path().to_owned();
    [0, 25].map(|hours| {
        world.advance(hours);
        let mut counts = [0, 0];
        let decide = |call: &Call, side: Side| {
            counts[0] += usize::from(side == Side::Before);
            counts[1] += usize::from(side == Side::Before && call.has_effect(&root));
            Act::Go
        };
        world.trace(subject, decide);
        counts
    })
}

fn draw(rng: &mut Rng, calls: usize, is_seen: bool) -> Death {
    let side = if rng.bool() { Side::Before } else { Side::After };
    let act = match rng.u8(..10) {
        0 => Act::Tell(Signal::SIGTERM),
        1 => Act::Tell(Signal::SIGINT),
        _ => Act::Kill,
    };
    Death { place: rng.usize(0..calls.max(1)), side, is_seen, act }
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, count: usize) -> Tally {
    let setups: Vec<_> = (0..super::CORES).map(|_| Some(Desk::open())).collect();
    let free = std::sync::Mutex::new(setups);
    let plain = Setup::simple(7);
    let counts = rehearse(subject, &plain);
    MATRIX.run(subject, count, |number, mut rng| {
        let desk: Option<Arc<Desk>> = free.lock().unwrap().iter_mut().find_map(Option::take);
        let is_seen = number % 4 != 0;
        let [publishing, revoking] = counts.map(|counts| counts[usize::from(is_seen)]);
        let is_own = subject.is_ours && number % 5 == 0;
        let seed = rng.u64(..);
        let mut setup = if is_own { Setup::own(seed) } else { Setup::simple(seed) };
        setup.is_scoped = rng.bool();
        setup.years = rng.i64(-3..=5);
        // What is seen is seen of more calls with TLS: the draw covers those of the plain run, which are the later ones.
        setup.desk = desk.clone().filter(|_| number % 2 == 0);
        let mut world = World::new(&setup);
        let is_late = subject.is_ours && rng.u8(..3) == 0;
        if is_late {
            world.run(subject, false);
            world.advance(25);
        }
        let calls = if is_late { revoking } else { publishing };
        let first = draw(&mut rng, calls, is_seen);
        let second = draw(&mut rng, calls, is_seen);
        let mut what = format!("own {is_own}, late {is_late}, {first:?}");
        kill(&mut world, subject, first);
        if number % 3 == 0 {
            write!(what, ", then {second:?}").unwrap();
            kill(&mut world, subject, second);
        }
        world.settle(subject);
        let case = Case { what, starts: world.starts, violations: world.violations() };
        drop(world);
        free.lock().unwrap().extend(desk.map(Some));
        case
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
