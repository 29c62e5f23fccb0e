//! `rotations resume`, `abort`, `adopt` and `forget` at every state of a rotation, killed at any system call, with file calls that
//! fail and a network that does: promises are kept, and from wherever they stop there is a way out.

use std::fmt::Write as _;
use std::fs;
use std::sync::Mutex;

use fastrand::Rng;
use nix::errno::Errno;

use super::calls::Call;
use super::form::Size;
use super::journals::{STAGES, Stage, reach};
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::sink::Sink;
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "commands", size: Size { short: 150, long: 2000 }, threads: 2 * super::CORES };

/// What is typed, and what has become of the journal before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Resume,
    Abort,
    Adopt,
    /// The journal is put aside, and then rebuilt.
    Forget,
    /// The journal is lost, and to be rebuilt.
    AdoptLost,
    /// The journal cannot be read, and is to be rebuilt.
    AdoptDamaged,
    /// The journal cannot be read, and is to be put aside; then it is rebuilt.
    AbortDamaged,
}

const DEEDS: [Deed; 7] = [
    Deed::Resume,
    Deed::Abort,
    Deed::Adopt,
    Deed::Forget,
    Deed::AdoptLost,
    Deed::AdoptDamaged,
    Deed::AbortDamaged,
];

impl Deed {
    /// Tells whether it ends with a journal that is made of what there is.
    fn rebuilds(self) -> bool {
        !matches!(self, Self::Resume | Self::Abort | Self::Adopt)
    }

    fn words(self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Resume => &["rotations", "resume", "deploy"],
            Self::Abort | Self::AbortDamaged => &["rotations", "abort", "deploy"],
            Self::Forget => &["rotations", "forget", "deploy"],
            Self::Adopt => &["rotations", "adopt", "deploy"],
            Self::AdoptLost | Self::AdoptDamaged => {
                &["rotations", "adopt", "deploy", "--to-file", "token", "--to-profile", "rotated"]
            }
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }
}

/// Puts what the last sink holds into every sink.
fn unite(world: &World) {
    let root = world.root.path();
    let value = world.sinks.last().and_then(|sink| sink.read(root, &world.api)).unwrap();
    for sink in &world.sinks {
        sink.write(root, &world.api, &value);
    }
}

/// Whatever happens to the command.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// It is killed at the n-th call that can be seen from outside, before or after it.
    Kill(usize, Side),
    /// The n-th call about a file says that it failed.
    Fail(usize, Errno),
    /// The network is as in the n-th line of `FAULTS`.
    Network(usize),
}

const ERRORS: [Errno; 5] = [Errno::ENOSPC, Errno::EIO, Errno::EACCES, Errno::EROFS, Errno::EINTR];

const FAULTS: [&str; 16] = [
    "list:cut-before",
    "list:status=500,always",
    "list:status=401,always",
    "list:garbage",
    "list:stale",
    "me:cut-before,always",
    "me:status=401,times=1",
    "me:status=503,after=1",
    "delete:cut-before,always",
    "delete:cut-after",
    "delete:status=500,+effect",
    "delete:status=404,always",
    "delete:status=429,retry-after=1",
    "delete:late=1h",
    "any:status=503,always",
    "any:html,after=1,always",
];

/// Brings a new world to where the command is typed.
fn prepare(subject: &Subject, seed: u64, stage: Stage, deed: Deed) -> World {
    let mut setup = Setup::simple(seed);
    setup.sinks.push(Sink::Profile("rotated".to_owned()));
    let mut world = World::new(&setup);
    reach(&mut world, subject, stage);
    if seed.is_multiple_of(2) {
        world.advance(25);
    }
    match deed {
        Deed::AdoptLost => fs::remove_file(world.journal()).unwrap(),
        Deed::AdoptDamaged | Deed::AbortDamaged => {
            fs::write(world.journal(), "what is this?\n").unwrap();
        }
        Deed::Resume | Deed::Abort | Deed::Adopt | Deed::Forget => {}
    }
    if deed.rebuilds() && seed % 4 < 3 {
        unite(&world);
    }
    world.instead = Some(deed.words());
    world
}

/// The counts that are known, by what was counted.
static COUNTS: Mutex<Vec<(String, [usize; 2])>> = Mutex::new(Vec::new());

/// Counts the calls of a command that can be seen, and those about files.
fn rehearse(subject: &Subject, stage: Stage, deed: Deed) -> [usize; 2] {
    let name = format!("{stage:?} {deed:?} {}", subject.binary.display());
    let known =
        COUNTS.lock().unwrap().iter().find(|(known, _)| *known == name).map(|known| known.1);
    if let Some(known) = known {
        return known;
    }
    let mut world = prepare(subject, 8, stage, deed);
    let root = world.root.path().to_owned();
    let mut found = [0, 0];
    world.trace(subject, |call, side| {
        if side == Side::Before {
            found[0] += usize::from(call.has_effect(&root));
            found[1] += usize::from(call.is_below(&root));
        }
        Act::Go
    });
    COUNTS.lock().unwrap().push((name, found));
    found
}

