//! The power fails between any two calls, and what was not made to last is there or not: then recovery.

use std::fmt::Write as _;

use fastrand::Rng;

use super::disk::Disk;
use super::form::Size;
use super::matrix::{Case, Matrix};
use super::report::Tally;
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "power", size: Size { short: 200, long: 2000 }, threads: super::CORES };

/// So many calls make the folders of the state.
const FIRST: usize = 10;

fn setup(rng: &mut Rng, subject: &Subject) -> Setup {
    match rng.u8(..3) {
        0 if subject.is_ours => Setup::own(rng.u64(..)),
        _ => Setup::simple(rng.u64(..)),
    }
}

/// Runs until the `place`th call that can be seen from outside, and dies there.
fn run_until(world: &mut World, subject: &Subject, place: usize, disk: &mut Disk) {
    let root = world.root.path().to_owned();
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
        // Some die while they make their first folders, which the next run finds.
        let place = rng.usize(..if number % 10 == 5 { FIRST } else { most });
        let mut what = format!("late {is_late}, call {place} of {most}: ");
        let root = world.root.path().to_owned();
        let mut disk = Disk::of(&root);
        run_until(&mut world, subject, place, &mut disk);
        if number % 5 == 0 {
            // Once the process alone has died, nothing is lost yet, and nothing made to last either.
            let place = rng.usize(..most);
            write!(what, "then call {place} of the next run: ").unwrap();
            run_until(&mut world, subject, place, &mut disk);
        }
        what.push_str(&disk.lose_power(&mut rng));
        world.look("power came back");
        if number % 5 == 1 {
            let place = rng.usize(..most);
            let mut disk = Disk::of(&root);
            run_until(&mut world, subject, place, &mut disk);
            write!(what, "; again, call {place}: {}", disk.lose_power(&mut rng)).unwrap();
            world.look("power came back again");
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
