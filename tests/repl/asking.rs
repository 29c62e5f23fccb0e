//! The question before a revocation on a real workspace.

use super::terminal::Setup;
use crate::support::{DAY, Real, World, expect};

fn world() -> World {
    let world = World::of(|options| options.now = None);
    for name in ["one", "two", "three"] {
        world.token(name, 2 * DAY, 90 * DAY);
    }
    world
}

const OTHERS: &str = "tokens_list().filter(|t| !t.is_own)";

#[test]
fn one_token_is_asked_for_and_all_of_the_input_can_be_allowed() {
    let world = world();
    let real = Real::before(&world);
    let session = Setup::new().through(&world, real.host()).open();
    session.input(&format!("let old = {OTHERS}; ()"));
    session.keys("tokens_revoke(old[0])\r").await_end("[N]o:").keys("y\r").await_prompt();
    session
        .keys("for t in old { tokens_revoke(t) }\r")
        .await_end("[N]o:")
        .keys("a\r")
        .await_prompt();
    session.shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › let old = tokens_list().filter(|t| !t.is_own); ()
        dev › tokens_revoke(old[0])
        revoke [three]..... three on dev ([HOST])?
        [y]es, [a]ll that follow, [N]o: y
        revoked [three]..... three
        true
        dev › for t in old { tokens_revoke(t) }
        revoke [three]..... three on dev ([HOST])?
        [y]es, [a]ll that follow, [N]o: a
        revoked [one]....... one
        revoked [two]....... two
        dev ›
    "#]]);
    assert_eq!(world.writes().lines().count(), 3);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_no_ends_the_input_and_nothing_can_catch_it() {
    let world = world();
    let real = Real::before(&world);
    let session = Setup::new().through(&world, real.host()).open();
    let input =
        format!("for t in {OTHERS} {{ try {{ tokens_revoke(t) }} catch {{}} }} print(\"on\")");
    session.keys(&format!("{input}\r")).await_end("[N]o:").keys("\r").await_prompt();
    session.keys("tokens_revoke(\"feed\")\r").await_end("[N]o:").keys("\x03").await_prompt();
    session.shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › for t in tokens_list().filter(|t| !t.is_own) { try { tokens_revoke(t) } catch {} } print("on")
        revoke [three]..... three on dev ([HOST])?
        [y]es, [a]ll that follow, [N]o: 
        error: not revoked, and nothing further is done: the answer was not yes
         --> session:1:54
          |
        1 | for t in tokens_list().filter(|t| !t.is_own) { try { tokens_revoke(t) } catch {} } print("on")
          |                                                      ^^^^^^^^^^^^^
        dev › tokens_revoke("feed")
        revoke feed on dev ([HOST])?
        [y]es, [a]ll that follow, [N]o: 
        error: not revoked, and nothing further is done: the answer was not yes
         --> session:2:1
          |
        2 | tokens_revoke("feed")
          | ^^^^^^^^^^^^^
        dev ›
    "#]]);
    assert_eq!(world.writes(), "");
    assert_eq!(session.leave(), 0);
}

#[test]
fn an_array_is_asked_for_once_with_its_names() {
    let world = world();
    let real = Real::before(&world);
    let session = Setup::new().through(&world, real.host()).open();
    session.keys(&format!("tokens_revoke({OTHERS})\r")).await_end("[N]o:");
    session
        .shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_revoke(tokens_list().filter(|t| !t.is_own))
        revoke these 3 tokens on dev ([HOST])?
          [three]..... three
          [one]....... one
          [two]....... two
        [y]es, [N]o:
    "#]])
        .keys("yes\r")
        .await_prompt();
    assert_eq!(world.writes().lines().count(), 3);
    assert_eq!(session.leave(), 0);
}

#[test]
fn nobody_is_asked_in_the_sandbox_in_a_dry_run_or_with_yes() {
    let world = world();
    let real = Real::before(&world);
    for (host, args) in
        [(world.address().host.as_str(), ""), (real.host(), "-n"), (real.host(), "--yes")]
    {
        let session = Setup::new().through(&world, host).args(args).open();
        session
            .input(&format!("tokens_revoke({OTHERS}[0]); print(\"done\")"))
            .await_text("\ndone\n");
        assert_eq!(session.leave(), 0);
    }
    assert_eq!(world.writes().lines().count(), 2);
}

#[test]
fn the_same_question_guards_a_script_on_a_terminal() {
    let world = world();
    let real = Real::before(&world);
    let script = format!("tokens_revoke({OTHERS}); print(\"on\");");
    let run =
        || Setup::new().through(&world, real.host()).file("x.rhai", &script).args("run x.rhai");
    let session = run().start();
    session.await_end("[N]o:").keys("n\r").await_text("error:").shows(expect![[r#"
        revoke these 3 tokens on dev ([HOST])?
          [three]..... three
          [one]....... one
          [two]....... two
        [y]es, [N]o: n
        error: not revoked, and nothing further is done: the answer was not yes
         --> x.rhai:1:1
          |
        1 | tokens_revoke(tokens_list().filter(|t| !t.is_own)); print("on");
          | ^^^^^^^^^^^^^
    "#]]);
    assert_eq!(session.end(), 5);
    assert_eq!(world.writes(), "");
    let session = run().start();
    session.await_end("[N]o:").keys("y\r").await_text("revoked 3 tokens");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_brake_asks_whoever_has_said_yes_to_all() {
    for (answer, revoked) in [("\r", 10), ("a\r", 12)] {
        let world = World::of(|options| (options.now, options.tokens) = (None, 13));
        let real = Real::before(&world);
        let session = Setup::new().through(&world, real.host()).open();
        session.input(&format!("let old = {OTHERS}; ()"));
        session.keys("for t in old { tokens_revoke(t) }\r").await_end("[N]o:").keys("a\r");
        session.await_text("0 of 10 left (the usual brake); go on at");
        session.await_end("[N]o:").keys(answer).await_prompt();
        assert_eq!(world.writes().lines().count(), revoked);
        assert_eq!(session.leave(), 0);
    }
}
