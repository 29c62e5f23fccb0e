//! Every effect is a line, and without a line there is no effect.

use std::rc::Rc;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::{DAY, Folder, Patroll, World, expect};

const SCRIPT: &str = r#"
    tokens_create("new", hours(1)).token_value.save("secrets");
    let found = tokens_list().filter(|t| t.comment == "old");
    tokens_revoke(found);
    tokens_revoke("gone");
"#;

/// Returns the lines of a log, without what differs from run to run.
fn settled(world: &World, log: &str) -> Vec<Value> {
    let name = |id: &str| world.names().into_iter().find(|(known, _)| known == id);
    let line = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let fields = line.as_object_mut().unwrap();
        assert!(fields["time"].as_str().unwrap().ends_with('Z'));
        assert_eq!(fields["run_id"].as_str().unwrap().len(), 16);
        assert!(fields["host"].as_str().unwrap().starts_with("http://127.0.0.1:"));
        for name in ["time", "run_id", "host"] {
            fields.shift_remove(name);
        }
        if let Some((_, name)) = fields["token_id"].as_str().and_then(name) {
            fields["token_id"] = name.into();
        }
        if let Some(id) = fields["request_id"].as_str() {
            fields["request_id"] = id.len().into();
        }
        line
    };
    log.lines().map(line).collect()
}

#[test]
fn every_effect_is_a_line() {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    let run = Patroll::new().on(&world).script(SCRIPT).args("--allow-write . --audit-log log");
    let outcome = run.keeps("secrets").run();
    outcome.expect(expect![[r#"
        --- stderr
        created 1 token, revoked 1 token, wrote 1 file
        --- exit 0
    "#]]);
    assert_eq!(outcome.audit(), Vec::<Value>::new(), "only one log is written");
    let line = |number: i64, effect: &str, id: Value, comment: Value| {
        json!({
            "profile": null, "script": "x.rhai", "line": number, "effect": effect,
            "token_id": id, "comment": comment, "outcome": "done", "request_id": 36,
        })
    };
    let mut wrote = line(2, "write_file", Value::Null, Value::Null);
    wrote["path"] = "secrets".into();
    wrote["request_id"] = Value::Null;
    let mut gone = line(5, "revoke_token", "gone".into(), Value::Null);
    gone["outcome"] = "already_gone".into();
    let expected = vec![
        line(2, "create_token", "new-1".into(), "new".into()),
        wrote,
        line(4, "revoke_token", "old".into(), "old".into()),
        gone,
    ];
    assert_eq!(settled(&world, &outcome.file("log")), expected);
}

#[test]
fn a_dry_run_is_audited_where_it_was_said() {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    let run = |args: &str| {
        Patroll::new().on(&world).script(SCRIPT).args("-n --allow-write .").args(args).run()
    };
    let outcome = run("--audit-log log");
    let outcomes: Vec<_> =
        settled(&world, &outcome.file("log")).iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, ["dry_run"; 4], "{outcome}");
    assert_eq!((run("").audit().len(), world.writes()), (0, String::new()));
}

#[test]
fn a_refusal_is_audited() {
    let world = World::new();
    let script = "tokens_revoke(tokens_list()[0]);";
    for (args, lines) in [("", 1), ("--audit-log log", 0), ("-n", 0), ("-n --audit-log log", 0)] {
        let outcome = Patroll::new().on(&world).script(script).args(args).run();
        assert_eq!((outcome.code(), outcome.audit().len()), (5, lines), "{args}: {outcome}");
        if args.contains("log") {
            assert_eq!(settled(&world, &outcome.file("log"))[0]["outcome"], "OWN_TOKEN");
        }
    }
}

#[test]
fn a_dash_is_stdout() {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    let script = "tokens_revoke(tokens_list().find(|t| !t.is_own)); print(\"end\");";
    let outcome = Patroll::new().on(&world).script(script).args("--audit-log -").run();
    let (line, rest) = outcome.stdout().split_once('\n').unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["effect"], &line["outcome"], rest),
        (&"revoke_token".into(), &"done".into(), "end\n")
    );
    assert_eq!(outcome.audit().len(), 0);
}

