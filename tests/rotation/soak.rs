//! Years of a cron job: the clock goes on from run to run, one run in ten meets trouble, one in fifty is killed.

use fastrand::Rng;

use super::form::Size;
use super::matrix::{Case, Matrix};
use super::report::Tally;
use super::sink::Sink;
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};

/// Counted in runs.
const MATRIX: Matrix =
    Matrix { name: "soak", size: Size { short: 200, long: 5000 }, threads: super::CORES };

/// How many runs one world sees at most, before the token that they sign in with dies of age.
const PER_WORLD: usize = 100;

const FAULTS: [&str; 10] = [
    "list:status=503",
    "list:cut-before",
    "create:status=500",
    "create:status=500,+effect",
    "create:cut-after",
    "create:duplicate",
    "me:status=500,times=2",
    "delete:cut-after",
    "delete:status=503,+effect",
    "secret-put:status=500,+effect",
];

fn kill_somewhere(world: &mut World, subject: &Subject, rng: &mut Rng) {
    let root = world.root.path().to_owned();
    let place = rng.usize(..60);
    let mut count = 0;
    world.trace(subject, |call, side| {
        count += usize::from(side == Side::After && call.has_effect(&root));
        if count > place { Act::Kill } else { Act::Go }
    });
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, runs: usize) -> Tally {
    let per_world = PER_WORLD.min(runs);
    MATRIX.run(subject, runs.div_ceil(per_world), |_, mut rng| {
        let mut setup = Setup::simple(rng.u64(..));
        setup.sinks.extend([Sink::Profile("rotated".to_owned()), Sink::Secret("rotated")]);
        let mut world = World::new(&setup);
        let usual = ["--lifetime", "30d", "--older-than", "10d"].map(str::to_owned);
        let (mut faults, mut kills) = (0, 0);
        for _ in 0..per_world {
            world.words = usual.to_vec();
            match rng.u8(..100) {
                0..2 => {
                    kills += 1;
                    kill_somewhere(&mut world, subject, &mut rng);
                }
                2..12 => {
                    faults += 1;
                    world.sandbox.inject(FAULTS[rng.usize(..FAULTS.len())].parse().unwrap());
                    world.words.extend(["--timeout".to_owned(), "3s".to_owned()]);
                    world.run(subject, true);
                }
                _ => drop(world.run(subject, false)),
            }
            world.advance(rng.i64(20..24 * 6));
        }
        world.words = usual.to_vec();
        world.run(subject, false);
        world.advance(25);
        // What is quiet afterwards is not to come of age meanwhile.
        world.words.truncate(2);
        world.settle(subject);
        let what = format!("{per_world} runs, {faults} faults, {kills} kills");
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
