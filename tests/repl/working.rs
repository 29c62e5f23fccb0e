//! Long work, its interruption, history, timing, and a stdin that is no terminal.

use std::rc::Rc;

use super::terminal::Setup;
use crate::support::{Folder, Patroll, Signal, Silence, World, expect};

#[test]
fn ctrl_c_ends_a_loop_and_the_session_goes_on() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session
        .input("let a = 1")
        .keys("print(\"run\" + \"ning\"); try { loop {} } catch { print(\"caught\") }\r");
    session.await_text("running").keys("\x03").await_prompt().input("a").shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › let a = 1
        dev › print("run" + "ning"); try { loop {} } catch { print("caught") }
        running
        error: interrupted
        dev › a
        1
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn ctrl_c_ends_a_long_answer() {
    let world = World::of(|options| options.tokens = 20_000);
    let listed = world.list();
    let last = listed[listed.len() - 1]["token_id"].as_str().unwrap();
    let session = Setup::new().on(&world).open();
    session.input("tokens_list()").keys(":json\r").await_text("\"creation_time\"");
    session.keys("\x03").await_text("error: interrupted").await_prompt();
    session.input("it.len()").await_text("\n20000\n");
    assert!(!session.has_said(last));
    assert_eq!(session.leave(), 0);
}

