//! Many revocations at once, from outside: what a script gets, what a person sees, and how it ends early.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, Signal, World, expect};

/// A world with three tokens besides the one signed in with.
fn world() -> World {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.token(name, DAY, 90 * DAY);
    }
    world
}

/// Runs a script that has the three in `all`, in the order of their names.
fn run(world: &World, script: &str) -> Outcome {
    let all = "let all = tokens_list().filter(|t| !t.is_own); all.sort_by(|t| t.comment);";
    Patroll::new().on(world).script(&format!("{all}\n{script}")).run()
}

#[test]
fn what_failed_is_thrown_after_the_rest_is_done() {
    let world = world();
    world.fault("delete:status=403,times=1");
    run(&world, "tokens_revoke(all);").expect(expect![[r#"
        --- stderr
        revoked 2 tokens
        error: 2 of 3 tokens revoked, 1 failed; token [a]: POST /api/2.0/token/delete answered 403 PERMISSION_DENIED: This answer was asked for as a fault. (request id [REQUEST])
         --> x.rhai:2:1
          |
        2 | tokens_revoke(all);
          | ^^^^^^^^^^^^^
        hint: the credential is valid, but may not do this: ask a workspace admin for the token permission
        --- exit 1
    "#]]);
    assert_eq!(world.writes().lines().count(), 2);
}

#[test]
fn a_script_reads_the_report_off_the_error() {
    let script = r#"
        try {
            tokens_revoke(all);
        } catch (err) {
            print(err.code);
            print(`${err.report.revoked} ${err.report.already_gone} ${err.report.untried}`);
            for failure in err.report.failures {
                print(`${failure.token_id} ${failure.error.code} ${failure.error.status}`);
            }
        }
    "#;
    let world = self::world();
    world.fault("delete:status=403,times=1");
    run(&world, script).expect(expect![[r#"
        PARTIAL
        2 0 []
        [a] PERMISSION_DENIED 403
        --- stderr
        revoked 2 tokens
        --- exit 0
    "#]]);
    let world = self::world();
    world.fault("delete:status=401,always");
    run(&world, &script.replace("err.report.untried", "err.report.untried.len()")).expect(expect![
        [r#"
            PARTIAL
            0 0 2
            [a] UNAUTHENTICATED 401
            --- exit 0
        "#]
    ]);
}

#[test]
fn the_report_is_returned_where_that_is_asked_for() {
    let world = world();
    world.fault("delete:status=403,times=1");
    let script = r#"
        let report = tokens_revoke(all, #{ on_error: "report" });
        print(report.failures.map(|f| f.error.code));
        print(tokens_revoke(all, #{ on_error: "report" }));
    "#;
    run(&world, script).expect(expect![[r#"
        ["PERMISSION_DENIED"]
        #{"already_gone": 2, "failures": [], "revoked": 1, "untried": []}
        --- stderr
        revoked 3 tokens
        --- exit 0
    "#]]);
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_done() {
    let world = world();
    for (call, problem) in [
        ("tokens_revoke(all, #{ on_error: true })", "`on_error` is \"throw\" or \"report\""),
        (
            "tokens_revoke(all[0], #{ on_error: \"report\" })",
            "`on_error` is for an array: one token is revoked or throws",
        ),
        ("tokens_revoke(all, #{ allow_own: 1 })", "`allow_own` is true or false"),
    ] {
        let outcome = run(&world, &format!("{call};"));
        outcome.expect_error(problem);
        assert_eq!(outcome.code(), 1, "{call}");
    }
    let other =
        "try { tokens_create(\"x\", days(9999)); } catch (err) { print(err.report == ()); }";
    assert_eq!(run(&world, other).to_string(), "true\n--- exit 0\n");
    for jobs in ["0", "257", "many"] {
        let run = Patroll::new().on(&world).args("tokens list --jobs").arg(jobs).run();
        assert_eq!(run.code(), 2, "{jobs}");
    }
    assert_eq!(world.writes(), "");
}

#[test]
fn a_value_that_was_revoked_with_others_is_not_lost() {
    let world = World::new();
    let script = r#"
        let made = [tokens_create("x", days(1)), tokens_create("y", days(1))];
        print(tokens_revoke(made));
    "#;
    Patroll::new().on(&world).script(script).run().expect(expect![[r#"
        #{"already_gone": 0, "revoked": 2}
        --- stderr
        created 2 tokens, revoked 2 tokens
        --- exit 0
    "#]]);
    world.fault("delete:status=403,times=1");
    let outcome = Patroll::new().on(&world).script(script).run();
    assert!(outcome.stderr().contains("reached no one"), "{outcome}");
}

#[test]
fn a_signal_lets_what_is_on_its_way_land_and_says_how_far_it_came() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for form in ["eval tokens_revoke(tokens_list())", "tokens revoke --where true"] {
            let world = world();
            world.fault("delete:late=300ms");
            let run = Patroll::new().on(&world).args(form).start();
            world.await_request_of("delete");
            let outcome = run.signal(signal).finish();
            assert_eq!(outcome.code(), code, "{outcome}");
            let end = if code == 130 { "interrupted" } else { "terminated" };
            let told = format!("warning: {end}: 1 of 3 tokens revoked, 2 not tried");
            assert!(outcome.stderr().contains(&told), "{outcome}");
            assert_eq!(world.writes().lines().count(), 1, "{outcome}");
            let mut audit: Vec<_> =
                outcome.audit().iter().map(|line| line["outcome"].to_string()).collect();
            audit.sort();
            let not_tried = format!("\"{}\"", end.to_uppercase());
            assert_eq!(audit, [&not_tried, &not_tried, "\"done\""], "{outcome}");
        }
    }
}

#[test]
fn a_terminal_shows_how_far_it_is() {
    let world = world();
    world.fault("delete:late=1500ms,times=1");
    let run = Patroll::new().on(&world).args("tokens revoke -j 1 --where true -o table");
    let run = run.terminal(100).start().await_stdout("revoking [                    ] 0 of 3");
    assert_eq!(run.finish().code(), 0);
    assert_eq!(world.writes().lines().count(), 3);
}

#[test]
fn as_many_as_allowed_are_on_their_way_at_once() {
    for (jobs, at_once) in [("1", 1), ("2", 2)] {
        let world = world();
        // The first goes alone; then all that are allowed hang.
        world.fault("delete:hold,after=1");
        let run = Patroll::new().on(&world).args("tokens revoke --where true --jobs").arg(jobs);
        let run = run.start();
        while world.requests_of("delete") < 1 + at_once {
            std::thread::yield_now();
        }
        let outcome = run.signal(Signal::INT).signal(Signal::INT).finish();
        assert_eq!(outcome.code(), 130, "{outcome}");
        assert_eq!(world.requests_of("delete"), 1 + at_once, "{outcome}");
    }
}
