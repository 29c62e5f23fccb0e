//! What clients look up before they sign in, the OAuth token endpoint for service principals and jobs, and
//! the policy on tokens.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::percent;
use super::providers::EXCHANGE;
use super::record::ALL_APIS;
use super::sign_in::parse_basic;
use super::vouchers;

/// Looks up a field.
type Field = dyn Fn(&str) -> Option<String>;

/// The grant that trades tokens.
const EXCHANGE_GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// How long an access token lives.
const LIFETIME_SECONDS: i64 = 3600;

/// Answers `GET /.well-known/databricks-config`.
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
pub(super) fn discovery(call: &mut Call) -> Result<Answer, ApiError> {
    let oidc = format!("http://{}/oidc", call.request.head.host);
    Ok(Answer::json(&json!({
        "issuer": oidc,
        "authorization_endpoint": format!("{oidc}/v1/authorize"),
        "token_endpoint": format!("{oidc}/v1/token"),
        "grant_types_supported": ["client_credentials", EXCHANGE_GRANT],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    })))
}

/// Answers `POST /oidc/accounts/{account}/v1/token`, as the address where accounts are managed does.
pub(super) fn account_token(call: &mut Call) -> Result<Answer, ApiError> {
    if call.id == call.store.account_id {
        return token(call);
    }
    Ok(refuse(400, "invalid_request", "there is no such account"))
}

/// Answers `POST /oidc/v1/token`.
pub(super) fn token(call: &mut Call) -> Result<Answer, ApiError> {
    let field = form(call);
    let principal = match field("grant_type").as_deref() {
        Some("client_credentials") => client(call, &field),
        Some(EXCHANGE_GRANT) => exchange(call, &field),
        _ => Err(refuse(400, "unsupported_grant_type", "this grant type is not supported here")),
    };
    let principal = match principal {
        Ok(principal) => principal,
        Err(refusal) => return Ok(refusal),
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

/// Gives the service principal that proves itself by its secret.
fn client(call: &Call, field: &Field) -> Result<i64, Answer> {
    let basic = call.request.head.field("authorization").and_then(parse_basic);
    let client = basic.or_else(|| Some((field("client_id")?, field("client_secret")?)));
    let known = &call.store.credential;
    if !client.is_some_and(|(id, secret)| id == known.client_id && secret == known.client_secret) {
        return Err(refuse(401, "invalid_client", "Client authentication failed"));
    }
    service(call, &known.client_id)
}

/// Gives whom a token that somebody else signed stands for (RFC 8693): the named service principal, or the administrator.
fn exchange(call: &Call, field: &Field) -> Result<i64, Answer> {
    if field("subject_token_type").as_deref() != Some("urn:ietf:params:oauth:token-type:jwt") {
        return Err(refuse(400, "invalid_request", "subject_token_type must be that of a JWT"));
    }
    let own = format!("http://{}/oidc/v1/token", call.request.head.host);
    let token = field("subject_token").unwrap_or_default();
    vouchers::check(call.store, &token, &[&own, EXCHANGE, &call.store.account_id], call.now)
        .map_err(|reason| {
            refuse(400, "invalid_grant", &format!("the token is refused: {reason}"))
        })?;
    if let Some(id) = field("client_id") {
        return service(call, &id);
    }
    let administrator = call.store.principals.first().map(|known| known.id);
    administrator.ok_or_else(|| refuse(400, "invalid_grant", "nobody"))
}

fn service(call: &Call, client_id: &str) -> Result<i64, Answer> {
    let known = call.store.service(client_id).map(|service| service.id);
    known.ok_or_else(|| refuse(401, "invalid_client", "no such service principal"))
}

/// Gives the fields of a form by name.
pub(super) fn form(call: &Call) -> Box<Field> {
    let text = std::str::from_utf8(&call.request.body).ok();
    let form = text.and_then(percent::pairs).unwrap_or_default();
    Box::new(move |name| {
        form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    })
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
pub(super) fn refuse(status: u16, error: &str, description: &str) -> Answer {
    let body = json!({"error": error, "error_description": description});
    Answer::bytes(status, Arc::new(body.to_string().into_bytes()))
}
