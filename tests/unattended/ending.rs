//! A line about every change, SIGTERM in the middle of one, and an end for what hears neither that nor `--timeout`.

use std::fs::File;
use std::rc::Rc;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Patroll, Signal, World, expect};

#[test]
fn a_revocation_is_never_silent() {
    let world = World::new();
    for name in ["a", "b"] {
        world.token(name, 40 * DAY, 90 * DAY);
    }
    let run = |args: &str| Patroll::new().on(&world).args(args).run();
    run("tokens revoke --where t.comment==\"a\" -o table --quiet").expect(expect![[r#"
        --- stderr
        revoked 1 token
        --- exit 0
    "#]]);
    run("run cleanup_expired --older-than 30d --quiet").expect(expect![[r#"
        --- stderr
        revoked 1 token
        --- exit 0
    "#]]);
    run("run cleanup_expired --older-than 30d").expect(expect![[r#"
        --- exit 0
    "#]]);
}

#[test]
fn sigterm_lets_the_request_in_flight_land() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.token(name, DAY, 90 * DAY);
    }
    world.fault("delete:late=2s,times=1");
    let script = "for t in tokens_list() { if !t.is_own { tokens_revoke(t); } }";
    let running = Patroll::new().on(&world).script(script).start();
    world.await_request_of("delete");
    let outcome = running.signal(Signal::TERM).finish();
    outcome.expect(expect![[r#"
        --- stderr
        revoked 1 token
        error: terminated
        --- exit 143
    "#]]);
    assert_eq!((world.writes().lines().count(), world.requests_of("delete")), (1, 1));
    let audit = outcome.audit();
    assert_eq!((audit.len(), &audit[0]["outcome"]), (1, &"done".into()));
}

#[test]
fn what_hears_nothing_ends_all_the_same_and_says_why() {
    let run = |args: &str| {
        let folder = Rc::new(Folder::new());
        let pipe = folder.work().join("pipe.rhai");
        mkfifo(&pipe, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
        let running = Patroll::within(&folder).to("http://127.0.0.1:9").args(args).start();
        // Opens once somebody reads; as nothing is written, whoever does reads for ever.
        let writer = File::options().write(true).open(&pipe).unwrap();
        (running, writer, pipe)
    };
    let expected = [
        ("run pipe.rhai --timeout 1s", "error: the time limit of 1s was reached\n", 124),
        ("check pipe.rhai --timeout 1s", "error: the time limit of 1s was reached\n", 124),
        ("check pipe.rhai", "error: terminated\n", 143),
        ("schedule pipe.rhai --every daily --as cron", "error: terminated\n", 143),
    ];
    // All of them wait together.
    let runs = expected.map(|(args, _, code)| {
        let (running, writer, pipe) = run(args);
        let running = if code == 143 { running.signal(Signal::TERM) } else { running };
        (running, writer, pipe)
    });
    for ((running, writer, pipe), (args, stderr, code)) in runs.into_iter().zip(expected) {
        // What is looked at once it has ended must not be waited for.
        std::fs::remove_file(pipe).unwrap();
        let outcome = running.finish();
        drop(writer);
        assert_eq!((outcome.stderr(), outcome.code()), (stderr, code), "{args}");
    }
}
