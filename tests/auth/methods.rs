//! Every way to sign in: what is asked of whom, who one is then, and what is said when a step fails.

use std::os::unix::fs::PermissionsExt;
use std::rc::Rc;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::{Authority, Folder, Front, Patroll, Proxy, World, expect};

/// An Azure workspace's address, which the tests' proxy leads to the sandbox.
const AZURE: &str = "https://adb-1.5.azuredatabricks.net";

/// Names whose certificate the front shows.
const NAMES: [&str; 3] =
    ["adb-1.5.azuredatabricks.net", "login.microsoftonline.com", "management.azure.com"];

/// Runs `auth check` and gives the method, who one is, and how often each operation was asked for.
fn check(run: Patroll<'_>, world: &World, operations: &[&str]) -> String {
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

fn on_host(world: &World) -> Patroll<'_> {
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

/// Prepares a run against an Azure workspace; what it asks of whom is the front's to tell.
fn on_azure<'w>(world: &'w World, authority: &Authority, proxy: &Proxy) -> Patroll<'w> {
    Patroll::new()
        .beside(world)
        .file("ca.pem", authority.pem())
        .env("SSL_CERT_FILE", "ca.pem")
        .env("HTTPS_PROXY", &format!("http://{}", proxy.address()))
        .env("DATABRICKS_HOST", AZURE)
}

#[test]
fn azure_secrets_go_to_entra_and_two_tokens_to_the_workspace() {
    let (world, authority) = (World::new(), Authority::new());
    let address = world.address();
    let front = Front::new(&authority.sign(&NAMES), &address.host);
    let proxy = Proxy::to(front.port(), None);
    let run = || {
        on_azure(&world, &authority, &proxy)
            .env("ARM_CLIENT_ID", &address.client_id)
            .env("ARM_CLIENT_SECRET", &address.client_secret)
    };
    let known = check(run().env("ARM_TENANT_ID", &world.account()), &world, &["entra", "browser"]);
    assert_eq!(known, "azure-client-secret as the service principal entra:2 browser:0");
    let found = check(run(), &world, &["entra", "browser"]);
    assert_eq!(found, "azure-client-secret as the service principal entra:2 browser:2");
    for request in front.requests() {
        let is_api = request.contains("/api/2.0/");
        assert_eq!(
            request.to_ascii_lowercase().contains("x-databricks-azure-sp-management-token"),
            is_api,
            "{request}"
        );
    }
    let wrong = check(run().env("ARM_TENANT_ID", "nobodys"), &world, &[]);
    assert!(wrong.starts_with("3 cannot sign in by azure-client-secret with the credential from ARM_CLIENT_SECRET: POST /nobodys/oauth2/token answered 400 invalid_request: AADSTS90002"), "{wrong}");
}

#[test]
fn an_azure_resource_is_enough_to_find_the_workspace() {
    let (world, authority) = (World::new(), Authority::new());
    let address = world.address();
    let front = Front::new(&authority.sign(&NAMES), &address.host);
    let proxy = Proxy::to(front.port(), None);
    let id = "/subscriptions/s1/resourceGroups/g/providers/Microsoft.Databricks/workspaces/adb-1.5";
    let run = on_azure(&world, &authority, &proxy)
        .env("DATABRICKS_HOST", "")
        .env("DATABRICKS_AZURE_RESOURCE_ID", id)
        .env("ARM_CLIENT_ID", &address.client_id)
        .env("ARM_CLIENT_SECRET", &address.client_secret)
        .env("ARM_TENANT_ID", &world.account());
    // The lookup needs a token for Azure that opens nothing else.
    assert_eq!(
        check(run, &world, &["resource"]),
        "azure-client-secret as the service principal resource:1"
    );
    let sent = front.requests().into_iter().filter(|request| request.contains("/api/2.0/"));
    assert!(sent.into_iter().all(|request| {
        request.contains(&format!("x-databricks-azure-workspace-resource-id: {id}"))
    }));
}

#[test]
fn a_github_job_signs_in_to_azure_without_a_secret() {
    let (world, authority) = (World::new(), Authority::new());
    let address = world.address();
    let front = Front::new(&authority.sign(&NAMES), &address.host);
    let proxy = Proxy::to(front.port(), None);
    let run = on_azure(&world, &authority, &proxy)
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/actions/id-token", address.host))
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &address.token)
        .env("ARM_CLIENT_ID", &address.client_id)
        .env("ARM_TENANT_ID", &world.account());
    let found = check(run, &world, &["github", "entra", "oidc"]);
    assert_eq!(found, "github-oidc-azure as the service principal github:1 entra:1 oidc:0");
}

