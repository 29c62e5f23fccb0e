//! The Token API: what it answers, in its own shape.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patroll::sandbox::{Options, Sandbox};
use pretty_assertions::assert_eq;

use super::client::{NOW, call, call_as, create, list, sha256, small, start};

/// Shows an answer with what differs from seed to seed named instead.
fn show(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> String {
    name(sandbox, &call(sandbox, method, path, body).show())
}

fn name(sandbox: &Sandbox, text: &str) -> String {
    let info = call(sandbox, "GET", "/api/2.0/tokens/introspect", "").json();
    let scope = &info["principal_context"]["authentication_scope"];
    let me = call(sandbox, "GET", "/api/2.0/preview/scim/v2/Me", "").json();
    text.replace(&sha256(&sandbox.workspaces()[0].token), "OWN_ID")
        .replace(scope["account_id"].as_str().unwrap(), "ACCOUNT")
        .replace(&scope["workspace_id"].to_string(), "WORKSPACE")
        .replace(me["id"].as_str().unwrap(), "ME")
}

#[test]
fn a_created_token_is_shown_once_with_its_value_and_then_listed() {
    let sandbox = start(small());
    let answer = call(
        &sandbox,
        "POST",
        "/api/2.0/token/create",
        r#"{"lifetime_seconds":129600,"comment":"Zoë's"}"#,
    );
    let value = answer.json()["token_value"].as_str().unwrap().to_owned();
    let id = sha256(&value);
    assert_eq!(
        answer.body,
        format!(
            r#"{{"token_value":"{value}","token_info":{{"token_id":"{id}","creation_time":{NOW},"expiry_time":{},"comment":"Zoë's"}}}}"#,
            NOW + 129_600_000
        )
    );
    assert!(list(&sandbox).contains(&answer.json()["token_info"]));
}

#[test]
fn answers_of_the_token_api() {
    let sandbox = start(small());
    let own = format!(
        r#"{{"token_id":"OWN_ID","creation_time":{},"expiry_time":{},"comment":"patroll sandbox"}}"#,
        NOW - 12 * 86_400_000,
        NOW + 78 * 86_400_000
    );
    assert_eq!(
        show(&sandbox, "GET", "/api/2.0/token/list", ""),
        format!(r#"200 {{"token_infos":[{own}]}}"#)
    );
    assert_eq!(
        show(&sandbox, "GET", "/api/2.0/tokens/introspect", ""),
        r#"200 {"principal_context":{"authentication_scope":{"account_id":"ACCOUNT","workspace_id":WORKSPACE}}}"#
    );
    let (_, id) = create(&sandbox, "{}");
    assert_eq!(
        show(&sandbox, "POST", "/api/2.0/token/delete", &format!(r#"{{"token_id":"{id}"}}"#)),
        "200 {}"
    );
    let again =
        show(&sandbox, "POST", "/api/2.0/token/delete", &format!(r#"{{"token_id":"{id}"}}"#));
    assert!(
        again.starts_with(&format!(
            r#"404 {{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"No valid token with ID {id} found.","details":["#
        )),
        "{again}"
    );
}

#[test]
fn an_empty_list_has_no_key() {
    let sandbox = start(small());
    let workspace = &sandbox.workspaces()[0];
    let basic =
        format!("Basic {}", STANDARD.encode(format!("{}:{}", workspace.user, workspace.password)));
    let own = format!(r#"{{"token_id":"{}"}}"#, sha256(&workspace.token));
    assert_eq!(call_as(&sandbox, &basic, "POST", "/api/2.0/token/delete", &own).show(), "200 {}");
    assert_eq!(call_as(&sandbox, &basic, "GET", "/api/2.0/token/list", "").show(), "200 {}");
}

#[test]
fn a_patch_changes_what_its_mask_names() {
    let sandbox = start(small());
    let (_, id) = create(&sandbox, r#"{"comment":"old"}"#);
    let path = format!("/api/2.0/token/{id}");
    let body = r#"{"token":{"comment":"new","scopes":["sql"]},"update_mask":"comment"}"#;
    assert_eq!(call(&sandbox, "PATCH", &path, body).show(), "200 {}");
    let token = list(&sandbox).into_iter().find(|token| token["token_id"] == *id).unwrap();
    assert_eq!((&token["comment"], token.get("scopes")), (&"new".into(), None));

    let body = r#"{"token":{"scopes":["sql"]},"update_mask":"scopes"}"#;
    assert_eq!(call(&sandbox, "PATCH", &path, body).show(), "200 {}");
    let token = list(&sandbox).into_iter().find(|token| token["token_id"] == *id).unwrap();
    assert_eq!((&token["comment"], &token["scopes"][0]), (&"new".into(), &"sql".into()));
}

#[test]
fn refused_patches() {
    let sandbox = start(small());
    let (_, id) = create(&sandbox, "{}");
    let path = format!("/api/2.0/token/{id}");
    let refusal =
        |path: &str, body: &str| call(&sandbox, "PATCH", path, body).json()["error_code"].clone();
    assert_eq!(
        refusal("/api/2.0/token/nope", r#"{"token":{},"update_mask":"comment"}"#),
        "NOT_FOUND"
    );
    assert_eq!(refusal(&path, r#"{"token":{"comment":"x"}}"#), "INVALID_PARAMETER_VALUE");
    assert_eq!(
        refusal(&path, r#"{"token":{"expiry_time":1},"update_mask":"expiry_time"}"#),
        "INVALID_PARAMETER_VALUE"
    );
    assert_eq!(refusal(&path, r#"{"token":3,"update_mask":"comment"}"#), "MALFORMED_REQUEST");
}

#[test]
fn scopes_are_listed_only_where_given_unless_asked_for() {
    for (report_scopes, plain) in [(false, None), (true, Some("all-apis"))] {
        let sandbox = start(Options { report_scopes, ..small() });
        let created = |body: &str| {
            call(&sandbox, "POST", "/api/2.0/token/create", body).json()["token_info"].clone()
        };
        assert_eq!(created("{}")["scopes"][0].as_str(), plain);
        assert_eq!(created(r#"{"scopes":["all-apis"]}"#)["scopes"][0].as_str(), plain);
        assert_eq!(
            created(r#"{"scopes":["sql","scim"]}"#)["scopes"],
            serde_json::json!(["sql", "scim"])
        );
    }
}
