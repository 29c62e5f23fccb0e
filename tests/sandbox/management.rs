//! The Token Management API: what administrators see and do.

use patroll::sandbox::Options;
use pretty_assertions::assert_eq;

use super::client::{call, call_as, list, small, start};

#[test]
fn administrators_see_and_revoke_tokens_of_others() {
    let sandbox = start(Options { tokens: 40, ..small() });
    let tokens = |query: &str| {
        let path = format!("/api/2.0/token-management/tokens{query}");
        call(&sandbox, "GET", &path, "").json()["token_infos"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    let all = tokens("");
    assert_eq!((all.len(), list(&sandbox).len()), (50, 40));
    let other =
        all.iter().find(|token| token["created_by_username"] != "admin@example.com").unwrap();
    let keys: Vec<_> = other
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| *key != "comment" && *key != "last_used_day")
        .collect();
    assert_eq!(
        keys,
        [
            "token_id",
            "creation_time",
            "expiry_time",
            "created_by_id",
            "created_by_username",
            "owner_id",
            "workspace_id"
        ]
    );

    let by_id = tokens(&format!("?created_by_id={}", other["created_by_id"]));
    let by_name =
        tokens(&format!("?created_by_username={}", other["created_by_username"].as_str().unwrap()));
    assert!(by_id.contains(other) && by_id.len() < all.len());
    assert_eq!(by_id, by_name);

    let path = format!("/api/2.0/token-management/tokens/{}", other["token_id"].as_str().unwrap());
    assert_eq!(call(&sandbox, "GET", &path, "").json()["token_info"], *other);
    let body = r#"{"token":{"comment":"seen"},"update_mask":"comment"}"#;
    assert_eq!(call(&sandbox, "PATCH", &path, body).show(), "200 {}");
    assert_eq!(call(&sandbox, "GET", &path, "").json()["token_info"]["comment"], "seen");
    assert_eq!(call(&sandbox, "DELETE", &path, "").show(), "200 {}");
    assert_eq!(call(&sandbox, "GET", &path, "").status, 404);
    assert_eq!(call(&sandbox, "DELETE", &path, "").status, 404);
    assert_eq!(tokens("").len(), 49);
}

#[test]
fn a_token_on_behalf_of_a_service_principal_signs_that_one_in() {
    let sandbox = start(small());
    let services = call(&sandbox, "GET", "/api/2.0/preview/scim/v2/ServicePrincipals", "").json();
    let service = services["Resources"].as_array().unwrap().last().unwrap().clone();
    let body = format!(
        r#"{{"application_id":{},"comment":"for it","lifetime_seconds":60}}"#,
        service["applicationId"]
    );
    let created =
        call(&sandbox, "POST", "/api/2.0/token-management/on-behalf-of/tokens", &body).json();
    let bearer = format!("Bearer {}", created["token_value"].as_str().unwrap());
    let me = call_as(&sandbox, &bearer, "GET", "/api/2.0/preview/scim/v2/Me", "").json();
    assert_eq!((&me["id"], &me["displayName"]), (&service["id"], &"bi-refresh".into()));
    let own = call_as(&sandbox, &bearer, "GET", "/api/2.0/token/list", "").json();
    assert_eq!(own["token_infos"], serde_json::json!([created["token_info"]]));

    let unknown = r#"{"application_id":"nope"}"#;
    let answer = call(&sandbox, "POST", "/api/2.0/token-management/on-behalf-of/tokens", unknown);
    assert_eq!(
        (answer.status, &answer.json()["error_code"]),
        (404, &"RESOURCE_DOES_NOT_EXIST".into())
    );
}
