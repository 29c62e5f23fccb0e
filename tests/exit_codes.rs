//! Every exit code that README.md promises, by at least one way to get it.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Patroll, Running, Signal, World, expect};

/// Runs a script in a world and gives the exit code.
#[track_caller]
fn code_of(world: &World, script: &str) -> i32 {
    Patroll::new().on(world).script(script).run().code()
}

#[test]
fn done_is_0() {
    let world = World::new();
    assert_eq!(Patroll::new().on(&world).args("tokens list").run().code(), 0);
    assert_eq!(Patroll::new().args("--version").run().code(), 0);
    assert_eq!(Patroll::new().args("tokens --help").run().code(), 0);
    assert_eq!(code_of(&world, "exit();"), 0);
    assert_eq!(code_of(&world, "exit(0); throw 1;"), 0);
}

#[test]
fn failed_is_1() {
    let world = World::new();
    assert_eq!(code_of(&world, "throw \"no\";"), 1);
    assert_eq!(code_of(&world, "1 / 0"), 1);
    world.fault("list:status=400");
    assert_eq!(code_of(&world, "tokens_list()"), 1);
}

#[test]
fn wrong_usage_and_what_does_not_compile_is_2() {
    let world = World::new();
    for args in
        ["", "runn x", "run", "run cleanup_expired --no-such", "run nothing", "-o xml eval 1"]
    {
        assert_eq!(Patroll::new().on(&world).args(args).run().code(), 2, "{args:?}");
    }
    assert_eq!(code_of(&world, "let = 5;"), 2);
    assert_eq!(code_of(&world, "print(undeclared);"), 2);
    assert_eq!(world.requests(), 0);
}

#[test]
fn no_or_a_refused_credential_is_3() {
    let world = World::new();
    assert_eq!(Patroll::new().args("tokens list").run().code(), 3);
    assert_eq!(Patroll::new().args("-p none tokens list").run().code(), 3);
    let run = Patroll::new().beside(&world).to(&world.address().host).args("tokens list");
    run.run().expect(expect![[r#"
        --- stderr
        error: [HOST] refuses the credential from DATABRICKS_TOKEN: GET /api/2.0/token/list answered 403 PERMISSION_DENIED: Invalid access token. [ReqId: [REQUEST]] (request id [REQUEST])
        hint: it has expired, was revoked, or belongs to another workspace: put a new token there
        --- exit 3
    "#]]);
}

#[test]
fn out_of_reach_or_overloaded_is_4() {
    // Nobody listens on the first port of this machine.
    let run = Patroll::new().to("http://127.0.0.1:1").args("tokens list");
    assert_eq!(run.run().code(), 4);
    let world = World::new();
    world.fault("list:status=429,retry-after=3600");
    assert_eq!(Patroll::new().on(&world).args("tokens list").run().code(), 4);
}

#[test]
fn refused_by_the_gate_is_5() {
    let world = World::new();
    let own = "tokens_revoke(tokens_list().find(|t| t.is_own));";
    assert_eq!(code_of(&world, own), 5);
    let reveal = "let made = tokens_create(\"x\", days(1)); print(made.token_value.reveal());";
    assert_eq!(code_of(&world, reveal), 5);
}

#[test]
fn an_unknown_outcome_is_6() {
    let world = World::new();
    world.fault("create:cut-after");
    let run = Patroll::new().on(&world).args("tokens create --comment x");
    assert_eq!(run.run().code(), 6);
}

#[test]
fn something_to_report_is_10() {
    let world = World::new();
    world.token("x", DAY, 2 * DAY);
    let run = Patroll::new().on(&world).args("run report_expiring --within 7d");
    assert_eq!(run.run().code(), 10);
}

#[test]
fn a_script_chooses_from_0_to_255() {
    let world = World::new();
    for code in [0, 1, 10, 63, 141, 255] {
        assert_eq!(code_of(&world, &format!("exit({code});")), code);
    }
    for wrong in ["exit(256);", "exit(-1);", "exit(\"1\");", "exit(1.5);", "exit(days(1));"] {
        assert_eq!(code_of(&world, wrong), 1, "{wrong}");
    }
    Patroll::new().on(&world).script("exit(256);").run().expect(expect![[r#"
        --- stderr
        error: an exit code is a number from 0 to 255, not 256
         --> x.rhai:1:1
          |
        1 | exit(256);
          | ^^^^
        --- exit 1
    "#]]);
}

#[test]
fn nothing_holds_up_an_exit() {
    let world = World::new();
    for script in [
        "try { exit(33); } catch { exit(1); }",
        "try { [1].for_each(|x| exit(33)); } catch { } exit(1);",
        "try { [1].map(|x| [2].filter(|y| exit(33))); } catch (e) { print(e); } throw 1;",
        "fn leave() { exit(33) } try { [3, 1].sort(|a, b| leave()); } catch { } loop { }",
        "fn main() { try { [1].sort_by(|x| exit(33)); } catch { return; } }",
        "while true { try { [1].some(|x| { exit(33); true }); } catch { continue; } }",
        "print(`${exit(33)}`); exit(1);",
        "let f = || exit(33); try { f.call(); } catch { } exit(1);",
        "try { [1].reduce(|sum, x| exit(33)); } catch { } exit(1);",
        "switch exit(33) { _ => exit(1) }",
    ] {
        let outcome = Patroll::new().on(&world).script(script).run();
        assert_eq!(outcome.to_string(), "--- exit 33\n", "{script}");
    }
}

#[test]
fn a_time_limit_is_124() {
    let world = World::new();
    for script in ["loop { }", "sleep(hours(1));", "try { loop { } } catch { } loop { }"] {
        let run = Patroll::new().on(&world).script(script).args("--timeout 50ms").run();
        assert_eq!(run.code(), 124, "{script}");
        assert_eq!(run.stderr(), "error: the time limit of 50ms was reached\n", "{script}");
    }
    world.fault("list:hold");
    let run = Patroll::new().on(&world).args("tokens list --timeout 300ms").run();
    run.expect(expect![[r#"
        --- stderr
        error: the time limit of 300ms was reached
        --- exit 124
    "#]]);
}

#[test]
fn ctrl_c_is_130_and_sigterm_143() {
    for (signal, code, word) in
        [(Signal::INT, 130, "interrupted"), (Signal::TERM, 143, "terminated")]
    {
        let world = World::new();
        world.fault("list:hold,always");
        let start = |script: &str| {
            let script = format!("print(\"ready\"); {script}");
            Patroll::new().on(&world).script(&script).start().await_stdout("ready\n")
        };
        let check = |running: Running| {
            let outcome = running.signal(signal).finish();
            let expected = format!("ready\n--- stderr\nerror: {word}\n--- exit {code}\n");
            assert_eq!(outcome.to_string(), expected);
        };
        check(start("loop { }"));
        check(start("loop { try { loop { } } catch { } }"));
        check(start("sleep(hours(1));"));
        let held = start("tokens_list();");
        world.await_request_of("list");
        check(held);
    }
}

#[test]
fn a_reader_who_has_gone_is_141() {
    let world = World::new();
    let unread = |args: &str| Patroll::new().on(&world).args(args).unread().run();
    for args in
        ["tokens list", "tokens list -o table", "run inventory", "scripts list", "docs", "--help"]
    {
        assert_eq!(unread(args).to_string(), "--- exit 141\n", "{args}");
    }
    let script = "loop { try { print(1); } catch { } }";
    let outcome = Patroll::new().on(&world).script(script).unread().run();
    assert_eq!(outcome.to_string(), "--- exit 141\n");
}
