//! Journals that are damaged: each byte flipped, each end cut off; whatever cannot be understood is refused, and once the
//! journal is back all is well. Lost journals and odd files are `paths`.

use std::fs;

use fastrand::Rng;

use super::form::Size;
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::subject::Subject;
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "journals", size: Size { short: 400, long: 1600 }, threads: super::CORES };

/// How many damages one world meets.
const PER_WORLD: usize = 20;

/// How far a rotation is when its journal is damaged.
#[derive(Clone, Copy, Debug)]
pub enum Stage {
    Minting,
    Minted,
    Settled,
    Idle,
}

pub const STAGES: [Stage; 4] = [Stage::Minting, Stage::Minted, Stage::Settled, Stage::Idle];

/// Brings a rotation there.
pub fn reach(world: &mut World, subject: &Subject, stage: Stage) {
    match stage {
        Stage::Minting => world.sandbox.inject("create:cut-after".parse().unwrap()),
        // The sink cannot be written, once the token is made.
        Stage::Minted => world.sandbox.inject("me:cut-before,always,after=1".parse().unwrap()),
        Stage::Settled | Stage::Idle => {}
    }
    world.words = vec!["--timeout".to_owned(), "3s".to_owned()];
    world.run(subject, matches!(stage, Stage::Minting | Stage::Minted));
    if matches!(stage, Stage::Idle) {
        world.advance(25);
        world.run(subject, false);
    }
    world.words.clear();
}

/// Damages a text; tells how.
fn damage(text: &mut Vec<u8>, rng: &mut Rng, number: usize) -> String {
    let place = rng.usize(..text.len());
    if number.is_multiple_of(2) {
        let bit = rng.u8(..8);
        text[place] ^= 1 << bit;
        return format!("bit {bit} of byte {place} flipped");
    }
    text.truncate(place);
    format!("cut off after {place} bytes")
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    let per_world = PER_WORLD.min(cases.div_ceil(STAGES.len()));
    let worlds = cases.div_ceil(per_world);
    MATRIX.run(subject, worlds, |number, mut rng| {
        let stage = STAGES[number % STAGES.len()];
        let mut world = World::new(&Setup::simple(rng.u64(..)));
        reach(&mut world, subject, stage);
        let path = world.journal();
        let Ok(whole) = fs::read(&path) else {
            world.break_promise(Promise::Live, &format!("no journal at {stage:?}"));
            return Case { what: format!("{stage:?}"), starts: 0, violations: world.violations() };
        };
        for damaged in 0..per_world {
            let mut text = whole.clone();
            let how = damage(&mut text, &mut rng, damaged);
            fs::write(&path, &text).unwrap();
            let held = world.held();
            let ran = world.run(subject, false);
            let is_refused = ran.code == Some(1) && ran.writes == 0 && world.held() == held;
            if !is_refused || fs::read(&path).unwrap() != text {
                let what =
                    format!("{how}: exit {:?}, {} writes\n{}", ran.code, ran.writes, ran.stderr);
                world.break_promise(Promise::Refuses, &what);
            }
            fs::write(&path, &whole).unwrap();
        }
        world.settle(subject);
        let what = format!("{stage:?}, {per_world} damages");
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