fn draw(rng: &mut Rng, number: usize, [seen, files]: [usize; 2]) -> Trouble {
    match number % 5 {
        0..3 => {
            let side = if rng.bool() { Side::Before } else { Side::After };
            Trouble::Kill(rng.usize(..seen.max(1)), side)
        }
        3 => Trouble::Fail(rng.usize(..files.max(1)), ERRORS[rng.usize(..ERRORS.len())]),
        _ => Trouble::Network(number / 5 % FAULTS.len()),
    }
}

/// Runs the command into its trouble.
fn strike(world: &mut World, subject: &Subject, trouble: Trouble) -> Option<i32> {
    let root = world.root.path().to_owned();
    let mut count = 0;
    match trouble {
        Trouble::Network(number) => {
            world.sandbox.inject(FAULTS[number].parse().unwrap());
            world.words = ["--timeout", "2s"].map(str::to_owned).to_vec();
            let ran = world.run(subject, true);
            world.words.clear();
            ran.code
        }
        Trouble::Kill(place, at) => {
            let decide = |call: &Call, side| {
                count += usize::from(call.has_effect(&root) && side == Side::Before);
                if count == place + 1 && side == at { Act::Kill } else { Act::Go }
            };
            world.trace(subject, decide).code
        }
        Trouble::Fail(place, errno) => {
            let decide = |call: &Call, side| {
                if side != Side::Before || !call.is_below(&root) {
                    return Act::Go;
                }
                count += 1;
                if count == place + 1 { Act::Fail(errno) } else { Act::Go }
            };
            world.trace(subject, decide).code
        }
    }
}

/// Finds the way out, as the hints of the command tell it; nobody disturbs any more.
fn find_the_way_out(world: &mut World, subject: &Subject, deed: Deed) -> String {
    let mut told = String::new();
    if deed.rebuilds() {
        // Of sinks that disagree people have to say which one is right.
        unite(world);
    }
    let mut type_words = |world: &mut World, deed: Deed| {
        world.instead = Some(deed.words());
        let ran = world.run(subject, false);
        write!(told, ", {deed:?}: exit {:?}", ran.code).unwrap();
        ran
    };
    match deed {
        // What it says about a slot of which nothing is open is no trouble.
        Deed::Resume | Deed::Abort | Deed::Adopt => drop(type_words(world, deed)),
        Deed::Forget | Deed::AdoptLost | Deed::AdoptDamaged | Deed::AbortDamaged => {
            if deed == Deed::Forget && world.journal().exists() {
                type_words(world, deed);
            }
            let ran = type_words(world, Deed::AdoptLost);
            if ran.code != Some(0) {
                world.break_promise(Promise::Live, &format!("no way out\n{}", ran.stderr));
            }
            end_what_was_told(world, &ran.stderr);
        }
    }
    world.instead = None;
    told
}

/// Does what is left to people: what bears the slot's stamp and no sink holds is told of, and revoked by hand. Of what
/// the slot did not make a rebuilt journal can know nothing.
fn end_what_was_told(world: &World, stderr: &str) {
    let held: Vec<_> = world.held().into_iter().flatten().collect();
    for token in world.living() {
        let id = token["token_id"].as_str().unwrap();
        if held.iter().any(|held| held == id) {
            continue;
        }
        let is_stamped = token["comment"].as_str().is_some_and(|text| text.contains("patroll:"));
        let journal = fs::read_to_string(world.journal()).unwrap_or_default();
        if is_stamped && !stderr.contains(id) && !journal.contains(id) {
            world.break_promise(Promise::NoStrays, &format!("{id} is not told of\n{stderr}"));
        }
        world.watch.lock().unwrap().revoked_by_stranger(id);
        world.api.revoke(id);
    }
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    MATRIX.run(subject, cases, |number, mut rng| {
        let deed = DEEDS[number % DEEDS.len()];
        let stage = STAGES[number / DEEDS.len() % STAGES.len()];
        let counts = rehearse(subject, stage, deed);
        let trouble = draw(&mut rng, number / DEEDS.len() / STAGES.len() + number, counts);
        let mut world = prepare(subject, rng.u64(..), stage, deed);
        let ended = strike(&mut world, subject, trouble);
        let mut what = format!("{deed:?} at {stage:?}, {trouble:?}: exit {ended:?}");
        what += &find_the_way_out(&mut world, subject, deed);
        world.settle(subject);
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
