//! The secrets calls.

use pretty_assertions::assert_eq;

use super::client::{Answer, call, small, start};

/// Shows status and code of a refusal.
fn refusal(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.json()["error_code"].as_str().unwrap())
}

#[test]
fn a_secret_is_put_listed_without_value_read_and_deleted() {
    let sandbox = start(small());
    let get = |path: &str| call(&sandbox, "GET", path, "").show();
    let post = |path: &str, body: &str| call(&sandbox, "POST", path, body).show();
    assert_eq!(get("/api/2.0/secrets/scopes/list"), "200 {}");
    assert_eq!(post("/api/2.0/secrets/scopes/create", r#"{"scope":"jobs"}"#), "200 {}");
    assert_eq!(
        get("/api/2.0/secrets/scopes/list"),
        r#"200 {"scopes":[{"name":"jobs","backend_type":"DATABRICKS"}]}"#
    );
    assert_eq!(get("/api/2.0/secrets/list?scope=jobs"), "200 {}");
    assert_eq!(
        post("/api/2.0/secrets/put", r#"{"scope":"jobs","key":"a","string_value":"first"}"#),
        "200 {}"
    );
    assert_eq!(
        post("/api/2.0/secrets/put", r#"{"scope":"jobs","key":"a","bytes_value":"c2Vjb25k"}"#),
        "200 {}"
    );
    assert_eq!(
        get("/api/2.0/secrets/get?scope=jobs&key=a"),
        r#"200 {"key":"a","value":"c2Vjb25k"}"#
    );
    assert_eq!(
        get("/api/2.0/secrets/list?scope=jobs"),
        r#"200 {"secrets":[{"key":"a","last_updated_timestamp":1621287738473}]}"#
    );
    assert_eq!(post("/api/2.0/secrets/delete", r#"{"scope":"jobs","key":"a"}"#), "200 {}");
    assert_eq!(get("/api/2.0/secrets/list?scope=jobs"), "200 {}");
    assert_eq!(post("/api/2.0/secrets/scopes/delete", r#"{"scope":"jobs"}"#), "200 {}");
    assert_eq!(get("/api/2.0/secrets/scopes/list"), "200 {}");
}

#[test]
fn refusals() {
    let sandbox = start(small());
    call(&sandbox, "POST", "/api/2.0/secrets/scopes/create", r#"{"scope":"jobs"}"#);
    let post = |path: &str, body: &str| refusal(&call(&sandbox, "POST", path, body));
    let put = |body: &str| post("/api/2.0/secrets/put", body);
    let get = |path: &str| refusal(&call(&sandbox, "GET", path, ""));
    let create = |body: &str| post("/api/2.0/secrets/scopes/create", body);
    assert_eq!(create(r#"{"scope":"jobs"}"#), "400 RESOURCE_ALREADY_EXISTS");
    assert_eq!(create(r#"{"scope":"a b"}"#), "400 INVALID_PARAMETER_VALUE");
    assert_eq!(
        create(&format!(r#"{{"scope":"{}"}}"#, "x".repeat(129))),
        "400 INVALID_PARAMETER_VALUE"
    );
    assert_eq!(
        post("/api/2.0/secrets/scopes/delete", r#"{"scope":"nope"}"#),
        "404 RESOURCE_DOES_NOT_EXIST"
    );
    assert_eq!(
        put(r#"{"scope":"nope","key":"a","string_value":""}"#),
        "404 RESOURCE_DOES_NOT_EXIST"
    );
    assert_eq!(put(r#"{"scope":"jobs","key":"a"}"#), "400 MALFORMED_REQUEST");
    assert_eq!(
        put(r#"{"scope":"jobs","key":"a","string_value":"x","bytes_value":"eA=="}"#),
        "400 MALFORMED_REQUEST"
    );
    assert_eq!(
        put(r#"{"scope":"jobs","key":"a","bytes_value":"%"}"#),
        "400 INVALID_PARAMETER_VALUE"
    );
    assert_eq!(
        put(r#"{"scope":"jobs","key":"a/b","string_value":"x"}"#),
        "400 INVALID_PARAMETER_VALUE"
    );
    let long = "x".repeat(128 * 1024 + 1);
    assert_eq!(
        put(&format!(r#"{{"scope":"jobs","key":"a","string_value":"{long}"}}"#)),
        "400 INVALID_PARAMETER_VALUE"
    );
    assert_eq!(get("/api/2.0/secrets/get?scope=jobs&key=a"), "404 RESOURCE_DOES_NOT_EXIST");
    assert_eq!(get("/api/2.0/secrets/get?scope=jobs"), "400 INVALID_PARAMETER_VALUE");
    assert_eq!(get("/api/2.0/secrets/list?scope=nope"), "404 RESOURCE_DOES_NOT_EXIST");
    assert_eq!(
        post("/api/2.0/secrets/delete", r#"{"scope":"jobs","key":"a"}"#),
        "404 RESOURCE_DOES_NOT_EXIST"
    );
    assert_eq!(sandbox.writes().len(), 1);
}
