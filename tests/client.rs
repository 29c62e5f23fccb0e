//! The client through the binary: what is tried again, what is left open, whose own token it is.
//!
//! How often and how long is tested where the client is.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, Stub, World, expect};

fn run(world: &World, args: &str) -> Outcome {
    Patroll::new().on(world).args(args).run()
}

#[test]
fn a_refused_connection_is_told_after_a_few_tries() {
    // Nobody listens on the first port of this machine.
    let nowhere = "http://127.0.0.1:1";
    let run = Patroll::new().to(nowhere).args("tokens list");
    run.run().expect(expect![[r#"
        --- stderr
        [HOST]: connection refused; trying again in [WAIT]
        [HOST]: connection refused; trying again in [WAIT]
        error: cannot reach [HOST]: connection refused, after 3 tries
        hint: check the host's name, the network and the proxy; nothing was changed
        --- exit 4
    "#]]);
    let run = Patroll::new().to(nowhere).args("tokens create --comment x");
    run.run().expect(expect![[r#"
        --- stderr
        [HOST]: connection refused; trying again in [WAIT]
        [HOST]: connection refused; trying again in [WAIT]
        error: cannot reach [HOST]: connection refused, after 3 tries
        hint: check the host's name, the network and the proxy; nothing was changed
        --- exit 4
    "#]]);
}

#[test]
fn what_passes_is_waited_for_and_told() {
    let world = World::new();
    let id = world.token("x", DAY, 90 * DAY);
    world.fault("list:status=503,times=2");
    run(&world, "tokens list -o csv").expect(expect![[r#"
        token_id,comment,created,expires
        [own],patroll sandbox,2026-11-11T12:00:00Z,2027-02-09T12:00:00Z
        [x],x,2026-11-22T12:00:00Z,2027-02-20T12:00:00Z
        --- stderr
        [HOST]: 503 TEMPORARILY_UNAVAILABLE; trying again in [WAIT]
        [HOST]: 503 TEMPORARILY_UNAVAILABLE; trying again in [WAIT]
        --- exit 0
    "#]]);
    assert_eq!(world.requests_of("list"), 3);
    world.fault("delete:status=502,times=1");
    Patroll::new().on(&world).args("tokens revoke").arg(&id).run().expect(expect![[r#"
        {}
        --- stderr
        [HOST]: 502 UNKNOWN; trying again in [WAIT]
        --- exit 0
    "#]]);
    world.fault("create:status=429,times=1");
    let outcome = Patroll::new().on(&world).reveals().args("tokens create --comment y").run();
    assert_eq!(outcome.code(), 0);
    assert_eq!(outcome.stderr(), "[HOST]: 429 REQUEST_LIMIT_EXCEEDED; trying again in [WAIT]\n");
    assert_eq!(world.writes(), "revoked a token [x]\ncreated a token [new-1]\n");
}

#[test]
fn too_long_a_wait_is_not_begun() {
    let world = World::new();
    world.fault("list:status=429,retry-after=3600,always");
    run(&world, "tokens list").expect(expect![[r#"
        --- stderr
        error: [HOST] is overloaded: GET /api/2.0/token/list answered 429 REQUEST_LIMIT_EXCEEDED: This answer was asked for as a fault. (request id [REQUEST])
        hint: the workspace asks to come back in 3600 s
        --- exit 4
    "#]]);
    assert_eq!(world.requests_of("list"), 1);
    world.fault("create:status=503,retry-after=3600,always");
    let outcome = run(&world, "tokens create --comment x");
    assert_eq!(outcome.code(), 6, "it may have been made before it was said: {outcome}");
    assert_eq!(world.requests_of("create"), 1);
}

#[test]
fn a_full_quota_is_no_reason_to_try_again() {
    let world = World::new();
    world.fault("create:status=429,code=QUOTA_EXCEEDED,always");
    run(&world, "tokens create --comment x").expect(expect![[r#"
        --- stderr
        error: POST /api/2.0/token/create answered 429 QUOTA_EXCEEDED: This answer was asked for as a fault. (request id [REQUEST])
        hint: revoke what is not needed: `patroll run cleanup_expired --dry-run` shows what could go
        --- exit 1
    "#]]);
    assert_eq!(world.requests_of("create"), 1);
}

#[test]
fn a_creation_whose_answer_is_lost_names_what_it_may_have_made() {
    let world = World::new();
    world.token_named("older", "mine", DAY, 90 * DAY);
    for fault in [
        "create:cut-after",
        "create:truncate",
        "create:garbage+effect",
        "create:empty+effect",
        "create:status=504+effect",
    ] {
        let world = World::new();
        world.token_named("older", "mine", DAY, 90 * DAY);
        world.fault(fault);
        let outcome = run(&world, "tokens create --comment mine");
        assert_eq!(outcome.code(), 6, "{fault}: {outcome}");
        let named = "; tokens with that comment that appeared meanwhile: [new-1]\n";
        assert!(outcome.stderr().contains(named), "{fault}: {outcome}");
        assert_eq!(world.writes(), "created a token [new-1]\n", "{fault}");
        assert_eq!(world.requests_of("create"), 1, "{fault}");
        assert_eq!(outcome.audit()[0]["outcome"], "unknown", "{fault}");
    }
    world.fault("create:cut-after");
    run(&world, "tokens create --comment mine").expect(expect![[r#"
        --- stderr
        error: creating a token: whether it happened is unknown (the connection was closed before the whole answer was there); tokens with that comment that appeared meanwhile: [new-1]
        hint: their values are lost: revoke what you did not make yourself, then run again
        --- exit 6
    "#]]);
}

#[test]
fn a_creation_that_may_not_have_happened_says_so_too() {
    let world = World::new();
    world.fault("create:cut-before");
    run(&world, "tokens create --comment mine").expect(expect![[r#"
        --- stderr
        error: creating a token: whether it happened is unknown (the connection was closed before the whole answer was there)
        hint: `patroll tokens list` shows whether it did; nothing is retried that could happen twice
        --- exit 6
    "#]]);
    assert_eq!((world.writes(), world.requests_of("create")), (String::new(), 1));
}

#[test]
fn a_revocation_is_repeated_until_it_is_known() {
    for fault in ["delete:cut-after", "delete:cut-before", "delete:status=504+effect"] {
        let world = World::new();
        let id = world.token("x", DAY, 90 * DAY);
        world.fault(fault);
        let run = Patroll::new().on(&world).args("tokens revoke").arg(&id);
        let outcome = run.run();
        assert_eq!(outcome.code(), 0, "{fault}: {outcome}");
        assert_eq!(world.writes(), "revoked a token [x]\n", "{fault}");
    }
}

#[test]
fn what_is_no_answer_of_the_api_is_told_from_one() {
    let world = World::new();
    world.fault("list:html");
    run(&world, "tokens list").expect(expect![[r#"
        --- stderr
        error: GET /api/2.0/token/list on [HOST] did not answer with the API's JSON: a web page titled `Sign in to Databricks`
        hint: is this the address of a workspace? A proxy or a login page may be answering
        --- exit 1
    "#]]);
    world.fault("list:empty");
    run(&world, "tokens list").expect(expect![[r#"
        --- stderr
        error: GET /api/2.0/token/list on [HOST] did not answer with the API's JSON: an empty body
        hint: is this the address of a workspace? A proxy or a login page may be answering
        --- exit 1
    "#]]);
    world.fault("list:redirect=https://example.com/login.html");
    run(&world, "tokens list").expect(expect![[r#"
        --- stderr
        error: GET /api/2.0/token/list on [HOST] was redirected to https://example.com/login.html, and a credential follows no redirect
        hint: is the host right? A network's own login page redirects too: open any page in a browser. Otherwise write the address the workspace itself shows
        --- exit 1
    "#]]);
}

#[test]
fn an_answer_without_end_is_not_waited_for() {
    let stub = Stub::endless();
    let outcome = Patroll::new().to(stub.host()).args("tokens list").run();
    assert_eq!(outcome.code(), 1);
    outcome.expect_error(
        "GET /api/2.0/token/list on [HOST] did not answer with the API's JSON: more than 256 MB",
    );
}

#[test]
fn errors_in_other_forms_are_understood() {
    let error = |head: &str, body: &str| {
        let stub = Stub::new([(head, body)]);
        let outcome = Patroll::new().to(stub.host()).args("tokens list").run();
        format!("{} {}", outcome.code(), outcome.stderr().lines().next().unwrap_or_default())
    };
    let call = "error: GET /api/2.0/token/list answered";
    let refused = "error: [HOST] refuses the credential from DATABRICKS_TOKEN: GET /api/2.0/token/list answered";
    for (head, body, expected) in [
        ("400 Bad", r#"{"error_code":400,"message":"m"}"#, format!("1 {call} 400 BAD_REQUEST: m")),
        ("400 Bad", r#"{"error":"old form"}"#, format!("1 {call} 400 BAD_REQUEST: old form")),
        ("404 No", r#"{"detail":"gone","status":"404"}"#, format!("1 {call} 404 SCIM_404: gone")),
        (
            "403 No",
            r#"{"error_code":403,"message":"Invalid access token."}"#,
            format!("3 {refused} 403"),
        ),
        ("401 No", "", format!("3 {refused} 401")),
        (
            "403 No",
            r#"{"error_code":"PERMISSION_DENIED","message":"no tokens for you"}"#,
            format!("1 {call} 403 PERMISSION_DENIED: no tokens for you"),
        ),
        (
            "400 Bad",
            "<html><body><pre>too bad</pre></body></html>",
            format!("1 {call} 400 BAD_REQUEST: too bad"),
        ),
        ("400 Bad", "plain words", format!("1 {call} 400 BAD_REQUEST: plain words")),
        ("400 Bad", "", format!("1 {call} 400 BAD_REQUEST: ")),
    ] {
        let told = error(head, body);
        assert!(told.starts_with(&expected), "{head} {body}: {told}");
    }
}

#[test]
fn the_credential_in_use_is_known_by_its_hash_or_by_what_one_says() {
    let revoke_all =
        "for t in tokens_list() { if t.comment != \"patroll sandbox\" { tokens_revoke(t); } }";
    let world = World::of(|options| options.random_ids = true);
    world.token("x", DAY, 90 * DAY);
    let run = |args: &str| Patroll::new().on(&world).script(revoke_all).args(args).run();
    run("").expect(expect![[r#"
        --- stderr
        error: the id of the token signed in with cannot be told, so a script may not revoke: it could revoke itself
         --> x.rhai:1:62
          |
        1 | for t in tokens_list() { if t.comment != "patroll sandbox" { tokens_revoke(t); } }
          |                                                              ^^^^^^^^^^^^^
        hint: say which it is: --own-token-id ID, or `token_id = ID` in the profile
        --- exit 5
    "#]]);
    assert_eq!(world.writes(), "");
    assert_eq!(run(&format!("--own-token-id {}", world.id("own"))).code(), 0);
    assert_eq!(world.writes(), "revoked a token [x]\n");

    let own = format!("tokens_revoke(\"{}\");", world.id("own"));
    let run = Patroll::new().on(&world).script(&own);
    let outcome = run.args(&format!("--own-token-id {}", world.id("own"))).run();
    assert_eq!(outcome.code(), 5, "{outcome}");
    let address = world.address();
    let lines = format!(
        "host = {}\ntoken = {}\ntoken_id = {}",
        address.host,
        address.token,
        world.id("own")
    );
    let run = Patroll::new().beside(&world).profile("p", &lines).script(&own).args("-p p");
    assert_eq!(run.run().code(), 5);
    assert_eq!(world.writes(), "revoked a token [x]\n");
}

#[test]
fn whoever_signs_in_by_password_has_no_token_to_spare() {
    let world = World::new();
    let address = world.address();
    let lines = format!(
        "host = {}\nusername = {}\npassword = {}",
        address.host, address.user, address.password
    );
    let script = "tokens_revoke(tokens_list());";
    let run = Patroll::new().beside(&world).profile("p", &lines).script(script).args("-p p");
    assert_eq!(run.run().code(), 0);
    assert_eq!(world.writes(), "revoked a token [own]\n");
}
