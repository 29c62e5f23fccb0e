//! Every call the sandbox knows, in one table: its name for faults and counts, its address, what it
//! takes, who answers.

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::sign_in::Access::{self, Admin, Open, Scoped, SignedIn};
use super::{admin, oidc, providers, scim, secrets, tokens};

/// Answers a call.
type Handler = fn(&mut Call) -> Result<Answer, ApiError>;

/// One line of the table.
pub(super) struct Route {
    /// What faults and counts call it.
    pub(super) operation: &'static str,
    /// What it takes to make the call.
    pub(super) access: Access,
    /// Who answers.
    pub(super) handler: Handler,
    method: &'static str,
    path: &'static str,
}

/// What counts and faults call a request that no route answers.
pub(super) const UNKNOWN: &str = "unknown";

const AUTHENTICATION: &str = "authentication";

#[rustfmt::skip]
static ROUTES: [Route; 32] = [
    route("create", "POST", "/api/2.0/token/create", Scoped(AUTHENTICATION), tokens::create),
    route("list", "GET", "/api/2.0/token/list", Scoped(AUTHENTICATION), tokens::list),
    route("delete", "POST", "/api/2.0/token/delete", Scoped(AUTHENTICATION), tokens::delete),
    route("patch", "PATCH", "/api/2.0/token/{id}", Scoped(AUTHENTICATION), tokens::update),
    route("introspect", "GET", "/api/2.0/tokens/introspect", SignedIn, scim::introspect),
    route("admin-list", "GET", "/api/2.0/token-management/tokens", Admin(AUTHENTICATION), admin::list),
    route("admin-get", "GET", "/api/2.0/token-management/tokens/{id}", Admin(AUTHENTICATION), admin::find),
    route("admin-delete", "DELETE", "/api/2.0/token-management/tokens/{id}", Admin(AUTHENTICATION), admin::delete),
    route("admin-patch", "PATCH", "/api/2.0/token-management/tokens/{id}", Admin(AUTHENTICATION), admin::update),
    route("admin-create", "POST", "/api/2.0/token-management/on-behalf-of/tokens", Admin(AUTHENTICATION), admin::create_on_behalf),
    route("scope-create", "POST", "/api/2.0/secrets/scopes/create", Scoped("secrets"), secrets::create_scope),
    route("scope-list", "GET", "/api/2.0/secrets/scopes/list", Scoped("secrets"), secrets::list_scopes),
    route("scope-delete", "POST", "/api/2.0/secrets/scopes/delete", Scoped("secrets"), secrets::delete_scope),
    route("secret-put", "POST", "/api/2.0/secrets/put", Scoped("secrets"), secrets::put),
    route("secret-get", "GET", "/api/2.0/secrets/get", Scoped("secrets"), secrets::get),
    route("secret-list", "GET", "/api/2.0/secrets/list", Scoped("secrets"), secrets::list),
    route("secret-delete", "POST", "/api/2.0/secrets/delete", Scoped("secrets"), secrets::delete),
    route("me", "GET", "/api/2.0/preview/scim/v2/Me", Scoped("scim"), scim::me),
    route("users", "GET", "/api/2.0/preview/scim/v2/Users", Scoped("scim"), scim::users),
    route("services", "GET", "/api/2.0/preview/scim/v2/ServicePrincipals", Scoped("scim"), scim::services),
    route("conf", "GET", "/api/2.0/workspace-conf", Admin("settings"), oidc::policy),
    route("config", "GET", "/.well-known/databricks-config", Open, oidc::host_metadata),
    route("discovery", "GET", "/oidc/.well-known/oauth-authorization-server", Open, oidc::discovery),
    route("oidc", "POST", "/oidc/v1/token", Open, oidc::token),
    route("account-oidc", "POST", "/oidc/accounts/{id}/v1/token", Open, oidc::account_token),
    route("entra", "POST", "/{id}/oauth2/token", Open, providers::entra),
    route("machine", "GET", "/metadata/identity/oauth2/token", Open, providers::machine),
    route("resource", "GET", "/subscriptions/{id}/resourceGroups/{id}/providers/Microsoft.Databricks/workspaces/{id}", SignedIn, providers::resource),
    route("browser", "GET", "/aad/auth", Open, providers::browser),
    route("github", "GET", "/actions/id-token", SignedIn, providers::github),
    route("pipeline", "POST", "/{id}/{id}/_apis/distributedtask/hubs/{id}/plans/{id}/jobs/{id}/oidctoken", SignedIn, providers::pipeline),
    route("metadata", "GET", "/metadata-service/token", Open, providers::metadata),
];

const fn route(
    operation: &'static str,
    method: &'static str,
    path: &'static str,
    access: Access,
    handler: Handler,
) -> Route {
    Route { operation, access, handler, method, path }
}

/// Finds who answers a request, and what stands in its path for `{id}`. A `HEAD` goes where the
/// `GET` would.
pub(super) fn find<'a>(method: &str, path: &'a str) -> Option<(&'static Route, &'a str)> {
    let method = if method == "HEAD" { "GET" } else { method };
    ROUTES
        .iter()
        .filter(|route| route.method == method)
        .find_map(|route| Some((route, route.capture(path)?)))
}

/// Lists the names of all operations.
pub(super) fn operations() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(|route| route.operation).chain([UNKNOWN])
}

impl Route {
    /// Gives what stands for the last `{id}`, nothing if the path is another.
    fn capture<'a>(&self, path: &'a str) -> Option<&'a str> {
        let mut captured = "";
        let (mut wanted, mut parts) = (self.path.split('/'), path.split('/'));
        loop {
            match (wanted.next(), parts.next()) {
                (None, None) => return Some(captured),
                (Some("{id}"), Some(part)) if !part.is_empty() => captured = part,
                (Some(wanted), Some(part)) if wanted == part => {}
                _ => return None,
            }
        }
    }
}
