//! What the sandbox tells of itself and of what was done to it.

use patroll::sandbox::Options;
use pretty_assertions::assert_eq;

use super::client::{NOW, call, call_as, create, list, small, start};

#[test]
fn every_change_is_in_the_log_and_every_request_is_counted() {
    let sandbox = start(small());
    let (_, id) = create(&sandbox, r#"{"comment":"x"}"#);
    list(&sandbox);
    call(&sandbox, "POST", "/api/2.0/token/delete", r#"{"token_id":"nope"}"#);
    call(&sandbox, "POST", "/api/2.0/secrets/scopes/create", r#"{"scope":"s"}"#);
    let log = call_as(&sandbox, "", "GET", "/.sandbox/log", "");
    assert_eq!(
        log.body.replace(&id, "ID"),
        [
            r#"{"writes":[{"at_ms":1621287738473,"workspace":0,"method":"POST","path":"/api/2.0/token/create","#,
            r#""what":"created a token","token_id":"ID","request_id":"00000001-0000-4000-8000-000000000001"},"#,
            r#"{"at_ms":1621287738473,"workspace":0,"method":"POST","path":"/api/2.0/secrets/scopes/create","#,
            r#""what":"created the scope s","token_id":null,"request_id":"00000001-0000-4000-8000-000000000004"}],"#,
            r#""requests":{"create":1,"delete":1,"list":1,"scope-create":1}}"#,
        ]
        .concat()
    );
    assert_eq!(sandbox.writes().len(), 2);
    assert_eq!(
        (sandbox.requests(), sandbox.requests_of("list"), sandbox.requests_of("me")),
        (4, 1, 0)
    );
}

#[test]
fn the_sandbox_tells_of_itself() {
    let sandbox = start(Options { workspaces: 2, ..small() });
    let info = call_as(&sandbox, "", "GET", "/.sandbox/info", "").json();
    assert_eq!(info["now_ms"], NOW);
    assert_eq!(info["workspaces"], serde_json::to_value(sandbox.workspaces()).unwrap());
    assert_eq!(call_as(&sandbox, "", "GET", "/.sandbox/nope", "").status, 404);
}

#[test]
fn a_call_that_does_not_exist_gets_the_apis_404() {
    let sandbox = start(small());
    for (method, path, named) in [
        ("GET", "/api/2.0/token/nope", "GET /token/nope"),
        ("GET", "/api/2.0/token/create", "GET /token/create"),
        ("DELETE", "/", "DELETE /"),
    ] {
        let answer = call(&sandbox, method, path, "").json();
        assert_eq!(
            (&answer["error_code"], &answer["message"]),
            (&"ENDPOINT_NOT_FOUND".into(), &format!("No API found for '{named}'").into())
        );
    }
}
