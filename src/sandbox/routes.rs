//! Every call the sandbox knows, in one table: its name for faults and counts, its address, what it
//! takes, who answers.

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::sign_in::Access::{self, Admin, Open, Scoped, SignedIn};
use super::{admin, oidc, scim, secrets, tokens};

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
static ROUTES: [Route; 24] = [
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
    fn capture<'a>(&self, path: &'a str) -> Option<&'a str> {
        match self.path.strip_suffix("{id}") {
            Some(start) => {
                path.strip_prefix(start).filter(|id| !id.is_empty() && !id.contains('/'))
            }
            None => (path == self.path).then_some(""),
        }
    }
}
