//! One run at a time, and when it begins.

use std::fs::File;
use std::path::PathBuf;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Patroll, Signal, World, expect};

/// Holds a lock as another run would.
fn hold(folder: &Folder, name: &str) -> (File, PathBuf) {
    let path = folder.home().join(format!(".local/state/patroll/locks/{name}.lock"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = File::create(&path).unwrap();
    file.lock().unwrap();
    (file, path)
}

fn clean<'w>(folder: &Rc<Folder>, world: &'w World, args: &str) -> Patroll<'w> {
    let run = Patroll::within(folder).on(world).args("run cleanup_expired --older-than 30d");
    run.args(args)
}

fn world() -> World {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    world
}

#[test]
fn a_lock_that_is_held_is_75() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    let (held, _) = hold(&folder, "nightly");
    let outcome = clean(&folder, &world, "--lock nightly").run();
    outcome.expect(expect![[r#"
        --- stderr
        error: another run holds the lock of `nightly`
        hint: nothing is to be done: the other run does it
        --- exit 75
    "#]]);
    assert_eq!(clean(&folder, &world, "--lock nightly --wait 60ms").run().code(), 75);
    assert_eq!(world.requests(), 0);
    // Another name is another lock, and a dry run changes nothing that could be in the way.
    assert_eq!(clean(&folder, &world, "--lock other --dry-run").run().code(), 0);
    assert_eq!(clean(&folder, &world, "--lock nightly --dry-run").run().code(), 0);
    drop(held);
    assert_eq!(clean(&folder, &world, "--lock nightly").run().code(), 0);
    assert_eq!(world.writes(), "revoked a token [old]\n");
}

#[test]
fn a_run_waits_for_the_lock() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    let (held, path) = hold(&folder, "nightly");
    let running = clean(&folder, &world, "--lock nightly --wait 1h").start();
    drop(held);
    running.finish().expect_success();
    assert_eq!(world.writes(), "revoked a token [old]\n");
    // What it has let go can be taken.
    File::open(path).unwrap().try_lock().unwrap();
}

#[test]
fn two_runs_at_once_are_one_after_the_other() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    world.fault("list:late=300ms,times=1");
    let first = clean(&folder, &world, "--lock nightly").start();
    world.await_request_of("list");
    assert_eq!(clean(&folder, &world, "--lock nightly").run().code(), 75);
    first.finish().expect_success();
}

#[test]
fn a_signal_ends_every_wait() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    let _held = hold(&folder, "nightly");
    for args in ["--lock nightly --wait 1000d --debug", "--jitter 1000000d --debug"] {
        // Ready to be told to end once it says that it waits.
        let running = clean(&folder, &world, args).start().await_stderr("debug: ");
        let outcome = running.signal(Signal::TERM).finish();
        assert_eq!((outcome.code(), world.requests()), (143, 0), "{outcome}");
    }
}

#[test]
fn whoever_watches_does_not_wait_by_lot() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    let run = clean(&folder, &world, "--jitter 1000000d --dry-run").terminal(100);
    assert_eq!(run.run().code(), 0);
    assert_eq!(clean(&folder, &world, "--jitter 0s").run().code(), 0);
}

#[test]
fn flags_that_make_no_sense() {
    let run = |args: &str| Patroll::new().args("run cleanup_expired").args(args).run();
    run("--wait 5m").expect(expect![[r#"
        --- stderr
        error: the following required arguments were not provided:
          --lock <NAME>

        Usage: patroll run --lock <NAME> --wait <DURATION> <SCRIPT> [ARGS]...

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--lock ../x").expect(expect![[r#"
        --- stderr
        error: invalid value '../x' for '--lock <NAME>': a name has up to 64 letters, digits, `-`, `_` and `.`, and does not begin with a dot

        For more information, try '--help'.
        --- exit 2
    "#]]);
    for name in [".x", "a/b", "ü", &"x".repeat(65)] {
        assert_eq!(run(&format!("--lock {name}")).code(), 2, "{name}");
    }
    run("--lock x --wait soon").expect(expect![[r#"
        --- stderr
        error: invalid value 'soon' for '--wait <DURATION>': `soon` is not a duration; write 90d, 36h, 2w or 1h30m

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--jitter -5m").expect(expect![[r#"
        --- stderr
        error: invalid value '-5m' for '--jitter <DURATION>': it is below zero

        For more information, try '--help'.
        --- exit 2
    "#]]);
    let run = Patroll::new().file("state/locks", "").args("eval 1 --lock x --state-dir state");
    run.run().expect(expect![[r#"
        --- stderr
        error: cannot lock state/locks/x.lock: not a directory
        --- exit 1
    "#]]);
}
