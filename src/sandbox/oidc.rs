//! What clients look up before they sign in, the OAuth token endpoint for service principals, and
//! the policy on tokens.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::percent;
use super::record::ALL_APIS;
use super::sign_in::parse_basic;

/// How long an access token lives.
const LIFETIME_SECONDS: i64 = 3600;

/// Answers `GET /.well-known/databricks-config`.
#[allow(clippy::unnecessary_wraps, reason = "all handlers have one type")]
pub(super) fn host_metadata(call: &mut Call) -> Result<Answer, ApiError> {
    let host = &call.request.head.host;
    Ok(Answer::json(&json!({
        "oidc_endpoint": format!("http://{host}/oidc"),
        "account_id": call.store.account_id,
        "workspace_id": call.store.workspace_id.to_string(),
        "cloud": "AWS",
        "host_type": "workspace",
        "token_federation_default_oidc_audiences": [format!("http://{host}/oidc/v1/token")],
    })))
}

/// Answers `GET /oidc/.well-known/oauth-authorization-server`.
#[allow(clippy::unnecessary_wraps, reason = "all handlers have one type")]
pub(super) fn discovery(call: &mut Call) -> Result<Answer, ApiError> {
    let oidc = format!("http://{}/oidc", call.request.head.host);
    Ok(Answer::json(&json!({
        "issuer": oidc,
        "authorization_endpoint": format!("{oidc}/v1/authorize"),
        "token_endpoint": format!("{oidc}/v1/token"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    })))
}

/// Answers `POST /oidc/v1/token`.
#[allow(clippy::unnecessary_wraps, reason = "all handlers have one type")]
pub(super) fn token(call: &mut Call) -> Result<Answer, ApiError> {
    let form =
        std::str::from_utf8(&call.request.body).ok().and_then(percent::pairs).unwrap_or_default();
    let field =
        |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    if field("grant_type").as_deref() != Some("client_credentials") {
        return Ok(refuse(
            400,
            "unsupported_grant_type",
            "only client_credentials is supported here",
        ));
    }
    let basic = call.request.head.field("authorization").and_then(parse_basic);
    let client = basic.or_else(|| Some((field("client_id")?, field("client_secret")?)));
    let known = &call.store.credential;
    if !client.is_some_and(|(id, secret)| id == known.client_id && secret == known.client_secret) {
        return Ok(refuse(401, "invalid_client", "Client authentication failed"));
    }
    let Some(principal) = call.store.service(&known.client_id).map(|service| service.id) else {
        return Ok(refuse(401, "invalid_client", "the service principal is gone"));
    };
    let scope = field("scope").unwrap_or_else(|| ALL_APIS.to_owned());
    let is_unrestricted = scope.split_whitespace().any(|name| name == ALL_APIS);
    let scopes = if is_unrestricted {
        Vec::new()
    } else {
        scope.split_whitespace().map(str::to_owned).collect()
    };
    let access_token =
        call.store.add_bearer(principal, scopes, call.now, call.now + LIFETIME_SECONDS * 1000);
    Ok(Answer::json(&json!({
        "access_token": access_token,
        "scope": scope,
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
    }))
    .with("Cache-Control", "no-store"))
}

/// Answers `GET /api/2.0/workspace-conf`.
pub(super) fn policy(call: &mut Call) -> Result<Answer, ApiError> {
    let mut known = Map::new();
    for key in call.parameter("keys")?.split(',').map(str::trim) {
        let value = match key {
            "enableTokensConfig" => "true".to_owned(),
            "maxTokenLifetimeDays" => call.options.max_lifetime_days.to_string(),
            _ => {
                return Err(ApiError::new(
                    400,
                    "BAD_REQUEST",
                    format!("Invalid keys: [\"{key}\"]"),
                ));
            }
        };
        known.insert(key.to_owned(), Value::String(value));
    }
    Ok(Answer::json(&known))
}

/// Refuses as OAuth does (RFC 6749, section 5.2).
fn refuse(status: u16, error: &str, description: &str) -> Answer {
    let body = json!({"error": error, "error_description": description});
    Answer::bytes(status, Arc::new(body.to_string().into_bytes()))
}
