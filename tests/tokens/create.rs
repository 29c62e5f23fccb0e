//! `tokens create`: what the document shows, to the byte, and where else a value may go.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{Folder, Patroll, Stub, World, expect};

#[test]
fn it_prints_what_the_document_shows() {
    let world = World::of(|options| options.now = Some(1_621_287_738_473));
    let run = Patroll::new().on(&world).reveals();
    let run = run.args("tokens create --lifetime-seconds 129600 --comment").arg("My comment.");
    run.run().expect(expect![[r#"
        {
          "token_value": "[VALUE]",
          "token_info": {
            "token_id": "[new-1]",
            "creation_time": 1621287738473,
            "expiry_time": 1621417338473,
            "comment": "My comment."
          }
        }
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "created a token [new-1]\n");
}

#[test]
fn it_is_json_whatever_else_was_asked_for() {
    let world = World::new();
    for form in ["-o table", "-o csv", "-o text", "-o auto"] {
        let run = Patroll::new().on(&world).reveals().args("tokens create --comment x").args(form);
        let outcome = run.run();
        assert!(outcome.stdout().starts_with("{\n  \"token_value\": \"[VALUE]\",\n"), "{outcome}");
    }
    let run = Patroll::new().on(&world).reveals().args("tokens create --comment x").terminal(80);
    run.run().expect(expect![[r#"
        created [new-5]..... x
        {
          "token_value": "[VALUE]",
          "token_info": {
            "token_id": "[new-5]",
            "creation_time": 1795435200000,
            "expiry_time": 1803211200000,
            "comment": "x"
          }
        }
        --- exit 0
    "#]]);
}

#[test]
fn what_the_server_sent_stays_as_it_was() {
    let sent = r#"{"token_info":{"b":1.50,"token_id":"i","comment":"Zo\u00eb Zoë \u202e","creation_time":"1","expiry_time":-1},"token_value":"v-1234567"}"#;
    let stub = Stub::new([("200 OK", sent)]);
    let run = Patroll::new().to(stub.host());
    let run = run.args("tokens create --comment x");
    run.run().expect(expect![[r#"
        {
          "token_info": {
            "b": 1.50,
            "token_id": "i",
            "comment": "Zo\u00eb Zoë \u202e",
            "creation_time": "1",
            "expiry_time": -1
          },
          "token_value": "v-1234567"
        }
        --- exit 0
    "#]]);
    let asked = stub.asked().concat();
    let body = asked.split("\r\n\r\n").nth(1).unwrap();
    assert_eq!(body, r#"{"lifetime_seconds":7776000,"comment":"x"}"#);
}

#[test]
fn a_lifetime_is_sent_in_seconds_and_scopes_as_a_list() {
    for (flags, body) in [
        ("", r#"{"lifetime_seconds":7776000,"comment":"x"}"#),
        ("--lifetime 36h", r#"{"lifetime_seconds":129600,"comment":"x"}"#),
        ("--lifetime 1h30m", r#"{"lifetime_seconds":5400,"comment":"x"}"#),
        ("--lifetime-seconds 60", r#"{"lifetime_seconds":60,"comment":"x"}"#),
        (
            "--scopes sql,authentication",
            r#"{"lifetime_seconds":7776000,"comment":"x","scopes":["sql","authentication"]}"#,
        ),
    ] {
        let stub = Stub::new([("500 Oops", "{}")]);
        let run = Patroll::new().to(stub.host());
        let run = run;
        let outcome = run.args("tokens create --comment x").args(flags).run();
        assert_eq!(stub.asked()[0].split("\r\n\r\n").nth(1), Some(body), "{outcome}");
    }
}

#[test]
fn what_cannot_be_created_is_said_before_anything_is_sent() {
    let world = World::new();
    let run = |args: &str| Patroll::new().on(&world).args("tokens create").args(args).run();
    run("").expect(expect![[r#"
        --- stderr
        error: the following required arguments were not provided:
          --comment <TEXT>

        Usage: patroll tokens create --comment <TEXT>

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment").expect(expect![[r#"
        --- stderr
        error: a value is required for '--comment <TEXT>' but none was supplied

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment x --lifetime 1y").expect(expect![[r#"
        --- stderr
        error: invalid value '1y' for '--lifetime <DURATION>': `1y` is not a duration; write 90d, 36h, 2w or 1h30m

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment x --lifetime -1h").expect(expect![[r#"
        --- stderr
        error: invalid value '-1h' for '--lifetime <DURATION>': it is below zero

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment x --lifetime 30").expect(expect![[r#"
        --- stderr
        error: invalid value '30' for '--lifetime <DURATION>': `30` is not a duration; write 90d, 36h, 2w or 1h30m

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment x --lifetime-seconds ten").expect(expect![[r#"
        --- stderr
        error: invalid value 'ten' for '--lifetime-seconds <N>': it is not a whole number

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment x --lifetime-seconds 0").expect(expect![[r#"
        --- stderr
        error: invalid value '0' for '--lifetime-seconds <N>': a token lives for 1 s or longer

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment x --lifetime-seconds -5").expect(expect![[r#"
        --- stderr
        error: invalid value '-5' for '--lifetime-seconds <N>': a token lives for 1 s or longer

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment x --lifetime 1h --lifetime-seconds 60").expect(expect![[r#"
        --- stderr
        error: the argument '--lifetime <DURATION>' cannot be used with '--lifetime-seconds <N>'

        Usage: patroll tokens create --comment <TEXT> --lifetime <DURATION>

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--comment x stray").expect(expect![[r#"
        --- stderr
        error: unexpected argument 'stray' found

        Usage: patroll tokens create [OPTIONS] --comment <TEXT>

        For more information, try '--help'.
        --- exit 2
    "#]]);
    assert_eq!(world.requests(), 0);
}

#[test]
fn what_the_workspace_refuses_is_said_in_its_words() {
    let world = World::new();
    let run = |args: &str| Patroll::new().on(&world).args("tokens create").args(args).run();
    run("--comment x --lifetime 731d").expect(expect![[r#"
        --- stderr
        error: POST /api/2.0/token/create answered 400 INVALID_PARAMETER_VALUE: lifetime_seconds is 63158400, but the maximum is 63072000 (730 days) (request id [REQUEST])
        hint: the workspace's limits apply: a lifetime is 1 s to its maximum (730 days unless set lower)
        --- exit 1
    "#]]);
    world.fault("create:status=400,code=QUOTA_EXCEEDED");
    run("--comment x").expect(expect![[r#"
        --- stderr
        error: POST /api/2.0/token/create answered 400 QUOTA_EXCEEDED: This answer was asked for as a fault. (request id [REQUEST])
        hint: revoke what is not needed: `patroll run cleanup_expired --dry-run` shows what could go
        --- exit 1
    "#]]);
    world.fault("create:status=403");
    run("--comment x").expect(expect![[r#"
        --- stderr
        error: POST /api/2.0/token/create answered 403 PERMISSION_DENIED: This answer was asked for as a fault. (request id [REQUEST])
        hint: the credential is valid, but may not do this: ask a workspace admin for the token permission
        --- exit 1
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn a_file_gets_the_value_and_stdout_the_rest() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder).on(&world).keeps("token.txt");
    run.args("tokens create --comment x --to-file token.txt").run().expect(expect![[r#"
        {
          "token_info": {
            "token_id": "[new-1]",
            "creation_time": 1795435200000,
            "expiry_time": 1803211200000,
            "comment": "x"
          }
        }
        --- exit 0
    "#]]);
    let path = folder.work().join("token.txt");
    let value = folder.read(&path);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    let run = Patroll::within(&folder).beside(&world).keeps("token.txt");
    let run = run.env("DATABRICKS_HOST", &world.address().host);
    let run = run.env("DATABRICKS_TOKEN", value.trim_end()).secret(value.trim_end());
    let outcome = run.args("eval").arg("tokens_list().filter(|t| t.is_own)[0].comment").run();
    assert_eq!(outcome.stdout(), "\"x\"\n");
    assert_eq!(folder.audit().len(), 2);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_the_token_is_made() {
    let world = World::new();
    let run = |path: &str| {
        let run = Patroll::new().on(&world).file("taken.txt", "mine").file("file/x", "");
        run.args("tokens create --comment x --to-file").arg(path).run()
    };
    let taken = run("taken.txt");
    taken.expect(expect![[r#"
        --- stderr
        error: cannot write taken.txt: it exists already
        --- exit 1
    "#]]);
    assert_eq!(taken.file("taken.txt"), "mine");
    run("nowhere/token.txt").expect(expect![[r#"
        --- stderr
        error: cannot write nowhere/token.txt: no such file or directory
        --- exit 1
    "#]]);
    run("taken.txt/token.txt").expect(expect![[r#"
        --- stderr
        error: cannot write taken.txt/token.txt: not a directory
        --- exit 1
    "#]]);
    run("file").expect(expect![[r#"
        --- stderr
        error: cannot write file: it exists already
        --- exit 1
    "#]]);
    run("").expect(expect![[r#"
        --- stderr
        error: a value is required for '--to-file <FILE>' but none was supplied

        For more information, try '--help'.
        --- exit 2
    "#]]);
    assert_eq!((world.writes(), world.requests()), (String::new(), 0));
}

#[test]
fn a_file_that_nobody_writes_to_is_not_left_behind() {
    let world = World::new();
    world.fault("create:status=400");
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder).on(&world);
    run.args("tokens create --comment x --to-file token.txt").run().expect(expect![[r#"
        --- stderr
        error: POST /api/2.0/token/create answered 400 BAD_REQUEST: This answer was asked for as a fault. (request id [REQUEST])
        --- exit 1
    "#]]);
    let left: Vec<_> = folder.left().into_iter().map(|(path, _)| path).collect();
    assert_eq!(left, [folder.home().join(".local/state/patroll/audit.jsonl")]);
}
