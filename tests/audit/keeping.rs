//! One file for many runs: private, of whole lines, and put aside once it is large.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Patroll, World};

/// What a log has grown to before it is put aside.
const LARGEST: usize = 10 << 20;

fn revoke<'w>(folder: &Rc<Folder>, world: &'w World, args: &str) -> Patroll<'w> {
    let run = Patroll::within(folder).on(world).args("run cleanup_expired --older-than 30d");
    run.args("--audit-log log").args(args)
}

fn world() -> World {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    world
}

#[test]
fn it_is_its_owners_alone() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    revoke(&folder, &world, "").run().expect_success();
    let mode = fs::metadata(folder.work().join("log")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_line_that_was_cut_short_takes_no_other_with_it() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    folder.write("log", "{\"time\":\"2026-11-2", 0o600);
    revoke(&folder, &world, "").run().expect_success();
    let log = folder.read("log");
    let (cut, line) = log.split_once('\n').unwrap();
    assert_eq!(cut, "{\"time\":\"2026-11-2");
    assert!(line.starts_with("{\"time\":") && line.ends_with("}\n"), "{line}");
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn a_large_one_is_put_aside() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    let old = "x".repeat(LARGEST - 1) + "\n";
    folder.write("log", &old, 0o600);
    for number in 1..=9 {
        folder.write(format!("log.{number}"), format!("{number}\n"), 0o600);
    }
    revoke(&folder, &world, "").run().expect_success();
    assert_eq!(folder.read("log").lines().count(), 1);
    assert!(folder.read("log.1") == old);
    // The one before it is the second now, and so on; the ninth has gone.
    for number in 2..=9 {
        assert_eq!(folder.read(format!("log.{number}")), format!("{}\n", number - 1));
    }
    assert!(!folder.work().join("log.10").exists());
}

#[test]
fn one_that_cannot_be_put_aside_grows_on() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    folder.write("log", "x".repeat(LARGEST) + "\n", 0o600);
    folder.write("log.8", "", 0o600);
    folder.write("log.9/taken", "", 0o600);
    revoke(&folder, &world, "").run().expect_success();
    assert_eq!(folder.read("log").lines().count(), 2);
}

#[test]
fn many_runs_at_once_lose_no_line() {
    let folder = Rc::new(Folder::new());
    let worlds: Vec<_> = (0..4).map(|_| World::of(|options| options.tokens = 31)).collect();
    // Almost full: one of them has to put it aside while the others write.
    folder.write("log", "x".repeat(LARGEST - 5000) + "\n", 0o600);
    let script = "tokens_revoke(tokens_list().filter(|t| !t.is_own));";
    folder.write("x.rhai", script, 0o600);
    let start =
        |world| Patroll::within(&folder).on(world).args("run x.rhai --audit-log log").start();
    let runs: Vec<_> = worlds.iter().map(start).collect();
    for run in runs {
        run.finish().expect_success();
    }
    let both = folder.read("log.1") + &folder.read("log");
    let lines = both.lines().filter(|line| line.starts_with("{\"time\""));
    assert_eq!(lines.filter(|line| line.ends_with('}')).count(), 4 * 30);
}
