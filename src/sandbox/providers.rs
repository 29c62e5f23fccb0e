//! Those beside a workspace who vouch for people and machines: Microsoft Entra, Azure's metadata service and resource
//! manager, the runners of GitHub and Azure DevOps, and a metadata service as editors run one.
//!
//! They answer on the workspace's own address; whoever tests a client leads their names here.

use std::sync::Arc;

use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::oidc::{form, refuse};
use super::vouchers;

/// Databricks' application at Entra; the first half of what tokens are asked for.
const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";

/// What Azure's management is called.
const MANAGEMENT: &str = "https://management.core.windows.net/";

/// For whom Entra and Azure DevOps have tokens signed.
pub(super) const EXCHANGE: &str = "api://AzureADTokenExchange";

/// How long Entra's tokens live.
const LIFETIME_SECONDS: i64 = 3599;

/// Answers `POST /{tenant}/oauth2/token`, as Entra does.
pub(super) fn entra(call: &mut Call) -> Result<Answer, ApiError> {
    let field = form(call);
    if call.id != call.store.account_id {
        return Ok(refuse(
            400,
            "invalid_request",
            &format!("AADSTS90002: Tenant '{}' not found.", call.id),
        ));
    }
    let known = &call.store.credential;
    let is_known = field("client_id").as_deref() == Some(known.client_id.as_str());
    let is_proven = match (field("client_secret"), field("client_assertion")) {
        (Some(secret), _) => secret == known.client_secret,
        (None, Some(token)) => vouchers::check(call.store, &token, &[EXCHANGE], call.now).is_ok(),
        (None, None) => false,
    };
    if !is_known || !is_proven {
        return Ok(refuse(401, "invalid_client", "AADSTS7000215: Invalid client secret provided."));
    }
    Ok(grant(call, field("resource").as_deref()))
}

/// Answers `GET /metadata/identity/oauth2/token`, as a machine on Azure does.
pub(super) fn machine(call: &mut Call) -> Result<Answer, ApiError> {
    if call.request.head.field("metadata") != Some("true") {
        return Ok(refuse(400, "invalid_request", "Required metadata header not specified"));
    }
    let client = call.request.head.parameter("client_id");
    if client.is_some_and(|id| id != call.store.credential.client_id) {
        return Ok(refuse(400, "invalid_request", "Identity not found"));
    }
    let resource = call.request.head.parameter("resource").map(str::to_owned);
    Ok(grant(call, resource.as_deref()))
}

/// Answers `GET` of a workspace's resource, as Azure's resource manager does.
pub(super) fn resource(call: &mut Call) -> Result<Answer, ApiError> {
    let name = format!("{}.azuredatabricks.net", call.id);
    Ok(Answer::json(&json!({ "properties": { "workspaceUrl": name } })))
}

/// Answers `GET /aad/auth`, which sends a browser to the tenant's sign-in.
pub(super) fn browser(call: &mut Call) -> Result<Answer, ApiError> {
    let tenant = &call.store.account_id;
    let target = format!("https://login.microsoftonline.com/{tenant}/oauth2/authorize?client_id=x");
    Ok(Answer::bytes(302, Arc::default()).with("Location", target))
}

/// Answers `GET /actions/id-token`, as GitHub's runner does.
pub(super) fn github(call: &mut Call) -> Result<Answer, ApiError> {
    let audience = call.request.head.parameter("audience").unwrap_or("https://github.com/sandbox");
    let token = vouchers::sign(call.store, audience, call.now);
    Ok(Answer::json(&json!({ "count": token.len(), "value": token })))
}

/// Answers `POST …/oidctoken`, as Azure DevOps does.
pub(super) fn pipeline(call: &mut Call) -> Result<Answer, ApiError> {
    let token = vouchers::sign(call.store, EXCHANGE, call.now);
    Ok(Answer::json(&json!({ "oidcToken": token })))
}

/// Answers `GET /metadata-service/token`, as Databricks' editor extensions do.
pub(super) fn metadata(call: &mut Call) -> Result<Answer, ApiError> {
    if call.request.head.field("x-databricks-metadata-version") != Some("1") {
        return Ok(refuse(400, "invalid_request", "the version of the protocol is missing"));
    }
    Ok(grant(call, Some(DATABRICKS)))
}

/// Hands out a token for the service principal, good for what `resource` names.
fn grant(call: &mut Call, resource: Option<&str>) -> Answer {
    let scopes = match resource {
        Some(DATABRICKS) => Vec::new(),
        // Good for Azure, and for nothing that a workspace does.
        Some(MANAGEMENT) => vec!["azure-management".to_owned()],
        _ => {
            return refuse(
                400,
                "invalid_resource",
                "AADSTS500011: The resource principal was not found.",
            );
        }
    };
    let client_id = call.store.credential.client_id.clone();
    let Some(principal) = call.store.service(&client_id).map(|service| service.id) else {
        return refuse(401, "invalid_client", "the service principal is gone");
    };
    let end = call.now + LIFETIME_SECONDS * 1000;
    let token = call.store.add_bearer(principal, scopes, call.now, end);
    // Entra writes its numbers as text.
    Answer::json(&json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS.to_string(),
        "expires_on": (end / 1000).to_string(),
        "resource": resource,
        "access_token": token,
    }))
}
