//! Ways to sign in that ask the workspace: what is asked of whom, who one is then, and what is said when a step fails.

use std::rc::Rc;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::{Folder, Patroll, World, expect};

/// Runs `auth check` and gives the method, who one is, and how often each operation was asked for.
pub fn check(run: Patroll<'_>, world: &World, operations: &[&str]) -> String {
    let before: Vec<_> = operations.iter().map(|name| world.requests_of(name)).collect();
    let outcome = run.args("auth check -o json --debug").run();
    if outcome.code() != 0 {
        let error = outcome.stderr().lines().find_map(|line| line.strip_prefix("error: "));
        return format!("{} {}", outcome.code(), error.unwrap_or_default());
    }
    let found: Value = serde_json::from_str(outcome.stdout()).unwrap();
    let user = found["user"].as_str().unwrap();
    // An application id looks as request ids do.
    let user = if user == "[REQUEST]" { "the service principal" } else { user };
    let counts = operations
        .iter()
        .zip(before)
        .map(|(name, before)| format!(" {name}:{}", world.requests_of(name) - before));
    format!("{} as {user}{}", found["auth_type"].as_str().unwrap(), counts.collect::<String>())
}

pub fn on_host(world: &World) -> Patroll<'_> {
    Patroll::new().beside(world).env("DATABRICKS_HOST", &world.address().host)
}

#[test]
fn a_token_or_a_password_costs_no_request() {
    let world = World::new();
    let address = world.address();
    let run = on_host(&world).env("DATABRICKS_TOKEN", &address.token);
    assert_eq!(check(run, &world, &["oidc", "config"]), "pat as admin@example.com oidc:0 config:0");
    let run = on_host(&world)
        .env("DATABRICKS_USERNAME", &address.user)
        .env("DATABRICKS_PASSWORD", &address.password);
    assert_eq!(
        check(run, &world, &["oidc", "config"]),
        "basic as admin@example.com oidc:0 config:0"
    );
}

#[test]
fn a_wrong_password_is_told_with_its_source() {
    let world = World::new();
    let run = on_host(&world)
        .env("DATABRICKS_USERNAME", &world.address().user)
        .env("DATABRICKS_PASSWORD", "a-password-of-nobody");
    let outcome = run.secret("a-password-of-nobody").args("tokens list --debug").run();
    let words = "refuses the credential from DATABRICKS_PASSWORD: ";
    assert!(outcome.code() == 3 && outcome.stderr().contains(words), "{outcome}");
    assert_eq!(world.requests_of("list"), 1);
}

fn m2m<'w>(run: Patroll<'w>, world: &'w World) -> Patroll<'w> {
    let address = world.address();
    run.beside(world)
        .env("DATABRICKS_HOST", &address.host)
        .env("DATABRICKS_CLIENT_ID", &address.client_id)
        .env("DATABRICKS_CLIENT_SECRET", &address.client_secret)
}

#[test]
fn a_service_principal_costs_one_request_once_its_endpoint_is_known() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    let operations = ["discovery", "oidc"];
    let first = check(m2m(Patroll::within(&folder), &world), &world, &operations);
    assert_eq!(first, "oauth-m2m as the service principal discovery:1 oidc:1");
    let second = check(m2m(Patroll::within(&folder), &world), &world, &operations);
    assert_eq!(second, "oauth-m2m as the service principal discovery:0 oidc:1");
    let dry = check(m2m(Patroll::new(), &world).args("-n"), &world, &operations);
    assert_eq!(dry, "oauth-m2m as the service principal discovery:1 oidc:1");
}

#[test]
fn a_remembered_endpoint_that_is_gone_is_looked_up_again() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    m2m(Patroll::within(&folder), &world).args("tokens list").run().expect_success();
    world.fault("oidc:status=404");
    let again = check(m2m(Patroll::within(&folder), &world), &world, &["discovery", "oidc"]);
    assert_eq!(again, "oauth-m2m as the service principal discovery:1 oidc:2");
}

#[test]
fn scopes_can_be_chosen() {
    let world = World::new();
    let address = world.address();
    let lines = |scopes: &str| {
        format!(
            "host = {}\nclient_id = {}\nclient_secret = {}\nscopes = {scopes}",
            address.host, address.client_id, address.client_secret
        )
    };
    let run = |scopes: &str| {
        Patroll::new().beside(&world).profile("p", &lines(scopes)).args("-p p tokens list").run()
    };
    run("authentication, scim").expect_success();
    run("scim").expect_error(
        "GET /api/2.0/token/list answered 403 PERMISSION_DENIED: Provided PAT token does not have required scopes: authentication [ReqId: [REQUEST]] (request id [REQUEST])",
    );
}