#[test]
fn a_run_in_the_sandbox_is_audited_where_it_was_said() {
    let folder = Rc::new(Folder::new());
    let args = "--sandbox run cleanup_expired --audit-log log";
    let outcome = Patroll::within(&folder).args(args).run();
    outcome.expect_success();
    assert!(folder.read("log").contains("\"effect\":\"revoke_token\""));
    let script = "tokens_create(\"x\", days(1)).token_value.save(\"value\");";
    let run = Patroll::within(&folder).script(script);
    run.args("--sandbox --allow-write . --audit-log script").run().expect_success();
    let log = folder.read("script");
    assert!(log.contains("\"path\":\"value\",\"outcome\":\"sandbox\""), "{log}");
}

#[test]
fn a_log_that_cannot_be_written_holds_everything_up() {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    let run = |log: &str, args: &str| {
        let run = Patroll::new().on(&world).args("run cleanup_expired --older-than 30d");
        run.arg("--audit-log").arg(log).args(args).run()
    };
    for log in ["no/folder", ".", "/dev/null/x"] {
        assert_eq!(run(log, "").code(), 5, "{log}");
        assert_eq!(run(log, "-n").code(), 5, "{log}");
    }
    assert_eq!(world.writes(), "");
    run("no/log", "").expect(expect![[r#"
        --- stderr
        error: the audit log no/log cannot be written: no such file or directory
          --> bundled:cleanup_expired:29:1
           |
        29 | tokens_revoke(found);
           | ^^^^^^^^^^^^^
        hint: what cannot be audited is not done; make it writable, or name another file with --audit-log
        --- exit 5
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn what_may_not_take_a_line_is_no_log() {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    let run = |log: &str| {
        let run = Patroll::new().on(&world).arg("tokens").arg("revoke");
        run.arg("--where").arg("t.comment == \"old\"").args("--yes --audit-log").arg(log)
    };
    run("/dev/full").run().expect(expect![[r#"
        --- stderr
        error: the audit log /dev/full cannot be written: it is a device, and only a terminal or /dev/null can be one
        hint: what cannot be audited is not done; make it writable, or name another file with --audit-log
        --- exit 5
    "#]]);
    assert_eq!(run("/dev/full").arg("-n").run().code(), 5);
    run("-").into_file("/dev/full").run().expect(expect![[r#"
        --- stderr
        error: the audit log on stdout cannot be written: it is a device, and only a terminal or /dev/null can be one
        hint: what cannot be audited is not done; make it writable, or name another file with --audit-log
        --- exit 5
    "#]]);
    run("-").unread().run().expect(expect![[r#"
        --- stderr
        error: the audit log on stdout cannot be written: its reader has gone
        hint: what cannot be audited is not done; make it writable, or name another file with --audit-log
        --- exit 5
    "#]]);
    assert_eq!(world.writes(), "");
    run("/dev/null").run().expect_success();
    assert_eq!(world.writes(), "revoked a token [old]\n");
}

#[test]
fn a_file_and_a_terminal_on_stdout_are_logs() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    folder.write("log", "", 0o600);
    let run = || {
        let script = "tokens_create(\"x\", days(1)).token_value.save(\"value\");";
        let run = Patroll::within(&folder).on(&world).script(script).keeps("value");
        run.args("--allow-write value --audit-log -")
    };
    run().into_file(folder.work().join("log").to_str().unwrap()).run().expect_success();
    assert_eq!(folder.read("log").lines().count(), 2);
    std::fs::remove_file(folder.work().join("value")).unwrap();
    let shown = run().terminal(300).run();
    assert_eq!((shown.code(), shown.stdout().matches("\"outcome\":\"done\"").count()), (0, 2));
}

#[test]
fn a_pipe_that_nobody_reads_is_no_log() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    let pipe = folder.work().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let run = || Patroll::within(&folder).on(&world).args("tokens create --comment x").reveals();
    assert_eq!(run().args("--audit-log pipe").run().code(), 5);
    assert_eq!(world.writes(), "");
    let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap());
    // Whether the reader is there yet is not known: what is refused is tried again.
    while run().args("--audit-log pipe").run().code() == 5 {}
    assert_eq!(reader.join().unwrap().lines().count(), 1);
}
