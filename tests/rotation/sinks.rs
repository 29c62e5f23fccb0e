//! Several sinks: any of them failing, unreadable, changed by a stranger or put back to what they were; a cron job that
//! comes rarely; an administrator who revokes in the middle.

use std::fs;

use fastrand::Rng;

use super::form::Size;
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::sink::Sink;
use super::subject::Subject;
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "sinks", size: Size { short: 200, long: 1000 }, threads: super::CORES };

fn draw_sinks(rng: &mut Rng) -> Vec<Sink> {
    let mut sinks = vec![
        Sink::File("token"),
        Sink::File("second"),
        Sink::Profile("rotated".to_owned()),
        Sink::Secret("rotated"),
        Sink::Command("vault"),
        Sink::Blind("blind"),
    ];
    rng.shuffle(&mut sinks);
    sinks.truncate(rng.usize(2..=4));
    // What nobody can read proves nothing the first time.
    if sinks.iter().all(|sink| matches!(sink, Sink::Blind(_))) {
        sinks.push(Sink::File("token"));
    }
    sinks
}

/// Makes the sinks of a subset fail in the next run; gives back what repairs them.
pub fn fail(world: &mut World, subset: &[Sink]) -> Box<dyn FnOnce(&World)> {
    let root = world.root.path().to_owned();
    let mut aside = Vec::new();
    for sink in subset {
        match sink {
            Sink::Secret(_) => {
                world.sandbox.inject("secret-put:status=500,always".parse().unwrap());
            }
            Sink::Command(_) | Sink::Blind(_) => {
                // A vault that takes nothing more, and still gives what it has.
                let keep = root.join("keep");
                let text =
                    fs::read_to_string(&keep).unwrap().replace("put) cat", "put) false && cat");
                fs::write(keep, text).unwrap();
            }
            Sink::File(_) | Sink::Profile(_) => {
                // Another sink's content moves with it; it is put back below.
                let path = sink.path(&root).unwrap();
                if path.is_file() {
                    let kept = root.join(format!("vault/aside-{}", aside.len()));
                    fs::rename(&path, &kept).unwrap();
                    fs::create_dir(&path).unwrap();
                    aside.push((path, kept));
                }
            }
        }
    }
    let struck: Vec<_> =
        world.sinks.iter().enumerate().map(|(place, sink)| (place, sink.path(&root))).collect();
    let broken = struck
        .into_iter()
        .filter(|(_, path)| aside.iter().any(|(struck, _)| Some(struck) == path.as_ref()));
    world.watch.lock().unwrap().broken.extend(broken.map(|(place, _)| place));
    Box::new(move |world| {
        for (path, kept) in aside {
            fs::remove_dir(&path).unwrap();
            fs::rename(kept, path).unwrap();
        }
        fs::write(world.root.path().join("keep"), include_str!("orders/keep.sh")).unwrap();
        world.watch.lock().unwrap().broken.clear();
    })
}

fn subset(rng: &mut Rng, sinks: &[Sink]) -> Vec<Sink> {
    let chosen: Vec<_> = sinks.iter().filter(|_| rng.bool()).cloned().collect();
    if chosen.is_empty() { vec![sinks[rng.usize(..sinks.len())].clone()] } else { chosen }
}

fn names(sinks: &[Sink]) -> String {
    sinks.iter().map(Sink::word).collect::<Vec<_>>().join(" ")
}

fn failing(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    let struck = subset(rng, &world.sinks.clone());
    let is_late = rng.bool();
    if is_late {
        world.run(subject, false);
        world.advance(25);
    }
    world.words = vec!["--timeout".to_owned(), "3s".to_owned()];
    let repair = fail(world, &struck);
    let ran = world.run(subject, true);
    world.words.clear();
    repair(world);
    world.look("the sinks are repaired");
    format!("late {is_late}, failing {}: exit {:?}", names(&struck), ran.code)
}

/// A vault says that it keeps what it forgets.
fn lying(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    if !world.sinks.contains(&Sink::Command("vault")) {
        return failing(world, subject, rng);
    }
    let keep = world.root.path().join("keep");
    let honest = fs::read_to_string(&keep).unwrap();
    fs::write(&keep, honest.replace("put) cat", "put) cat >/dev/null && true || cat")).unwrap();
    let first = world.run(subject, true);
    world.advance(25);
    let second = world.run(subject, true);
    fs::write(&keep, honest).unwrap();
    world.advance(25);
    world.run(subject, false);
    format!("a vault that forgets: exit {:?}, {:?}", first.code, second.code)
}

