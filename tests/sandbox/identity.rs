//! Who is who, what the policy is, and how service principals sign in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patroll::sandbox::Options;
use pretty_assertions::assert_eq;

use super::client::{call, call_as, small, start};

#[test]
fn who_is_who() {
    let sandbox = start(small());
    let me = call(&sandbox, "GET", "/api/2.0/preview/scim/v2/Me", "");
    assert_eq!(
        me.body.replace(me.json()["id"].as_str().unwrap(), "ID"),
        [
            r#"{"emails":[{"type":"work","value":"admin@example.com","primary":true}],"#,
            r#""displayName":"Workspace Administrator","#,
            r#""schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"active":true,"#,
            r#""groups":[{"display":"admins","type":"direct"}],"id":"ID","#,
            r#""userName":"admin@example.com"}"#,
        ]
        .concat()
    );
    let info = call(&sandbox, "GET", "/api/2.0/tokens/introspect", "").json();
    let workspace = info["principal_context"]["authentication_scope"]["workspace_id"].to_string();
    assert_eq!(me.field("X-Databricks-Org-Id"), Some(workspace.as_str()));

    let find = |name: &str| {
        let path = format!("/api/2.0/preview/scim/v2/Users?filter=userName+eq+%22{name}%22");
        let found = call(&sandbox, "GET", &path, "").json();
        (found["totalResults"].clone(), found["Resources"][0]["active"].clone())
    };
    assert_eq!(find("analyst@example.com"), (1.into(), true.into()));
    assert_eq!(find("former.employee@example.com"), (1.into(), false.into()));
    assert_eq!(find("nobody@example.com"), (0.into(), serde_json::Value::Null));

    let bad = call(&sandbox, "GET", "/api/2.0/preview/scim/v2/Users?filter=userName+sw+x", "");
    assert_eq!((bad.status, &bad.json()["scimType"]), (400, &"invalidFilter".into()));
}

#[test]
fn users_come_in_pages_until_one_is_empty() {
    let sandbox = start(small());
    let page = |query: &str| {
        let path = format!("/api/2.0/preview/scim/v2/Users?{query}");
        let page = call(&sandbox, "GET", &path, "").json();
        let resources = page["Resources"].as_array().map_or(0, Vec::len);
        (page["totalResults"].clone(), page["startIndex"].clone(), resources)
    };
    assert_eq!(page(""), (6.into(), 1.into(), 6));
    assert_eq!(page("startIndex=1&count=4"), (6.into(), 1.into(), 4));
    assert_eq!(page("startIndex=5&count=4"), (6.into(), 5.into(), 2));
    assert_eq!(page("startIndex=7&count=4"), (6.into(), 7.into(), 0));
}

#[test]
fn the_token_policy_is_told_in_strings() {
    let sandbox = start(Options { max_lifetime_days: 90, ..small() });
    assert_eq!(
        call(
            &sandbox,
            "GET",
            "/api/2.0/workspace-conf?keys=enableTokensConfig,maxTokenLifetimeDays",
            ""
        )
        .show(),
        r#"200 {"enableTokensConfig":"true","maxTokenLifetimeDays":"90"}"#
    );
    assert_eq!(
        call(&sandbox, "GET", "/api/2.0/workspace-conf?keys=nope", "").show(),
        r#"400 {"error_code":"BAD_REQUEST","message":"Invalid keys: [\"nope\"]"}"#
    );
}

#[test]
fn a_service_principal_signs_in_by_way_of_the_discovery_document() {
    let sandbox = start(small());
    let workspace = &sandbox.workspaces()[0];
    let open = |path: &str| call_as(&sandbox, "", "GET", path, "").json();
    let metadata = open("/.well-known/databricks-config");
    assert_eq!(metadata["oidc_endpoint"], "http://workspace.test/oidc");
    let discovery = open("/oidc/.well-known/oauth-authorization-server");
    assert_eq!(discovery["token_endpoint"], "http://workspace.test/oidc/v1/token");

    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", workspace.client_id, workspace.client_secret))
    );
    let form = "grant_type=client_credentials&scope=all-apis";
    let granted = call_as(&sandbox, &basic, "POST", "/oidc/v1/token", form).json();
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&"Bearer".into(), &3600.into()));
    let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    let me = || call_as(&sandbox, &bearer, "GET", "/api/2.0/preview/scim/v2/Me", "");
    assert_eq!(me().json()["applicationId"], workspace.client_id.as_str());
    sandbox.advance(3_599_999);
    assert_eq!(me().status, 200);
    sandbox.advance(1);
    assert_eq!(me().status, 403);
}

#[test]
fn refused_sign_ins_of_service_principals() {
    let sandbox = start(small());
    let workspace = &sandbox.workspaces()[0];
    let ask = |basic: &str, form: &str| {
        let authorization = format!("Basic {}", STANDARD.encode(basic));
        let answer = call_as(&sandbox, &authorization, "POST", "/oidc/v1/token", form);
        (answer.status, answer.json()["error"].as_str().map(str::to_owned))
    };
    let good = format!("{}:{}", workspace.client_id, workspace.client_secret);
    assert_eq!(ask(&good, "grant_type=password"), (400, Some("unsupported_grant_type".to_owned())));
    let wrong = format!("{}:wrong", workspace.client_id);
    assert_eq!(
        ask(&wrong, "grant_type=client_credentials"),
        (401, Some("invalid_client".to_owned()))
    );

    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        workspace.client_id, workspace.client_secret
    );
    assert_eq!(call_as(&sandbox, "", "POST", "/oidc/v1/token", &form).status, 200);
}
