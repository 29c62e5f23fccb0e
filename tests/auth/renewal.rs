//! Tokens that die during a run, or are replaced by another one.

use std::fmt::Write as _;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Patroll, World};

const HOUR: i64 = 60 * 60 * 1000;

/// Lists, waits for a line, and lists again.
pub const TWICE: &str =
    "tokens_list();\nprint(\"one\");\nread_stdin();\ntokens_list();\nprint(\"two\");\n";

fn m2m(world: &World) -> Patroll<'_> {
    let address = world.address();
    Patroll::new()
        .beside(world)
        .env("DATABRICKS_HOST", &address.host)
        .env("DATABRICKS_CLIENT_ID", &address.client_id)
        .env("DATABRICKS_CLIENT_SECRET", &address.client_secret)
}

#[test]
fn a_bearer_that_dies_during_a_run_is_replaced() {
    let world = World::new();
    let run = m2m(&world).script(TWICE).typed().start().await_stdout("one");
    world.advance(2 * HOUR);
    let outcome = run.end_input().finish();
    assert_eq!((outcome.code(), outcome.stdout()), (0, "one\ntwo\n"), "{outcome}");
    // The workspace's time was not known to have passed: the old token was tried first.
    assert_eq!((world.requests_of("oidc"), world.requests_of("list") >= 3), (2, true));
}

#[test]
fn a_bearer_is_renewed_before_it_dies() {
    let world = World::new();
    let script = "tokens_list();\nprint(\"one\");\nread_stdin();\ntokens_list();\ntokens_list();\n";
    let run = m2m(&world).script(script).typed().start().await_stdout("one");
    let before = world.requests_of("list");
    world.advance(HOUR / 60 * 50);
    let outcome = run.end_input().finish();
    assert_eq!(outcome.code(), 0, "{outcome}");
    assert_eq!((world.requests_of("oidc"), world.requests_of("list") - before), (2, 2));
}

#[test]
fn a_refused_bearer_is_replaced_once() {
    let world = World::new();
    world.fault("list:status=401,always");
    m2m(&world).args("tokens list").run().expect_error(
        "[HOST] refuses the credential from DATABRICKS_CLIENT_SECRET: GET /api/2.0/token/list answered 401 UNAUTHENTICATED: This answer was asked for as a fault. (request id [REQUEST])",
    );
    assert_eq!((world.requests_of("oidc"), world.requests_of("list")), (2, 2));
}

#[test]
fn a_token_that_another_run_has_rotated_is_read_again() {
    let world = World::new();
    let (_, old) = world.mint("old", DAY);
    let (_, new) = world.mint("new", DAY);
    let folder = Rc::new(Folder::new());
    let profile = |token: &str| {
        let mut text = String::new();
        write!(text, "[DEFAULT]\nhost = {}\ntoken = {token}\n", world.address().host).unwrap();
        folder.write(folder.home().join(".databrickscfg"), text, 0o600);
    };
    profile(&old);
    let run = Patroll::within(&folder).beside(&world).script(TWICE).typed();
    let run = run.start().await_stdout("one");
    world.revoke(&world.id("old"));
    profile(&new);
    let outcome = run.end_input().finish();
    assert_eq!((outcome.code(), outcome.stdout()), (0, "one\ntwo\n"), "{outcome}");

    world.revoke(&world.id("new"));
    let outcome = Patroll::within(&folder).beside(&world).args("tokens list").run();
    assert_eq!(outcome.code(), 3, "{outcome}");
}

#[test]
fn what_is_read_again_is_tried_once() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    let profile = |token: &str| {
        let text = format!("[DEFAULT]\nhost = {}\ntoken = {token}\n", world.address().host);
        folder.write(folder.home().join(".databrickscfg"), text, 0o600);
    };
    let (first, value) = world.mint("first", DAY);
    profile(&value);
    let run = Patroll::within(&folder).beside(&world).script(TWICE).typed();
    let run = run.start().await_stdout("one");
    let (second, value) = world.mint("second", DAY);
    profile(&value);
    world.revoke(&first);
    world.revoke(&second);
    let outcome = run.end_input().finish();
    assert_eq!((outcome.code(), outcome.stdout()), (3, "one\n"), "{outcome}");
    assert_eq!(world.requests_of("list"), 3);
}