#[test]
fn each_failing_step_of_a_service_principal_is_named() {
    let cases = [
        ("discovery:status=404", "GET /oidc/.well-known/oauth-authorization-server answered 404"),
        (
            "discovery:html",
            "GET /oidc/.well-known/oauth-authorization-server on [HOST] did not answer with the API's JSON: a web page titled `Sign in to Databricks`",
        ),
        (
            "discovery:redirect=https://evil.test/x",
            "GET /oidc/.well-known/oauth-authorization-server on [HOST] was redirected to https://evil.test/x, and a credential follows no redirect",
        ),
        ("oidc:status=400", "POST /oidc/v1/token answered 400"),
        (
            "oidc:garbage",
            "POST /oidc/v1/token on [HOST] did not answer with the API's JSON: broken JSON",
        ),
        (
            "oidc:empty",
            "POST /oidc/v1/token on [HOST] did not answer with the API's JSON: an empty body",
        ),
        (
            "oidc:redirect=https://evil.test/x",
            "POST /oidc/v1/token on [HOST] was redirected to https://evil.test/x, and a credential follows no redirect",
        ),
    ];
    for (fault, words) in cases {
        let world = World::new();
        world.fault(fault);
        let found = check(m2m(Patroll::new(), &world), &world, &[]);
        let start =
            "3 cannot sign in by oauth-m2m with the credential from DATABRICKS_CLIENT_SECRET: ";
        assert!(found.starts_with(&format!("{start}{words}")), "{fault}: {found}");
    }
    for passing in [
        "oidc:status=503",
        "oidc:status=429,retry-after=0",
        "oidc:cut-after",
        "discovery:cut-before",
    ] {
        let world = World::new();
        world.fault(passing);
        let found = check(m2m(Patroll::new(), &world), &world, &[]);
        assert_eq!(found, "oauth-m2m as the service principal", "{passing}");
    }
}

#[test]
fn a_wrong_secret_is_told_with_its_source() {
    let world = World::new();
    let address = world.address();
    let run = on_host(&world)
        .env("DATABRICKS_CLIENT_ID", &address.client_id)
        .env("DATABRICKS_CLIENT_SECRET", "dose-of-nobody")
        .secret("dose-of-nobody");
    run.args("tokens list").run().expect(expect![[r#"
        --- stderr
        error: cannot sign in by oauth-m2m with the credential from DATABRICKS_CLIENT_SECRET: POST /oidc/v1/token answered 401 invalid_client: Client authentication failed (request id [REQUEST])
        hint: is the secret still valid, and is it that client's?
        --- exit 3
    "#]]);
}

#[test]
fn jobs_sign_in_by_what_their_runners_sign() {
    let world = World::new();
    let address = world.address();
    let host = &address.host;
    let operations = ["github", "pipeline", "config", "oidc"];
    let run = on_host(&world)
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{host}/actions/id-token?api-version=2.0"))
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &address.token)
        .env("DATABRICKS_CLIENT_ID", &address.client_id);
    let found = check(run, &world, &operations);
    assert_eq!(found, "github-oidc as the service principal github:1 pipeline:0 config:1 oidc:1");

    let audience = format!("{host}/oidc/v1/token");
    let run = on_host(&world)
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{host}/actions/id-token"))
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &address.token)
        .env("DATABRICKS_TOKEN_AUDIENCE", &audience);
    let found = check(run, &world, &operations);
    assert_eq!(found, "github-oidc as admin@example.com github:1 pipeline:0 config:0 oidc:1");

    let run = on_host(&world)
        .env("SYSTEM_ACCESSTOKEN", &address.token)
        .env("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", &format!("{host}/org/"))
        .env("SYSTEM_TEAMPROJECTID", "my project")
        .env("SYSTEM_HOSTTYPE", "build")
        .env("SYSTEM_PLANID", "plan")
        .env("SYSTEM_JOBID", "job");
    let found = check(run, &world, &operations);
    assert_eq!(found, "azure-devops-oidc as admin@example.com github:0 pipeline:1 config:0 oidc:1");

    let jwt = world.voucher(&audience);
    let run = on_host(&world).env("DATABRICKS_OIDC_TOKEN", &jwt).secret(&jwt);
    let found = check(run, &world, &operations);
    assert_eq!(found, "env-oidc as admin@example.com github:0 pipeline:0 config:0 oidc:1");

    let run = on_host(&world)
        .file("jwt", format!("{jwt}\n"))
        .env("DATABRICKS_OIDC_TOKEN_FILEPATH", "jwt");
    let found = check(run.secret(&jwt), &world, &operations);
    assert_eq!(found, "file-oidc as admin@example.com github:0 pipeline:0 config:0 oidc:1");
}

#[test]
fn a_signed_token_that_will_not_do_is_told() {
    let world = World::new();
    let foreign = world.voucher("https://elsewhere.test");
    let run = on_host(&world).env("DATABRICKS_OIDC_TOKEN", &foreign).secret(&foreign);
    run.args("tokens list").run().expect(expect![[r#"
        --- stderr
        error: cannot sign in by env-oidc with the credential from DATABRICKS_OIDC_TOKEN: POST /oidc/v1/token answered 400 invalid_grant: the token is refused: it is for another audience (request id [REQUEST])
        hint: does a federation policy of the workspace accept this issuer, subject and audience?
        --- exit 3
    "#]]);
    let run = on_host(&world).env("DATABRICKS_OIDC_TOKEN_FILEPATH", "/nowhere/jwt");
    run.args("tokens list").run().expect_error(
        "cannot sign in by file-oidc with the credential from DATABRICKS_OIDC_TOKEN_FILEPATH: cannot read /nowhere/jwt: no such file or directory",
    );
}

#[test]
fn a_metadata_service_is_asked_only_on_this_machine() {
    let world = World::new();
    let url = format!("{}/metadata-service/token", world.address().host);
    let run = on_host(&world).env("DATABRICKS_METADATA_SERVICE_URL", &url);
    assert_eq!(
        check(run, &world, &["metadata"]),
        "metadata-service as the service principal metadata:1"
    );
    let run = on_host(&world).env("DATABRICKS_METADATA_SERVICE_URL", "https://meta.test/token");
    run.args("tokens list").run().expect_error(
        "metadata_service_url is `https://meta.test/token` (from DATABRICKS_METADATA_SERVICE_URL): it must be on this machine, localhost or 127.0.0.1",
    );
}
