//! Journals that are damaged: each byte flipped, each end cut off; whatever cannot be understood is refused, and once the
//! journal is back all is well. Lost journals and odd files are `paths`.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use nix::libc;

use super::form::{self, Form, Size};
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "journals", size: Size { short: 400, long: 12_000 }, threads: super::CORES };

/// How many damages one world meets; all there are in the long form: each byte flipped, and each end cut off.
const PER_WORLD: usize = 20;

/// How far a rotation is when its journal is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        Stage::Minting => {
            world.sandbox.inject("create:cut-after".parse().unwrap());
            world.run(subject, true);
        }
        Stage::Minted => die_at_the_last_sink(world, subject),
        Stage::Settled | Stage::Idle => drop(world.run(subject, false)),
    }
    if stage == Stage::Idle {
        world.advance(25);
        world.run(subject, false);
    }
    let journal = fs::read_to_string(world.journal()).unwrap_or_default();
    let name = format!("{stage:?}").to_lowercase();
    if subject.is_told && !journal.contains(&format!("\"is\": \"{name}\"")) {
        world.break_promise(Promise::Live, &format!("not {name}: {journal}"));
    }
}

/// Kills a run when the new value is about to get a name, in the last of the sinks that are files.
fn die_at_the_last_sink(world: &mut World, subject: &Subject) {
    let root = world.root.path().to_owned();
    let last = world.sinks.iter().rev().find_map(|sink| sink.path(&root)).unwrap();
    world.trace(subject, |call, side| {
        let folder = call.path.as_deref().and_then(Path::parent);
        let is_it = call.number == libc::SYS_linkat && folder == last.parent();
        if is_it && side == Side::Before { Act::Kill } else { Act::Go }
    });
}

/// Damages a text at a place, or at any; tells how.
fn damage(text: &mut Vec<u8>, rng: &mut Rng, number: usize, place: Option<usize>) -> String {
    let place = place.unwrap_or_else(|| rng.usize(..text.len()));
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
    let is_whole = form::form() == Form::Long && subject.is_told;
    let per_world = PER_WORLD.min(cases.div_ceil(STAGES.len()));
    let worlds = if is_whole { STAGES.len() } else { cases.div_ceil(per_world) };
    MATRIX.run(subject, worlds, |number, mut rng| {
        let stage = STAGES[number % STAGES.len()];
        let mut world = World::new(&Setup::simple(rng.u64(..)));
        reach(&mut world, subject, stage);
        let path = world.journal();
        let Ok(whole) = fs::read(&path) else {
            world.break_promise(Promise::Live, &format!("no journal at {stage:?}"));
            return Case { what: format!("{stage:?}"), starts: 0, violations: world.violations() };
        };
        let damages = if is_whole { 2 * whole.len() } else { per_world };
        for damaged in 0..damages {
            let mut text = whole.clone();
            let how = damage(&mut text, &mut rng, damaged, is_whole.then_some(damaged / 2));
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
        let what = format!("{stage:?}, {damages} damages");
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
