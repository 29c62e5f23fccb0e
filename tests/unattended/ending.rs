//! A line about every change, and SIGTERM in the middle of one.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Patroll, Signal, World, expect};

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
