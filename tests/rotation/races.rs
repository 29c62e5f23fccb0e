//! Many at once: fifty processes on one slot, and sixty-four slots over one profile file beside somebody who writes to it
//! without asking.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::form::{Form, Size, form};
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::sink::Sink;
use super::subject::Subject;
use super::world::{Setup, World};

/// Counted in starts, a case being a crowd.
const MATRIX: Matrix = Matrix { name: "races", size: Size { short: 200, long: 5000 }, threads: 1 };

/// How many processes are on one slot, and how many slots over one file.
fn sizes() -> (usize, usize) {
    if form() == Form::Glimpse { (10, 8) } else { (50, 64) }
}

const BUSY: i32 = 75;
/// How long the foreign writer rests between two lines.
const REST: Duration = Duration::from_millis(20);

fn start(mut command: Command, root: &Path, number: usize) -> Child {
    let said = |name: &str| File::create(root.join(format!("{name}-{number}"))).unwrap();
    command.stdin(Stdio::null()).stdout(said("stdout")).stderr(said("stderr"));
    command.spawn().unwrap()
}

/// Waits for a crowd; gives the exit codes.
fn await_all(crowd: Vec<Child>) -> Vec<Option<i32>> {
    crowd.into_iter().map(|mut child| child.wait().unwrap().code()).collect()
}

/// Everybody at once on one slot.
fn one_slot(subject: &Subject, seed: u64) -> Case {
    let (size, _) = sizes();
    let mut world = World::new(&Setup::simple(seed));
    let root = world.root.path().to_owned();
    for hours in [0, 25] {
        world.advance(hours);
        let before = world.sandbox.requests_of("create");
        let crowd = (0..size).map(|number| start(world.command(subject), &root, number)).collect();
        let codes = await_all(crowd);
        let creations = world.sandbox.requests_of("create") - before;
        if creations != usize::from(hours == 0) {
            world.break_promise(Promise::OneMint, &format!("{creations} creations by {size} runs"));
        }
        let odd = |code: &Option<i32>| !matches!(code, Some(0 | BUSY));
        if let Some(place) = codes.iter().position(odd) {
            let said = fs::read_to_string(root.join(format!("stderr-{place}"))).unwrap();
            world.break_promise(Promise::Ends, &format!("exit {:?}\n{said}", codes[place]));
        }
        world.look(&format!("after a crowd, {hours} h"));
    }
    world.settle(subject);
    let what = format!("{size} processes on one slot, twice");
    Case { what, starts: world.starts + 2 * size, violations: world.violations() }
}

/// Adds a line to a profile file now and then, as an editor would: reading it, and putting a new file in its place.
fn disturb(path: &Path, end: &Receiver<()>) {
    let beside = path.with_extension("foreign");
    let mut count = 0;
    while end.recv_timeout(REST) == Err(RecvTimeoutError::Timeout) {
        let text = fs::read_to_string(path).unwrap();
        let (ours, _) = text.split_once("[foreign]\n").unwrap_or((&text, ""));
        count += 1;
        fs::write(
            &beside,
            format!("{ours}[foreign]\nhost = https://foreign.test\ncount = {count}\n"),
        )
        .unwrap();
        fs::rename(&beside, path).unwrap();
    }
}

/// Everybody at once on slots of their own, in one file.
fn one_file(subject: &Subject, seed: u64) -> Case {
    let (_, size) = sizes();
    let mut setup = Setup::simple(seed);
    setup.sinks = vec![Sink::Profile("p0".to_owned())];
    "s0".clone_into(&mut setup.slot);
    let mut world = World::new(&setup);
    let slots: Vec<_> = (0..size).map(|number| format!("s{number}")).collect();
    for (number, slot) in slots.iter().enumerate().skip(1) {
        world.add_slot(slot, Sink::Profile(format!("p{number}")));
    }
    let root = world.root.path().to_owned();
    let path = root.join("home/.databrickscfg");
    let mut starts = 0;
    let round = |world: &World, wanted: &[usize]| -> Vec<usize> {
        let begin = |number: &usize| {
            let sinks = [world.sinks[*number].clone()];
            start(world.command_for(subject, &slots[*number], &sinks), &root, *number)
        };
        let codes = await_all(wanted.iter().map(begin).collect());
        let failed = wanted.iter().zip(codes).filter(|(_, code)| *code != Some(0));
        failed.map(|(number, _)| *number).collect()
    };
    for hours in [0, 25] {
        world.advance(hours);
        let (over, end) = mpsc::channel();
        let mut wanted: Vec<_> = (0..size).collect();
        thread::scope(|scope| {
            let path = &path;
            scope.spawn(move || disturb(path, &end));
            starts += wanted.len();
            wanted = round(&world, &wanted);
            drop(over);
        });
        // Whoever found a lock taken comes again, now one after the other.
        starts += wanted.len();
        wanted.retain(|number| !round(&world, &[*number]).is_empty());
        if let Some(number) = wanted.first() {
            let said = fs::read_to_string(root.join(format!("stderr-{number}"))).unwrap();
            world.break_promise(Promise::Live, &format!("slot s{number} fails alone\n{said}"));
        }
        world.look(&format!("after {size} slots, {hours} h"));
    }
    // What the foreign writer has undone is done again, and has its grace.
    for _ in 0..2 {
        world.advance(25);
        starts += size;
        (0..size).for_each(|number| drop(round(&world, &[number])));
    }
    world.look("in the end");
    let living = world.living().len();
    if living != size {
        let what = format!("{living} living tokens of {size} slots in the end");
        world.break_promise(Promise::NoStrays, &what);
    }
    Case { what: format!("{size} slots over one file"), starts, violations: world.violations() }
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, starts: usize) -> Tally {
    let (crowd, slots) = sizes();
    let crowds = starts.div_ceil(2 * crowd + 4 * slots).max(1);
    MATRIX.run(subject, 2 * crowds, |number, mut rng| {
        if number % 2 == 0 {
            one_slot(subject, rng.u64(..))
        } else {
            one_file(subject, rng.u64(..))
        }
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