/// A stranger puts another living token into a sink: nothing is revoked until somebody has decided.
fn stranger(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    let sinks = world.sinks.clone();
    let readable: Vec<_> = sinks.iter().filter(|sink| !matches!(sink, Sink::Blind(_))).collect();
    let sink = readable[rng.usize(..readable.len())];
    let is_late = rng.bool();
    if is_late {
        world.run(subject, false);
        world.advance(25);
    }
    let root = world.root.path().to_owned();
    let kept = sink.read(&root, &world.api).unwrap();
    let value = &world.strangers_value();
    sink.write(&root, &world.api, value);
    let writes = world.sandbox.writes().len();
    let ran = world.run(subject, true);
    let held = sink.read(&root, &world.api);
    if ran.code != Some(1) || world.sandbox.writes().len() != writes {
        world.break_promise(Promise::Refuses, &format!("exit {:?}\n{}", ran.code, ran.stderr));
    }
    if held.as_deref() != Some(value.as_str()) {
        world.break_promise(Promise::Refuses, "what a stranger put into a sink was overwritten");
    }
    sink.write(&root, &world.api, &kept);
    format!("late {is_late}, a stranger in {}: exit {:?}", sink.word(), ran.code)
}

/// Sinks are put back to what they held before, as from a backup.
fn restored(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    let root = world.root.path().to_owned();
    let old = world.sinks[0].read(&root, &world.api).unwrap();
    world.run(subject, false);
    world.advance(if rng.bool() { 1 } else { 25 });
    let struck = subset(rng, &world.sinks.clone());
    for sink in &struck {
        sink.write(&root, &world.api, &old);
    }
    let is_blind = struck.iter().any(|sink| matches!(sink, Sink::Blind(_)));
    if is_blind {
        // That nobody can see: the guard has nothing to go by.
        let places: Vec<_> = (0..world.sinks.len())
            .filter(|place| matches!(world.sinks[*place], Sink::Blind(_)))
            .collect();
        world.watch.lock().unwrap().broken.extend(places);
    }
    let ran = world.run(subject, true);
    world.advance(25);
    world.run(subject, false);
    world.advance(25);
    format!("{} put back: exit {:?}", names(&struck), ran.code)
}

fn rare(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    let days = *[3, 31, 61, 89, 95, 200].get(rng.usize(..6)).unwrap();
    if days > 89 {
        // What has expired is dead, whoever was late.
        let all = 0..world.sinks.len();
        world.watch.lock().unwrap().broken.extend(all);
    }
    for _ in 0..3 {
        world.run(subject, false);
        world.advance(24 * days);
    }
    world.run(subject, true);
    world.watch.lock().unwrap().broken.clear();
    format!("a run every {days} days")
}

fn revoked(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    let root = world.root.path().to_owned();
    let is_late = rng.bool();
    let old = world.api.id_of(&world.sinks[0].read(&root, &world.api).unwrap());
    if is_late {
        world.run(subject, false);
        world.advance(25);
    } else {
        world.sandbox.inject("me:cut-before,always,after=1".parse().unwrap());
        world.words = vec!["--timeout".to_owned(), "3s".to_owned()];
        world.run(subject, true);
        world.words.clear();
        let all = 0..world.sinks.len();
        world.watch.lock().unwrap().broken.extend(all);
    }
    world.watch.lock().unwrap().revoked_by_stranger(&old);
    // A run that ends too early has done so already.
    world.api.revoke(&old);
    let ran = world.run(subject, true);
    world.watch.lock().unwrap().broken.clear();
    format!("late {is_late}, the old one revoked by an administrator: exit {:?}", ran.code)
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    MATRIX.run(subject, cases, |number, mut rng| {
        let mut setup = Setup::simple(rng.u64(..));
        setup.sinks = draw_sinks(&mut rng);
        setup.is_scoped = rng.bool();
        let mut world = World::new(&setup);
        let what = match number % 8 {
            0..3 => failing(&mut world, subject, &mut rng),
            3 => lying(&mut world, subject, &mut rng),
            4 => stranger(&mut world, subject, &mut rng),
            5 => restored(&mut world, subject, &mut rng),
            6 => rare(&mut world, subject, &mut rng),
            _ => revoked(&mut world, subject, &mut rng),
        };
        let what = format!("{}; {what}", names(&setup.sinks));
        world.settle(subject);
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
