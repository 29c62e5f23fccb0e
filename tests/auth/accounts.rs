//! Signing in where accounts are managed, and where a configuration says where tokens are handed out.

use pretty_assertions::assert_eq;

use super::methods::check;
use crate::support::{Authority, Front, Patroll, Proxy, World};

const ACCOUNTS: &str = "accounts.cloud.databricks.com";

struct Stage {
    world: World,
    authority: Authority,
    front: Front,
    proxy: Proxy,
}

impl Stage {
    fn new() -> Self {
        let (world, authority) = (World::new(), Authority::new());
        let front = Front::new(&authority.sign(&[ACCOUNTS]), &world.address().host);
        let proxy = Proxy::to(front.port(), None);
        Self { world, authority, front, proxy }
    }

    /// Prepares a run to where accounts are managed.
    fn run(&self) -> Patroll<'_> {
        Patroll::new()
            .beside(&self.world)
            .file("ca.pem", self.authority.pem())
            .env("SSL_CERT_FILE", "ca.pem")
            .env("HTTPS_PROXY", self.proxy.address())
            .env("DATABRICKS_HOST", &format!("https://{ACCOUNTS}"))
    }
}

#[test]
fn an_account_hands_out_tokens_at_an_address_of_its_own() {
    let stage = Stage::new();
    let (world, address) = (&stage.world, stage.world.address());
    let m2m = |account: &str| {
        let run = stage.run().env("DATABRICKS_ACCOUNT_ID", account);
        run.env("DATABRICKS_CLIENT_ID", &address.client_id)
            .env("DATABRICKS_CLIENT_SECRET", &address.client_secret)
    };
    let operations = ["account-oidc", "discovery", "oidc"];
    assert_eq!(
        check(m2m(&world.account()), world, &operations),
        "oauth-m2m as the service principal account-oidc:1 discovery:0 oidc:0"
    );
    let wrong = check(m2m("nobodys"), world, &[]);
    let words = "3 cannot sign in by oauth-m2m with the credential from DATABRICKS_CLIENT_SECRET: POST /oidc/accounts/nobodys/v1/token answered 400 invalid_request: there is no such account";
    assert!(wrong.starts_with(words), "{wrong}");
}

#[test]
fn a_job_has_tokens_signed_for_the_account() {
    let stage = Stage::new();
    let (world, address) = (&stage.world, stage.world.address());
    let run = stage
        .run()
        .env("DATABRICKS_ACCOUNT_ID", &world.account())
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/actions/id-token", address.host))
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &address.token);
    // Where the address itself does not say for whom.
    world.fault("config:status=404");
    let found = check(run, world, &["github", "account-oidc"]);
    assert_eq!(found, "github-oidc as admin@example.com github:1 account-oidc:1");
}

#[test]
fn where_tokens_are_handed_out_can_be_configured() {
    let world = World::new();
    let address = world.address();
    let document = format!("{}/oidc/.well-known/oauth-authorization-server?from=us", address.host);
    let run = |url: &str| {
        Patroll::new()
            .beside(&world)
            .env("DATABRICKS_HOST", &address.host)
            .env("DATABRICKS_CLIENT_ID", &address.client_id)
            .env("DATABRICKS_CLIENT_SECRET", &address.client_secret)
            .env("DATABRICKS_DISCOVERY_URL", url)
    };
    assert_eq!(
        check(run(&document), &world, &["discovery", "oidc"]),
        "oauth-m2m as the service principal discovery:1 oidc:1"
    );
    let start = "cannot sign in by oauth-m2m with the credential from DATABRICKS_CLIENT_SECRET: ";
    run("http://discovery.test/x").args("tokens list").run().expect_error(&format!(
        "{start}http://discovery.test is plain http: the credential would be readable on the way"
    ));
    run("no address").args("tokens list").run().expect_error(&format!(
        "{start}`no address` (from the way to sign in) is not a workspace's address: a name has letters, digits, `-` and `.`"
    ));
}

#[test]
fn a_workspace_that_shares_its_address_is_named_in_every_request() {
    let stage = Stage::new();
    let run = stage.run().env("DATABRICKS_TOKEN", &stage.world.address().token);
    run.env("DATABRICKS_HOST", &format!("https://{ACCOUNTS}/?o=4321"))
        .args("tokens list")
        .run()
        .expect_success();
    let requests = stage.front.requests();
    let is_named = |request: &String| request.contains("x-databricks-workspace-id: 4321");
    assert!(!requests.is_empty() && requests.iter().all(is_named), "{requests:?}");
}
