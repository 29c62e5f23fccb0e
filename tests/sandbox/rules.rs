//! Who may make a call, and what a token may be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patroll::sandbox::Options;
use pretty_assertions::assert_eq;

use super::client::{NOW, call, call_as, create, list, sha256, small, start};

const LIST: &str = "/api/2.0/token/list";
const CREATE: &str = "/api/2.0/token/create";
const DELETE: &str = "/api/2.0/token/delete";

#[test]
fn credentials_that_are_refused() {
    let sandbox = start(small());
    let answer = call_as(&sandbox, "", "GET", LIST, "");
    assert_eq!(
        answer.show(),
        "401 {\"error_code\":401,\"message\":\"Credential was not sent or was of an unsupported type for this API. \
         [ReqId: 00000001-0000-4000-8000-000000000001]\"}"
    );
    assert_eq!(answer.field("x-request-id"), Some("00000001-0000-4000-8000-000000000001"));
    let answer = call_as(&sandbox, "Bearer dapi0", "GET", LIST, "");
    assert_eq!(
        answer.show(),
        "403 {\"error_code\":403,\"message\":\"Invalid access token. [ReqId: 00000001-0000-4000-8000-000000000002]\"}"
    );
    assert_eq!(answer.field("X-Databricks-Reason-Phrase"), Some("Invalid access token."));
    for (authorization, status) in [
        ("Digest x", 401),
        ("Basic !", 401),
        ("Basic YTpi", 401),
        ("Bearer", 401),
        ("bearer  x", 403),
    ] {
        assert_eq!(
            call_as(&sandbox, authorization, "GET", LIST, "").status,
            status,
            "{authorization}"
        );
    }
}

#[test]
fn basic_sign_in_takes_the_password_or_a_token() {
    let sandbox = start(small());
    let workspace = &sandbox.workspaces()[0];
    for pair in
        [format!("{}:{}", workspace.user, workspace.password), format!("token:{}", workspace.token)]
    {
        assert_eq!(
            call_as(&sandbox, &format!("Basic {}", STANDARD.encode(pair)), "GET", LIST, "").status,
            200
        );
    }
}

#[test]
fn a_token_of_another_workspace_is_told_so() {
    let sandbox = start(Options { workspaces: 2, ..small() });
    let other = format!("Bearer {}", sandbox.workspaces()[1].token);
    let answer = call_as(&sandbox, &other, "GET", LIST, "").json();
    assert_eq!(answer["error_code"], 403);
    assert!(answer["message"].as_str().unwrap().starts_with("Invalid access to Org: "), "{answer}");
}

