//! A stop is sticky: once a run is to end, nothing that a script catches, repeats or calls back goes on after it.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Patroll, Signal, World};

/// Ways to hold on to `STOP`, each going on with a revocation if it could.
const CLINGING: [&str; 14] = [
    "try { STOP } catch { } GO",
    "try { STOP } catch (err) { print(err); GO }",
    "try { try { STOP } catch { throw 1; } } catch { GO }",
    "loop { try { STOP } catch { GO } }",
    "for i in 0..3 { try { STOP } catch { GO } }",
    "try { [1].map(|x| { STOP }); } catch { } GO",
    "try { [1, 2].for_each(|x| { try { STOP } catch { GO } }); } catch { } GO",
    "try { [1].filter(|x| { STOP true }); } catch { } GO",
    "try { [2, 1].sort(|a, b| { STOP 0 }); } catch { } GO",
    "try { [2, 1].sort_by(|a| { STOP a }); } catch { } GO",
    "try { [1].reduce(|sum, x| { STOP x }); } catch { } GO",
    "try { [1].some(|x| { STOP true }); } catch { } try { [1].all(|x| { STOP true }); } catch { } GO",
    "fn stop(t) { try { STOP } catch { GO } } stop(t); GO",
    "let f = |t| { STOP }; try { f.call(t); } catch { } GO",
];

/// Runs every way to hold on to `stop`, which ends runs with `code`.
#[track_caller]
fn assert_ends(stop: &str, flags: &str, code: i32) {
    for clinging in CLINGING {
        let world = World::new();
        world.token("x", DAY, 90 * DAY);
        let go = "tokens_revoke(t); tokens_create(\"late\", days(1));";
        let script = format!(
            "let all = tokens_list(); let own = all.find(|t| t.is_own); let t = all.find(|t| !t.is_own);\n{}",
            clinging.replace("STOP", stop).replace("GO", go)
        );
        let script =
            script.replace("fn stop(t)", "fn stop(t, own)").replace("stop(t);", "stop(t, own);");
        let run = Patroll::new().on(&world).script(&script).args(flags);
        let outcome = run.run();
        assert_eq!(outcome.code(), code, "{script}\n{outcome}");
        assert_eq!(world.writes(), "", "{script}");
        assert_eq!(outcome.stdout(), "", "{script}");
    }
}

#[test]
fn a_refusal_by_the_gate() {
    assert_ends("tokens_revoke(own);", "", 5);
}

#[test]
fn a_refusal_for_want_of_an_audit() {
    let world = World::new();
    world.token("x", DAY, 90 * DAY);
    let script = r#"
        let t = tokens_list().find(|t| !t.is_own);
        for i in 0..5 { try { tokens_revoke(t); } catch (err) { print(err); } }
    "#;
    let run = Patroll::new().on(&world).file("taken", "").script(script);
    let outcome = run.args("--state-dir taken").run();
    assert_eq!((outcome.code(), outcome.stdout(), world.writes()), (5, "", String::new()));
}

#[test]
fn an_exit() {
    assert_ends("exit(40);", "", 40);
}

#[test]
fn a_time_limit_in_a_loop() {
    assert_ends("loop { }", "--timeout 200ms", 124);
}

#[test]
fn a_time_limit_in_a_sleep() {
    assert_ends("sleep(days(1));", "--timeout 200ms", 124);
}

#[test]
fn a_secret_that_may_not_be_revealed() {
    let world = World::new();
    let script = r#"
        let made = tokens_create("x", days(1));
        try { print(made.token_value.reveal()); } catch { }
        tokens_create("late", days(1));
    "#;
    let outcome = Patroll::new().on(&world).script(script).run();
    assert_eq!((outcome.code(), outcome.stdout()), (5, ""));
    assert_eq!(world.writes(), "created a token [new-1]\n");
}

#[test]
fn a_signal_between_two_revocations() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.token(name, DAY, 90 * DAY);
    }
    // The first is on its way when the signal comes: it is waited for, and the others are not begun.
    world.fault("delete:late=2s,times=1");
    let script = r#"
        for t in tokens_list().filter(|t| !t.is_own) {
            try { tokens_revoke(t); } catch (err) { print(err); }
        }
        print("not reached");
    "#;
    let running = Patroll::new().on(&world).script(script).start();
    world.await_request_of("delete");
    let outcome = running.signal(Signal::INT).finish();
    assert_eq!((outcome.code(), outcome.stdout()), (130, ""), "{outcome}");
    assert_eq!(world.writes().lines().count(), 1, "{outcome}");
    assert_eq!(world.requests_of("delete"), 1);
    let audit = outcome.audit();
    assert_eq!((audit.len(), &audit[0]["outcome"]), (1, &"done".into()));
}

#[test]
fn a_signal_while_waiting_to_try_again() {
    let world = World::new();
    world.fault("list:status=503,retry-after=30,always");
    let running = Patroll::new().on(&world).args("tokens list").start();
    world.await_request_of("list");
    let outcome = running.signal(Signal::TERM).finish();
    assert_eq!(outcome.code(), 143, "{outcome}");
    assert_eq!(world.requests_of("list"), 1);
}

#[test]
fn a_second_ctrl_c_does_not_wait() {
    let world = World::new();
    world.token("a", DAY, 90 * DAY);
    world.fault("delete:hold+effect");
    let running = Patroll::new().on(&world).args("tokens revoke --where !t.is_own").start();
    world.await_request_of("delete");
    let outcome = running.signal(Signal::INT).signal(Signal::TERM).finish();
    assert!([130, 143].contains(&outcome.code()), "{outcome}");
}

#[test]
fn an_output_that_nobody_reads() {
    let world = World::new();
    world.token("x", DAY, 90 * DAY);
    let script = r#"
        try { print("one"); } catch { }
        for t in tokens_list() { try { tokens_revoke(t); } catch { } }
    "#;
    let outcome = Patroll::new().on(&world).script(script).unread().run();
    assert_eq!((outcome.code(), outcome.stderr()), (141, ""));
    assert_eq!(world.writes(), "");
}
