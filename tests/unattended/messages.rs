//! `--log-format json`: every message is a JSON object on a line of its own.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::{DAY, Outcome, Patroll, World};

/// Reads what was said, without the time.
#[track_caller]
fn messages(outcome: &Outcome) -> Vec<Value> {
    let read = |line: &str| {
        let mut message: Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{line:?} is no JSON: {outcome}"));
        let time = message.as_object_mut().unwrap().shift_remove("time").unwrap();
        assert!(time.as_str().unwrap().ends_with('Z'));
        message
    };
    outcome.stderr().lines().map(read).collect()
}

#[test]
fn what_was_done() {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    let args = "run cleanup_expired --older-than 30d --log-format json";
    let outcome = Patroll::new().on(&world).args(args).run();
    assert_eq!(messages(&outcome), [json!({ "level": "info", "message": "revoked 1 token" })]);
    assert_eq!(outcome.stdout(), "");
    let outcome = Patroll::new().on(&world).args(args).run();
    assert_eq!(messages(&outcome), Vec::<Value>::new(), "nothing changed, so nothing is said");
}

#[test]
fn what_failed() {
    let world = World::new();
    let run = |args: &str| {
        let run = Patroll::new()
            .on(&world)
            .file("x.rhai", "let n = 1;\ntokens_revoke(tokens_list()[0]);");
        messages(&run.file("y.rhai", "tokens_lst()").args("--log-format json").args(args).run())
    };
    let failed = run("run x.rhai");
    assert_eq!(failed.len(), 1);
    assert_eq!((&failed[0]["level"], &failed[0]["exit_code"]), (&"error".into(), &5.into()));
    assert_eq!(
        failed[0]["message"],
        "token [own] is the credential in use: revoking it would lock this run out"
    );
    assert!(failed[0]["report"].as_str().unwrap().contains("--> x.rhai:2:1\n"));
    assert!(failed[0]["hint"].as_str().unwrap().starts_with("leave it out"));
    assert_eq!(
        run("-p none tokens list"),
        [json!({
            "level": "error", "message": "[HOME]/.databrickscfg has no profile `none`", "code": "PROFILE",
            "exit_code": 3, "hint": "there is no such file, or no profile in it",
        })]
    );
    let mistakes = run("check y.rhai y.rhai");
    assert_eq!(mistakes.iter().map(|line| &line["exit_code"]).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn what_is_noted_and_what_is_foreign() {
    let world = World::new();
    world.fault("list:status=503,retry-after=0,times=1");
    let script = "tokens_list(); throw \"a\\n\\u001b[31m\\\"b\\\"\";";
    let outcome =
        Patroll::new().on(&world).script(script).args("--log-format json --color always").run();
    let messages = messages(&outcome);
    let levels: Vec<_> = messages.iter().map(|line| line["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["info", "error"], "{outcome}");
    assert!(!outcome.stderr().contains('\u{1b}'), "{outcome}");
}

#[test]
fn no_value_hides_behind_an_escape() {
    let world = World::new();
    let script =
        "let made = tokens_create(\"x\", days(1)); throw `\"${made.token_value.reveal()}\"`;";
    // Its secrecy is looked at by every run.
    let run = Patroll::new().on(&world).script(script).args("--log-format json --allow-reveal");
    assert_eq!(run.run().code(), 1);
}

#[test]
fn what_was_mistyped() {
    let run = |args: &str| {
        let outcome = Patroll::new().args(args).run();
        assert_eq!((outcome.code(), outcome.stdout()), (2, ""), "{outcome}");
        messages(&outcome)
    };
    let told = |message: &str, hint: &str| {
        [json!({
            "level": "error", "message": message, "code": "INVALID_ARGUMENT", "exit_code": 2, "hint": hint,
        })]
    };
    assert_eq!(
        run("tokens list --log-format json --wher 1"),
        told("unexpected argument '--wher' found", "a similar argument exists: '--where'")
    );
    assert_eq!(
        run("--log-format=json tokens lst"),
        told("unrecognized subcommand 'lst'", "a similar subcommand exists: 'list'")
    );
    assert_eq!(
        run("run x.rhai --log-format json --max-revocations many"),
        told(
            "invalid value 'many' for '--max-revocations <N|P%|none>': write a number, a percentage or none",
            "--help explains each command"
        )
    );
    assert_eq!(
        run("admin tokens create --log-format json"),
        told(
            "the following required arguments were not provided: --application-id <ID> --comment <TEXT>",
            "--help explains each command"
        )
    );
    // Behind `--` it is the script's, and help is no mistake.
    let outcome = Patroll::new().args("--nonsense run x.rhai -- --log-format json").run();
    assert!(outcome.stderr().starts_with("error: unexpected argument"), "{outcome}");
    let outcome = Patroll::new().args("--log-format json --help").run();
    assert_eq!((outcome.code(), outcome.stderr()), (0, ""), "{outcome}");
}

#[test]
fn a_form_that_does_not_exist() {
    assert_eq!(Patroll::new().args("eval 1 --log-format xml").run().code(), 2);
    let run =
        Patroll::new().args("eval 1 --log-format json").env("DATABRICKS_OUTPUT_FORMAT", "xml");
    let outcome = run.run();
    assert_eq!(messages(&outcome)[0]["code"], "INVALID_ARGUMENT");
}