#[test]
fn a_revoked_credential_is_dead_at_once() {
    let sandbox = start(small());
    let (value, id) = create(&sandbox, "{}");
    let bearer = format!("Bearer {value}");
    let revoke = format!(r#"{{"token_id":"{id}"}}"#);
    assert_eq!(call_as(&sandbox, &bearer, "POST", DELETE, &revoke).show(), "200 {}");
    assert_eq!(call_as(&sandbox, &bearer, "GET", LIST, "").status, 403);
}

#[test]
fn tokens_of_others_cannot_be_revoked_as_ones_own() {
    let sandbox = start(Options { tokens: 8, ..small() });
    let all = call(&sandbox, "GET", "/api/2.0/token-management/tokens", "").json();
    let own = list(&sandbox);
    let is_foreign = |id: &serde_json::Value| own.iter().all(|token| token["token_id"] != *id);
    let infos = all["token_infos"].as_array().unwrap();
    let foreign = infos.iter().map(|token| &token["token_id"]).find(|id| is_foreign(id)).unwrap();
    assert_eq!(call(&sandbox, "POST", DELETE, &format!(r#"{{"token_id":{foreign}}}"#)).status, 404);
}

#[test]
fn a_scoped_token_makes_only_the_calls_of_its_scopes() {
    let sandbox = start(small());
    let status = |scopes: &str, path: &str| {
        let (value, _) = create(&sandbox, &format!(r#"{{"scopes":{scopes}}}"#));
        call_as(&sandbox, &format!("Bearer {value}"), "GET", path, "").status
    };
    let me = "/api/2.0/preview/scim/v2/Me";
    assert_eq!(
        (status(r#"["authentication"]"#, LIST), status(r#"["authentication"]"#, me)),
        (200, 403)
    );
    assert_eq!((status(r#"["scim"]"#, LIST), status(r#"["scim"]"#, me)), (403, 200));
    assert_eq!((status(r#"["sql","all-apis"]"#, LIST), status("[]", me)), (200, 200));
    let (value, _) = create(&sandbox, r#"{"scopes":["sql"]}"#);
    let refused = call_as(&sandbox, &format!("Bearer {value}"), "GET", LIST, "").json();
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.starts_with("Provided PAT token does not have required scopes: authentication"),
        "{message}"
    );
}

#[test]
fn only_administrators_manage_tokens() {
    let sandbox = start(small());
    let services = call(&sandbox, "GET", "/api/2.0/preview/scim/v2/ServicePrincipals", "").json();
    let service = services["Resources"].as_array().unwrap().last().unwrap();
    let body = format!(r#"{{"application_id":{}}}"#, service["applicationId"]);
    let created =
        call(&sandbox, "POST", "/api/2.0/token-management/on-behalf-of/tokens", &body).json();
    let bearer = format!("Bearer {}", created["token_value"].as_str().unwrap());
    assert_eq!(call_as(&sandbox, &bearer, "GET", LIST, "").status, 200);
    let refused = call_as(&sandbox, &bearer, "GET", "/api/2.0/token-management/tokens", "");
    assert_eq!(
        refused.show(),
        r#"403 {"error_code":"PERMISSION_DENIED","message":"Only workspace admins can use this API."}"#
    );
}

#[test]
fn lifetimes() {
    let sandbox = start(Options { max_lifetime_days: 90, ..small() });
    let expiry = |body: &str| {
        call(&sandbox, "POST", CREATE, body).json()["token_info"]["expiry_time"].clone()
    };
    assert_eq!(expiry("{}"), NOW + 90 * 86_400_000);
    assert_eq!(expiry(r#"{"lifetime_seconds":1}"#), NOW + 1000);
    assert_eq!(expiry(r#"{"lifetime_seconds":"60"}"#), NOW + 60_000);
    assert_eq!(expiry(r#"{"lifetime_seconds":7776000}"#), NOW + 90 * 86_400_000);
    assert_eq!(expiry(r#"{"lifetime_seconds":null}"#), NOW + 90 * 86_400_000);

    let refusal = |body: &str| call(&sandbox, "POST", CREATE, body).show();
    let invalid = |message: &str| {
        format!(r#"400 {{"error_code":"INVALID_PARAMETER_VALUE","message":"{message}"}}"#)
    };
    assert_eq!(
        refusal(r#"{"lifetime_seconds":0}"#),
        invalid("requirement failed: Invalid timeout: 0")
    );
    assert_eq!(
        refusal(r#"{"lifetime_seconds":-5}"#),
        invalid("requirement failed: Invalid timeout: -5")
    );
    assert_eq!(
        refusal(r#"{"lifetime_seconds":7776001}"#),
        invalid("lifetime_seconds is 7776001, but the maximum is 7776000 (90 days)")
    );
    assert!(refusal(r#"{"lifetime_seconds":9223372036854775807}"#).starts_with("400 "));
}

#[test]
fn bodies_that_are_not_what_they_should_be() {
    let sandbox = start(small());
    for (body, code, message) in [
        (
            "{",
            "MALFORMED_REQUEST",
            "Invalid JSON given in the body of the request - failed to parse given JSON",
        ),
        (
            "[]",
            "MALFORMED_REQUEST",
            "Invalid JSON given in the body of the request - expected a map",
        ),
        (
            r#"{"comment":5}"#,
            "MALFORMED_REQUEST",
            "Could not parse request object: expected 'comment' to be a string",
        ),
        (
            r#"{"lifetime_seconds":1.5}"#,
            "MALFORMED_REQUEST",
            "Could not parse request object: expected 'lifetime_seconds' to be an int64",
        ),
        (
            r#"{"scopes":["a",1]}"#,
            "MALFORMED_REQUEST",
            "Could not parse request object: expected 'scopes' to be a list of strings",
        ),
        (r#"{"scopes":[""]}"#, "INVALID_PARAMETER_VALUE", "A scope cannot be empty"),
    ] {
        let answer = call(&sandbox, "POST", CREATE, body).show();
        assert_eq!(
            answer,
            format!(r#"400 {{"error_code":"{code}","message":"{message}"}}"#),
            "{body}"
        );
    }
    let nameless = call(&sandbox, "POST", DELETE, "{}").show();
    assert_eq!(
        nameless,
        r#"400 {"error_code":"INVALID_PARAMETER_VALUE","message":"Missing required field: token_id"}"#
    );
    assert_eq!(list(&sandbox).len(), 1);
    assert_eq!(sandbox.writes(), []);
}

#[test]
fn a_comment_may_be_missing_empty_or_anything() {
    let sandbox = start(small());
    let comment = |body: &str| {
        call(&sandbox, "POST", CREATE, body).json()["token_info"].get("comment").cloned()
    };
    assert_eq!(comment("{}"), None);
    assert_eq!(comment(""), None);
    assert_eq!(comment(r#"{"comment":""}"#), Some("".into()));
    assert_eq!(
        comment(r#"{"comment":"\u0000\u202e\u001b[31m é","unknown":{}}"#),
        Some("\0\u{202e}\u{1b}[31m é".into())
    );
}

#[test]
fn the_quota_counts_living_tokens_of_one_owner() {
    let sandbox = start(Options { tokens: 599, ..small() });
    let is_living = |token: &&serde_json::Value| {
        token["expiry_time"] == -1 || token["expiry_time"].as_i64() > Some(NOW)
    };
    let living = list(&sandbox).iter().filter(is_living).count();
    let mut last = String::new();
    for _ in living..600 {
        last = create(&sandbox, "{}").1;
    }
    let refused = call(&sandbox, "POST", CREATE, "{}");
    assert_eq!(
        refused.show(),
        r#"400 {"error_code":"QUOTA_EXCEEDED","message":"Token quota exceeded (600 tokens)"}"#
    );
    call(&sandbox, "POST", DELETE, &format!(r#"{{"token_id":"{last}"}}"#));
    assert_eq!(call(&sandbox, "POST", CREATE, r#"{"lifetime_seconds":1}"#).status, 200);
    assert_eq!(call(&sandbox, "POST", CREATE, "{}").status, 400);
    sandbox.advance(1000);
    assert_eq!(call(&sandbox, "POST", CREATE, "{}").status, 200);
}

#[test]
fn ids_follow_from_values_unless_asked_otherwise() {
    let sandbox = start(Options { random_ids: true, ..small() });
    let (value, id) = create(&sandbox, "{}");
    assert_eq!((id.len(), id == sha256(&value)), (64, false));
    assert_eq!(call_as(&sandbox, &format!("Bearer {value}"), "GET", LIST, "").status, 200);
}