/// Puts a program in the search path of a run.
fn with_program<'w>(run: Patroll<'w>, folder: &Folder, name: &str, text: &str) -> Patroll<'w> {
    let path = folder.work().join("bin").join(name);
    folder.write(&path, format!("#!/bin/sh\n{text}"), 0o700);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    run.env("PATH", &format!("{}:/usr/bin:/bin", folder.work().join("bin").display()))
}

#[test]
fn the_azure_command_line_lends_its_sign_in() {
    let (world, authority) = (World::new(), Authority::new());
    let address = world.address();
    let front = Front::new(&authority.sign(&NAMES), &address.host);
    let proxy = Proxy::to(front.port(), None);
    let folder = Rc::new(Folder::new());
    let program = |answer: &str| {
        let run = Patroll::within(&folder)
            .beside(&world)
            .file("ca.pem", authority.pem())
            .env("SSL_CERT_FILE", "ca.pem")
            .env("HTTPS_PROXY", &format!("http://{}", proxy.address()))
            .env("DATABRICKS_HOST", AZURE);
        with_program(run, &folder, "az", &format!("echo \"$@\" >> asked\n{answer}"))
    };
    let answer =
        format!("echo '{{\"accessToken\": \"{}\", \"expires_on\": 1999999999}}'", address.token);
    let found = check(program(&answer).keeps("az").env("ARM_TENANT_ID", "t1"), &world, &[]);
    assert_eq!(found, "azure-cli as admin@example.com");
    assert_eq!(
        folder.read("asked"),
        "account get-access-token --resource 2ff814a6-3304-4ab8-85cb-cd0e6f879c1d --output json --tenant t1\n"
    );
    let refusal = "echo 'ERROR: Please run az login' >&2; exit 1";
    let lost = check(program(refusal), &world, &[]);
    assert!(lost.starts_with(&format!("3 no credential for {AZURE}")), "{lost}");
    let pinned =
        program(refusal).env("DATABRICKS_AUTH_TYPE", "azure-cli").args("tokens list").run();
    pinned.expect_error("cannot sign in by azure-cli with the credential from `az`: `[DIR]/bin/az` failed: ERROR: Please run az login");
}

#[test]
fn the_databricks_command_line_lends_its_sign_in() {
    let world = World::new();
    let address = world.address();
    let folder = Rc::new(Folder::new());
    let run = |version: &str, answer: &str| {
        let run = Patroll::within(&folder).beside(&world).env("DATABRICKS_HOST", &address.host);
        let text = format!(
            "echo \"$@\" >> asked\nif [ \"$1\" = version ]; then echo 'Databricks CLI v{version}'; exit 0; fi\n{answer}"
        );
        with_program(run, &folder, "databricks", &text).keeps("databricks")
    };
    let answer = format!(
        "echo '{{\"access_token\": \"{}\", \"token_type\": \"Bearer\", \"expiry\": \"2027-01-01T00:00:00.123456789+01:00\"}}'",
        address.token
    );
    let found = check(run("0.296.0", &answer), &world, &[]);
    assert_eq!(found, "databricks-cli as admin@example.com");
    assert_eq!(folder.read("asked"), format!("version\nauth token --host {}\n", address.host));

    std::fs::remove_file(folder.work().join("asked")).unwrap();
    world.fault("me:status=401");
    let renewed = check(run("0.296.0", &answer), &world, &[]);
    assert_eq!(renewed, "databricks-cli as admin@example.com");
    assert!(folder.read("asked").ends_with("--force-refresh\n"), "{}", folder.read("asked"));

    let unknown = run(
        "0.250.0",
        "echo 'Error: databricks OAuth is not configured for this host' >&2; exit 1",
    );
    let found = check(unknown, &world, &[]);
    assert!(
        found.starts_with("3 no credential for [HOST]: found host (DATABRICKS_HOST)"),
        "{found}"
    );

    let retired = run("0.18.0", "# from databricks_cli.cli import cli");
    retired.env("DATABRICKS_AUTH_TYPE", "databricks-cli").args("tokens list").run().expect_error(
        "`[DIR]/bin/databricks` is the retired Python version, which cannot hand out tokens: install the current one",
    );
}
