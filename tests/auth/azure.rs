//! Ways to sign in to a workspace on Azure: by Entra's tokens, reached through a front that bears Azure's names.

use pretty_assertions::assert_eq;

use super::methods::check;
use crate::support::{Authority, Front, Patroll, Proxy, World};

/// An Azure workspace's address, which the tests' proxy leads to the sandbox.
pub const AZURE: &str = "https://adb-1.5.azuredatabricks.net";

/// Names whose certificate the front shows.
pub const NAMES: [&str; 3] =
    ["adb-1.5.azuredatabricks.net", "login.microsoftonline.com", "management.azure.com"];

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
