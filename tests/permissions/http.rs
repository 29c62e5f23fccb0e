//! Other hosts behind `--allow-net`: JSON both ways, nothing of ours along, no redirect followed.

use pretty_assertions::assert_eq;

use crate::support::{Outcome, Patroll, Stub, World, expect};

fn run(world: &World, stub: &Stub, script: &str) -> Outcome {
    let script = script.replace("HOOK", stub.host());
    let run = Patroll::new().on(world).word(&stub.host().replace("http://", ""), "[HOOK]");
    run.args("--allow-net 127.0.0.1").script(&script).run()
}

#[test]
fn json_goes_out_and_comes_back() {
    let world = World::new();
    let stub = Stub::new([
        ("200 OK", r#"{"ok": true, "n": 3}"#),
        ("200 OK", "thanks"),
        ("204 No Content", ""),
    ]);
    let script = r#"
        print(http_get("HOOK/a?b=c#d").n);
        print(http_post("HOOK/in", #{ text: "it's", list: [1, ()] }));
        print(http_post("HOOK/in", [1], #{ headers: #{ "x-key": "k 1" } }) == ());
    "#;
    run(&world, &stub, script).expect(expect![[r#"
        3
        thanks
        true
        --- stderr
        sent 2 requests
        --- exit 0
    "#]]);
    let asked = stub.asked();
    assert!(asked[0].starts_with("GET /a?b=c HTTP/1.1"), "{}", asked[0]);
    assert!(asked[1].ends_with(r#"{"list":[1,null],"text":"it's"}"#), "{}", asked[1]);
    assert!(asked[2].contains("x-key: k 1\r\n"), "{}", asked[2]);
    for request in asked {
        let head = request.to_ascii_lowercase();
        assert!(!head.contains("authorization") && !head.contains("dapi"), "{request}");
    }
}

#[test]
fn an_answer_that_is_none_is_an_error_to_catch() {
    let world = World::new();
    let stub = Stub::new([
        ("404 Not Found", "no_service"),
        ("302 Found\r\nLocation: https://b.example/x?y", ""),
    ]);
    let script = r#"
        try { http_post("HOOK/services/T0/B0/xyz", #{}) } catch (e) { print(`${e.status} ${e.message}`); print(e) }
        http_get("HOOK/old");
    "#;
    run(&world, &stub, script).expect(expect![[r#"
        404 no_service
        POST to http://[HOOK] answered 404 HTTP_404: no_service
        --- stderr
        error: GET on http://[HOOK] was redirected to https://b.example/x, and no redirect is followed
         --> x.rhai:3:9
          |
        3 |         http_get("http://[HOOK]/old");
          |         ^^^^^^^^
        hint: if that address is meant, ask it instead; its host needs an --allow-net of its own
        --- exit 1
    "#]]);
    assert_eq!(stub.asked().len(), 2);
}

#[test]
fn nothing_is_sent_twice_and_a_lost_answer_is_unknown() {
    let world = World::new();
    let stub = Stub::new([("503 Service Unavailable", "")]);
    let outcome = run(&world, &stub, "http_post(\"HOOK/in\", #{});");
    assert_eq!((outcome.code(), stub.asked().len()), (6, 1), "{outcome}");
}

#[test]
fn no_secret_and_no_plain_connection() {
    let world = World::new();
    let stub = Stub::new([("200 OK", "")]);
    let own = "let own = read_file(\"own.txt\"); own.trim();";
    let cases = [
        (
            "http_get(`HOOK/${own}`)",
            "what would be sent holds a secret, which goes to no other host",
        ),
        (
            "http_post(\"HOOK\", #{ a: [own] })",
            "what would be sent holds a secret, which goes to no other host",
        ),
        (
            "http_get(\"HOOK\", #{ headers: #{ authorization: own } })",
            "what would be sent holds a secret, which goes to no other host",
        ),
        (
            "http_get(\"http://a.example\")",
            "http://a.example is plain http: only this machine may be asked without https",
        ),
        ("http_get(\"ftp://a.example\")", "that is no address to send to: ftp is not https"),
        (
            "http_get(\"https://u@a.example\")",
            "that is no address to send to: a user name does not belong there",
        ),
        (
            "http_get(\"HOOK\", #{ headers: #{ Host: \"b\" } })",
            "the header `Host` is not the script's to set",
        ),
        ("http_get(\"HOOK\", #{ headers: #{ \"a:b\": \"b\" } })", "`a:b` is no header's name"),
        (
            "http_get(\"HOOK\", #{ headers: #{ a: \"b\\r\\nc: d\" } })",
            "the header `a` holds a letter that no header can",
        ),
        ("http_get(\"HOOK\", #{ headers: 5 })", "`headers` is a map of texts, not the number 5"),
    ];
    for (call, error) in cases {
        let script = format!("{own} {};", call.replace("HOOK", stub.host()));
        let token = world.address().token.clone();
        let run =
            Patroll::new().on(&world).file("own.txt", &token).keeps("own.txt").script(&script);
        let flags = "--allow-net 127.0.0.1 --allow-net a.example --allow-read own.txt";
        let outcome = run.args(flags).args("--allow-reveal").run();
        outcome.expect_error(error);
        assert_eq!(outcome.code(), 1);
    }
    assert!(stub.asked().is_empty());
}

#[test]
fn a_new_value_in_a_message_is_not_its_value() {
    let world = World::new();
    let stub = Stub::new([("200 OK", "")]);
    let script = r#"
        let made = tokens_create("ci", days(1));
        http_post("HOOK/in", #{ value: made.token_value, made: made, text: `${made.token_value}` });
        tokens_revoke(made);
    "#;
    run(&world, &stub, script).expect_success();
    assert_eq!(stub.asked()[0].matches("[redacted]").count(), 3);
    assert!(!stub.asked()[0].contains("dapi"));
}

#[test]
fn a_dry_run_asks_but_does_not_send() {
    let world = World::new();
    let stub = Stub::new([("200 OK", "[1]")]);
    let script = format!("print(http_get({0:?})); http_post({0:?}, 1);", stub.host());
    let run = Patroll::new().on(&world).script(&script).args("-n --allow-net 127.0.0.1");
    run.word(&stub.host().replace("http://", ""), "[HOOK]").run().expect(expect![[r#"
        [1]
        would  what                       comment  asked by
        send   a POST to [HOOK]           x.rhai:1
        --- stderr
        dry run: 1 change would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!(stub.asked().len(), 1);
}
