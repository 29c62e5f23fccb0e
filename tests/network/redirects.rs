//! A credential follows no redirect, whoever sends it and by whatever status.

use pretty_assertions::assert_eq;

use crate::support::{Patroll, Stub, World};

#[test]
fn no_credential_reaches_a_second_host() {
    for status in ["301", "302", "303", "307", "308"] {
        let second = Stub::new([("200 OK", "{}")]);
        let target = format!("{}/api/2.0/token/list", second.host());
        let first = Stub::new([(format!("{status} Elsewhere\r\nLocation: {target}").as_str(), "")]);
        let prepared = || Patroll::new().env("DATABRICKS_HOST", first.host());
        for command in
            ["tokens list", "tokens create --comment x", "tokens revoke 0123456789abcdef"]
        {
            let outcome = prepared()
                .env("DATABRICKS_TOKEN", "a-token-of-mine")
                .secret("a-token-of-mine")
                .args(command)
                .args("--debug")
                .run();
            assert!(
                outcome.stderr().contains("a credential follows no redirect"),
                "{status} {command} {outcome}"
            );
        }
        let m2m = prepared()
            .env("DATABRICKS_CLIENT_ID", "id")
            .env("DATABRICKS_CLIENT_SECRET", "a-secret-of-mine");
        let outcome = m2m.secret("a-secret-of-mine").args("tokens list --debug").run();
        assert!(
            outcome.stderr().contains("a credential follows no redirect"),
            "{status} {outcome}"
        );
        assert_eq!(second.asked(), Vec::<String>::new(), "{status}");
    }
}

#[test]
fn a_token_endpoint_on_another_host_gets_no_secret() {
    let second = Stub::new([("200 OK", "{}")]);
    let document = format!("{{\"token_endpoint\":\"{}/oidc/v1/token\"}}", second.host());
    let first = Stub::new([("200 OK", document.as_str())]);
    let run = Patroll::new()
        .env("DATABRICKS_HOST", first.host())
        .env("DATABRICKS_CLIENT_ID", "id")
        .env("DATABRICKS_CLIENT_SECRET", "a-secret-of-mine")
        .secret("a-secret-of-mine");
    let outcome = run.args("tokens list").run();
    let words = "a token_endpoint on another host, where no secret goes";
    assert!(outcome.stderr().contains(words), "{outcome}");
    assert_eq!((outcome.code(), second.asked()), (3, Vec::new()));
}

#[test]
fn a_remembered_endpoint_on_another_host_is_not_believed() {
    let world = World::new();
    let address = world.address();
    let second = Stub::new([("200 OK", "{}")]);
    let document = format!("{}/oidc/.well-known/oauth-authorization-server", address.host);
    let memory = format!(
        "{{\"{document}\": {{\"token_endpoint\": \"{}/x\", \"seen\": {}}}}}",
        second.host(),
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()
            - 1000
    );
    let run = Patroll::new()
        .beside(&world)
        .file("../home/.local/state/patroll/token_endpoints.json", memory)
        .env("DATABRICKS_HOST", &address.host)
        .env("DATABRICKS_CLIENT_ID", &address.client_id)
        .env("DATABRICKS_CLIENT_SECRET", &address.client_secret);
    run.args("tokens list").run().expect_success();
    assert_eq!(second.asked(), Vec::<String>::new());
}
