//! The data made up for a new workspace.

use patroll::sandbox::{Options, Sandbox};
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::client::{NOW, call, create, list, small, start};

const DAY: i64 = 86_400_000;

/// Gives everything a client can see.
fn everything(sandbox: &Sandbox) -> String {
    let paths = [
        "/api/2.0/token/list",
        "/api/2.0/token-management/tokens",
        "/api/2.0/preview/scim/v2/Users",
        "/.well-known/databricks-config",
    ];
    let answers = paths.map(|path| call(sandbox, "GET", path, "").body);
    let (value, id) = create(sandbox, "{}");
    format!("{answers:?} {value} {id} {}", sandbox.workspaces()[0].client_secret)
}

#[test]
fn it_follows_from_seed_and_time() {
    let of =
        |seed, now| everything(&start(Options { seed, now: Some(now), tokens: 40, ..small() }));
    assert_eq!(of(7, NOW), of(7, NOW));
    assert_ne!(of(7, NOW), of(8, NOW));
    assert_ne!(of(7, NOW), of(7, NOW + 1));
}

#[test]
fn workspaces_differ_and_do_not_depend_on_how_many_there_are() {
    let token = |workspaces, index: usize| {
        let sandbox = start(Options { workspaces, ..small() });
        sandbox.workspaces()[index].token.clone()
    };
    assert_ne!(token(2, 0), token(2, 1));
    assert_eq!(token(1, 0), token(2, 0));
}

#[test]
fn credentials_have_the_forms_that_scanners_know() {
    let sandbox = start(small());
    let workspace = &sandbox.workspaces()[0];
    let is_hex = |text: &str| {
        text.len() == 32 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
    };
    assert!(workspace.token.strip_prefix("dapi").is_some_and(is_hex));
    assert!(workspace.client_secret.strip_prefix("dose").is_some_and(is_hex));
    assert!(create(&sandbox, "{}").0.strip_prefix("dapi").is_some_and(is_hex));
    assert_eq!(format!("{workspace:?}"), format!("Address {{ host: {:?}, .. }}", workspace.host));
}

#[test]
fn forty_tokens_show_every_stage_of_life() {
    let sandbox = start(Options { tokens: 40, ..small() });
    let tokens = list(&sandbox);
    let left =
        |token: &Value| token["expiry_time"].as_i64().filter(|at| *at != -1).map(|at| at - NOW);
    let count = |is_meant: &dyn Fn(Option<i64>) -> bool| {
        tokens.iter().filter(|token| is_meant(left(token))).count()
    };
    let expired = count(&|left| left.is_some_and(|left| (-DAY..0).contains(&left)));
    let ending = count(&|left| left.is_some_and(|left| (0..7 * DAY).contains(&left)));
    let living = count(&|left| left.is_some_and(|left| left >= 7 * DAY));
    let endless = count(&|left| left.is_none());
    assert_eq!((expired, ending, living, endless), (3, 5, 26, 6));

    let comments: Vec<_> = tokens.iter().filter_map(|token| token["comment"].as_str()).collect();
    assert!(comments.iter().any(|comment| comment.starts_with("ci-")));
    assert!(comments.iter().any(|comment| !comment.is_ascii()));
    assert!(tokens.iter().all(|token| token["creation_time"].as_i64() <= Some(NOW)));
}

#[test]
fn a_hundred_thousand_tokens_are_listed_whole_and_anew_after_a_change() {
    let sandbox = start(Options { tokens: 100_000, ..small() });
    let count =
        || call(&sandbox, "GET", "/api/2.0/token/list", "").body.matches("\"token_id\"").count();
    assert_eq!((count(), count()), (100_000, 100_000));
    let refused = call(&sandbox, "POST", "/api/2.0/token/create", "{}");
    assert_eq!(refused.json()["error_code"], "QUOTA_EXCEEDED");
    let one = list(&sandbox)[0]["token_id"].as_str().unwrap().to_owned();
    call(&sandbox, "DELETE", &format!("/api/2.0/token-management/tokens/{one}"), "");
    assert_eq!(count(), 99_999);
}