#[test]
fn ctrl_c_gives_up_a_request_that_is_held_and_the_next_one_is_made() {
    let world = World::new();
    world.fault("list:hold");
    let session = Setup::new().on(&world).open();
    session.keys("tokens_list()\r");
    world.await_request_of("list");
    session.keys("\x03").await_prompt().input("tokens_list().len()").shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_list()
        error: interrupted
        dev › tokens_list().len()
        1
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn ctrl_c_gives_up_a_connection_that_does_not_come_about() {
    let (world, silence) = (World::new(), Silence::new());
    let session = Setup::new().through(&world, silence.host()).open();
    session.keys("tokens_list()\r").await_text("at work").keys("\x03").await_prompt();
    session.input("1 + 1").shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_list()
        error: interrupted
        dev › 1 + 1
        2
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_creation_on_its_way_is_waited_for() {
    let world = World::new();
    world.fault("create:late=2s");
    let session = Setup::new().on(&world).open();
    session.keys("let made = tokens_create(\"x\", days(1))\r");
    world.await_request_of("create");
    session.keys("\x03").await_prompt();
    assert_eq!(world.writes().lines().count(), 1);
    session.shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › let made = tokens_create("x", days(1))
        created [new-1]..... x
        error: interrupted
        dev ›
    "#]]);
    assert_eq!(session.leave(), 1);
}

#[test]
fn a_second_ctrl_c_abandons_a_creation_and_says_that_its_outcome_is_unknown() {
    let world = World::new();
    world.fault("create:hold");
    let session = Setup::new().on(&world).open();
    session.keys("tokens_create(\"x\", days(1))\r");
    world.await_request_of("create");
    session.keys("\x03").keys("\x03").await_prompt().shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_create("x", days(1))
        warning: creating a token: cut on its way, so whether it happened is unknown
        error: interrupted
        dev ›
    "#]]);
    assert!(session.state("audit.jsonl").contains("\"outcome\":\"unknown\""));
    assert_eq!(session.leave(), 0);
}

#[test]
fn long_work_shows_what_it_is_busy_with() {
    let world = World::new();
    world.fault("list:status=429,retry-after=2");
    let session = Setup::new().on(&world).open();
    session
        .keys("tokens_list().len()\r")
        .await_text("1 request done, 1 retry, waiting 1 s as the workspace asks");
    session.await_prompt().await_absence("request done").shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_list().len()
        [HOST]: 429 REQUEST_LIMIT_EXCEEDED; trying again in [WAIT]
        1
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn history_is_kept_but_for_secrets_spaces_and_repetitions() {
    let (world, folder) = (World::new(), Rc::new(Folder::new()));
    let session = Setup::within(&folder).on(&world).open();
    let value = format!("dapi{}", "0123456789abcdef".repeat(2));
    session.input("1 + 1").input("1 + 1").input(" 2 + 2").input(":vars");
    session.keys(&format!("let hidden = \"{value}\".len()\r")).await_prompt();
    expect![[r#"
        1 + 1
        :vars
    "#]]
    .assert_eq(&session.state("history"));
    // No Ctrl-D: what was typed is there also after a crash.
    drop(session);
    let session = Setup::within(&folder).on(&world).open();
    session.keys("\x12+").await_text("1 + 1").keys("\r").await_prompt().shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › 1 + 1
        2
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn the_history_file_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let (world, folder) = (World::new(), Rc::new(Folder::new()));
    let session = Setup::within(&folder).on(&world).open();
    session.input("1");
    let path = folder.home().join(".local/state/patroll/history");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(session.leave(), 0);
}

#[test]
fn time_and_requests_are_shown_on_demand() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.input(":time on").input("tokens_list().len()").await_text(" s, 1 request\n");
    session.input("1").await_text(" s, 0 requests\n");
    session.input(":time off").input("2").await_end("› 2\n2\ndev ›");
    assert_eq!(session.leave(), 0);
}

#[test]
fn no_request_is_made_before_an_input_needs_one() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.input("1 + 1").input(":help").input("days(1)");
    assert_eq!(world.requests(), 0);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_script_may_end_the_session_and_a_limit_is_that_of_each_input() {
    let world = World::new();
    let session = Setup::new().on(&world).args("--timeout 200ms").open();
    session.keys("loop {}\r").await_text("time limit").await_prompt().input("1").shows(expect![[
        r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › loop {}
        error: the time limit of 200ms was reached
        dev › 1
        1
        dev ›
    "#
    ]]);
    session.keys("exit(12)\r");
    assert_eq!(session.end(), 12);
}

#[test]
fn what_is_made_and_reaches_no_one_is_told_at_the_end() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.input("let made = tokens_create(\"x\", days(1)); ()");
    session.keys("\x04").await_text("reached no one");
    assert_eq!(session.end(), 1);
}

#[test]
fn a_session_may_do_no_more_than_a_script() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session
        .input("let made = tokens_create(\"x\", days(1)); ()")
        .input("made.token_value.reveal()");
    session.input("made.token_value.save(\"x\")").input("eval(\"1\")").input("tokens_revoke(made)");
    session.shows(expect![[r#"
        dev › made.token_value.reveal()
        error: reading a token's value needs a permission that this run does not have
         --> session:2:18
          |
        2 | made.token_value.reveal()
          |                  ^^^^^^
        hint: add --allow-reveal
        dev › made.token_value.save("x")
        error: writing x needs a permission that this run does not have
         --> session:3:18
          |
        3 | made.token_value.save("x")
          |                  ^^^^
        hint: add --allow-write x
        dev › eval("1")
        error: reserved keyword 'eval' is disabled
         --> session:4:1
          |
        4 | eval("1")
          | ^^^^
        dev › tokens_revoke(made)
        revoked [new-1]..... x
        true
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn stdin_that_is_no_terminal_is_a_script() {
    let world = World::new();
    for line in ["", "repl"] {
        let folder = Rc::new(Folder::new());
        let run = Patroll::within(&folder).on(&world).args(line);
        run.stdin("print(1 + 1);\nexit(12);\n").run().expect(expect![[r#"
            2
            --- exit 12
        "#]]);
        assert!(!folder.home().join(".local/state/patroll/history").exists());
    }
    Patroll::new().on(&world).stdin("oops(").run().expect(expect![[r#"
        --- stderr
        error: expecting ')' to close the arguments list of this function call 'oops'
         --> stdin:1:6
          |
        1 | oops(
          |      ^
        --- exit 2
    "#]]);
}

#[test]
fn a_signal_to_terminate_ends_a_session_at_its_prompt_too() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.signal(Signal::TERM);
    assert_eq!(session.end(), 143);
}
