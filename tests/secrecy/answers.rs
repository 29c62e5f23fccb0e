//! Whatever a workspace answers, and however much is told of it, the credential and new values stay out.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Patroll, Stub, World, expect};

const COMMANDS: [&str; 7] = [
    "tokens list",
    "tokens list -o table",
    "tokens create --comment x --to-file token.txt",
    "tokens revoke --where t.comment==\"x\"",
    "run cleanup_expired",
    "run inventory -n",
    "eval tokens_list()",
];

const TROUBLES: [&str; 12] = [
    "any:status=400,always",
    "any:status=401,always",
    "any:status=403,always",
    "any:status=404,always",
    "any:status=429,retry-after=3600,always",
    "any:garbage,always",
    "any:html,always",
    "any:empty,always",
    "any:redirect=/login.html,always",
    "create:cut-after",
    "create:truncate",
    "create:garbage+effect",
];

#[test]
fn debugging_tells_no_secret_whatever_happens() {
    for trouble in TROUBLES.into_iter().map(Some).chain([None]) {
        let world = World::new();
        world.token("x", DAY, 30 * DAY);
        if let Some(trouble) = trouble {
            world.fault(trouble);
        }
        for command in COMMANDS {
            let run = Patroll::new().on(&world).keeps("token.txt").args(command).args("--debug");
            let outcome = run.run();
            assert!(outcome.stderr().contains("debug: "), "{trouble:?} {command}: {outcome}");
        }
    }
}

#[test]
fn debugging_tells_no_secret_however_one_signs_in() {
    let world = World::new();
    let address = world.address();
    let basic = format!("username = {}\npassword = {}", address.user, address.password);
    for lines in [format!("token = {}", address.token), basic] {
        let profile = format!("host = {}\n{lines}", address.host);
        let run = Patroll::new().beside(&world).profile("p", &profile);
        let outcome = run.args("-p p --debug tokens list").run();
        assert_eq!(outcome.code(), 0, "{outcome}");
    }
    let run = Patroll::new().to(&address.host).args("--debug tokens list");
    assert_eq!(run.run().code(), 3);
}

#[test]
fn what_an_answer_echoes_is_struck_out() {
    let token = "dapi-of-the-test";
    let encoded = "ZGFwaS1vZi10aGUtdGVzdA==";
    let made = "dapi0123456789abcdef0123456789abcdef-3";
    let error = |message: &str| {
        let body = format!(r#"{{"error_code":"BAD","message":"{message}"}}"#);
        let stub = Stub::new([("400 Bad", &body)]);
        Patroll::new().to(stub.host()).secret(encoded).args("--debug tokens list").run()
    };
    // The whole header is a secret of its own.
    error(&format!("Bearer {token} is bad"))
        .expect_error("GET /api/2.0/token/list answered 400 BAD: [redacted] is bad");
    error(&format!("{encoded} is bad"))
        .expect_error("GET /api/2.0/token/list answered 400 BAD: [redacted] is bad");
    error(&format!("{made} is bad"))
        .expect_error("GET /api/2.0/token/list answered 400 BAD: [redacted] is bad");
    for (head, body) in [
        ("307 Elsewhere\r\nLocation: https://example.com/dapi-of-the-test", "{}"),
        ("400 Bad\r\nX-Request-Id: dapi-of-the-test", "{}"),
        ("400 dapi-of-the-test", ""),
        ("400 Bad\r\nX-Databricks-Reason-Phrase: dapi-of-the-test", ""),
        ("400 Bad", "<html><pre>dapi-of-the-test</pre></html>"),
        ("200 OK", "<html><title>dapi-of-the-test</title></html>"),
        ("200 OK", "dapi-of-the-test"),
        ("200 OK", r#"{"token_infos": "dapi-of-the-test"}"#),
        ("200 OK", r#"{"token_infos": [{"token_id": "dapi-of-the-test"}]}"#),
    ] {
        for command in ["tokens list", "tokens create --comment x", "eval tokens_list()"] {
            let stub = Stub::new([(head, body)]);
            let run = Patroll::new().to(stub.host()).args(command).args("--debug");
            assert!(run.run().code() < 7, "{head} {body} {command}");
        }
    }
}

#[test]
fn a_value_in_a_comment_is_struck_out_too() {
    let comment = "dapi0123456789abcdef0123456789abcdef";
    let world = World::new();
    world.token_named("leaky", comment, DAY, 30 * DAY);
    let run = |args: &str| Patroll::new().on(&world).args(args).run();
    run("tokens list -o csv").expect(expect![[r#"
        token_id,comment,created,expires
        [own],patroll sandbox,2026-11-11T12:00:00Z,2027-02-09T12:00:00Z
        [leaky],[redacted],2026-11-22T12:00:00Z,2026-12-22T12:00:00Z
        --- exit 0
    "#]]);
    run("tokens list -o table").expect(expect![[r#"
        token_id      comment          created                     expires
        [own].......  patroll sandbox  2026-11-11 12:00 (12d ago)  2027-02-09 12:00 (in 78d)
        [leaky].....  [redacted]       2026-11-22 12:00 (1d ago)   2026-12-22 12:00 (in 29d)
        --- exit 0
    "#]]);
    run("eval tokens_list().map(|t|t.comment)").expect(expect![[r#"
        [
          "patroll sandbox",
          "[redacted]"
        ]
        --- exit 0
    "#]]);
    run("tokens revoke --where t.comment!=\"patroll\"&&!t.is_own -n").expect(expect![[r#"
        would   what          comment     asked by
        revoke  [leaky].....  [redacted]  the command line
        --- stderr
        dry run: 1 change would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!(run("tokens revoke --where !t.is_own").code(), 0);

    // Neither a fold nor a cut leaves a part that is not known for one.
    world.token_named("long", &format!("{}{comment}", "x".repeat(50)), DAY, 30 * DAY);
    world.token_named("wide", &format!("a note {comment}"), DAY, 30 * DAY);
    for columns in [60, 80, 200] {
        let run = Patroll::new().on(&world).args("tokens list").terminal(columns).run();
        assert!(!run.to_string().contains("dapi"), "{columns}: {run}");
    }
}

#[test]
fn a_config_file_is_not_quoted_in_errors() {
    let value = "dapi0123456789abcdef0123456789abcdef";
    for text in [
        format!("[DEFAULT]\nhost = https://a\ntoken {value}\n"),
        format!("[DEFAULT\ntoken = {value}"),
        format!("[p]\nhost = https://u:{value}@a\ntoken = x\n"),
        format!("[p]\nhost = https://a\nauth_type = {value}\n"),
        format!("[{value}]\nhost = https://a\n"),
        format!("[p]\nhost = https://a\ntoken = {value} {value}\n"),
        format!("[p]\nhost = https://a\nusername = a:b\npassword = {value}\n"),
    ] {
        for args in ["tokens list", "-p p tokens list", "-p q tokens list"] {
            let run = Patroll::new().config(&text);
            let outcome = run.args("--debug").args(args).run();
            assert_eq!(outcome.code(), 3, "{text} {args} {outcome}");
        }
    }
}
