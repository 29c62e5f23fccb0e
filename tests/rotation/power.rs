//! The power fails between any two calls, and what was not made to last is there or not: then recovery.

use std::fmt::Write as _;

use fastrand::Rng;

use super::disk::Disk;
use super::form::Size;
use super::matrix::{Case, Matrix};
use super::report::Tally;
use super::sink::Sink;
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "power", size: Size { short: 200, long: 2000 }, threads: super::CORES };

fn setup(rng: &mut Rng, subject: &Subject) -> Setup {
    let mut setup = Setup::simple(rng.u64(..));
    if subject.is_ours && rng.u8(..3) == 0 {
        setup.sinks.push(Sink::Profile("rotated".to_owned()));
    }
    setup
}

/// Runs until the power fails at the `place`th call that can be seen from outside; tells what the disk then holds.
fn run_until(world: &mut World, subject: &Subject, place: usize, rng: &mut Rng) -> String {
    let root = world.root.path().to_owned();
    let mut disk = Disk::of(&root);
    let mut count = 0;
    world.trace(subject, |call, side| {
        if side == Side::After {
            disk.see(call);
        }
        if !call.has_effect(&root) {
            return Act::Go;
        }
        count += usize::from(side == Side::After);
        if count > place { Act::Kill } else { Act::Go }
    });
    let told = disk.lose_power(rng);
    world.look("power came back");
    told
}

fn count(subject: &Subject, hours: i64) -> usize {
    let mut world = World::new(&Setup::simple(7));
    if hours > 0 {
        world.run(subject, false);
        world.advance(hours);
    }
    let root = world.root.path().to_owned();
    let mut count = 0;
    world.trace(subject, |call, side| {
        count += usize::from(side == Side::After && call.has_effect(&root));
        Act::Go
    });
    count
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    let calls = [0, 25].map(|hours| count(subject, hours));
    MATRIX.run(subject, cases, |number, mut rng| {
        let mut world = World::new(&setup(&mut rng, subject));
        let is_late = subject.is_ours && number % 4 == 0;
        if is_late {
            world.run(subject, false);
            world.advance(25);
        }
        // A few more than there are with one sink, so that the end is met too.
        let most = calls[usize::from(is_late)] + 6;
        let place = rng.usize(..most);
        let mut what = format!("late {is_late}, call {place} of {most}: ");
        what.push_str(&run_until(&mut world, subject, place, &mut rng));
        if number % 5 == 0 {
            let place = rng.usize(..most);
            write!(what, "; again, call {place}: ").unwrap();
            what.push_str(&run_until(&mut world, subject, place, &mut rng));
        }
        world.settle(subject);
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
