//! The Secrets API: scopes of named values that can be put by anyone and, here, read back by
//! anyone. Access lists are not kept.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::fields::Fields;
use super::store::StoredSecret;

const MAX_SCOPES: usize = 1000;
const MAX_SECRETS: usize = 1000;
const MAX_NAME: usize = 128;
const MAX_VALUE: usize = 128 * 1024;

type Scope = BTreeMap<String, StoredSecret>;

/// Answers `POST /api/2.0/secrets/scopes/create`.
pub(super) fn create_scope(call: &mut Call) -> Result<Answer, ApiError> {
    let fields = call.fields()?;
    let name = valid_name(&fields, "scope")?;
    if fields.text("scope_backend_type")?.is_some_and(|kind| kind != "DATABRICKS") {
        return Err(ApiError::invalid("Only scopes backed by DATABRICKS can be created here"));
    }
    if call.store.scopes.contains_key(name) {
        return Err(ApiError::new(
            400,
            "RESOURCE_ALREADY_EXISTS",
            format!("Scope {name} already exists!"),
        ));
    }
    if call.store.scopes.len() >= MAX_SCOPES {
        return Err(limit(format!("The limit of {MAX_SCOPES} scopes is reached")));
    }
    call.store.scopes.insert(name.to_owned(), Scope::new());
    call.changed(format!("created the scope {name}"));
    Ok(Answer::done())
}

/// Answers `GET /api/2.0/secrets/scopes/list`.
pub(super) fn list_scopes(call: &mut Call) -> Result<Answer, ApiError> {
    let scopes: Vec<_> = call
        .store
        .scopes
        .keys()
        .map(|name| json!({"name": name, "backend_type": "DATABRICKS"}))
        .collect();
    Ok(Answer::json(&if scopes.is_empty() { json!({}) } else { json!({ "scopes": scopes }) }))
}

/// Answers `POST /api/2.0/secrets/scopes/delete`.
pub(super) fn delete_scope(call: &mut Call) -> Result<Answer, ApiError> {
    let fields = call.fields()?;
    let name = fields.required("scope")?;
    call.store.scopes.remove(name).ok_or_else(|| no_scope(name))?;
    call.changed(format!("deleted the scope {name}"));
    Ok(Answer::done())
}

/// Answers `POST /api/2.0/secrets/put`.
pub(super) fn put(call: &mut Call) -> Result<Answer, ApiError> {
    let fields = call.fields()?;
    let name = fields.required("scope")?;
    let key = valid_name(&fields, "key")?;
    let value = value_of(&fields)?;
    let scope = call.store.scopes.get_mut(name).ok_or_else(|| no_scope(name))?;
    if scope.len() >= MAX_SECRETS && !scope.contains_key(key) {
        return Err(limit(format!("The limit of {MAX_SECRETS} secrets in a scope is reached")));
    }
    scope.insert(
        key.to_owned(),
        StoredSecret { value: STANDARD.encode(value), last_updated_timestamp: call.now },
    );
    call.changed(format!("put the secret {name}/{key}"));
    Ok(Answer::done())
}

/// Answers `GET /api/2.0/secrets/get`.
pub(super) fn get(call: &mut Call) -> Result<Answer, ApiError> {
    let (scope, key) = (call.parameter("scope")?, call.parameter("key")?);
    let secret = find(call, scope)?.get(key).ok_or_else(|| no_secret(scope, key))?;
    Ok(Answer::json(&json!({"key": key, "value": secret.value})))
}

/// Answers `GET /api/2.0/secrets/list`.
pub(super) fn list(call: &mut Call) -> Result<Answer, ApiError> {
    let secrets: Vec<_> = find(call, call.parameter("scope")?)?
        .iter()
        .map(|(key, secret)| json!({"key": key, "last_updated_timestamp": secret.last_updated_timestamp}))
        .collect();
    Ok(Answer::json(&if secrets.is_empty() { json!({}) } else { json!({ "secrets": secrets }) }))
}

/// Answers `POST /api/2.0/secrets/delete`.
pub(super) fn delete(call: &mut Call) -> Result<Answer, ApiError> {
    let fields = call.fields()?;
    let (name, key) = (fields.required("scope")?, fields.required("key")?);
    let scope = call.store.scopes.get_mut(name).ok_or_else(|| no_scope(name))?;
    scope.remove(key).ok_or_else(|| no_secret(name, key))?;
    call.changed(format!("deleted the secret {name}/{key}"));
    Ok(Answer::done())
}

fn find<'a>(call: &'a Call, scope: &str) -> Result<&'a Scope, ApiError> {
    call.store.scopes.get(scope).ok_or_else(|| no_scope(scope))
}

fn value_of(fields: &Fields) -> Result<Vec<u8>, ApiError> {
    let value = match (fields.text("string_value")?, fields.text("bytes_value")?) {
        (Some(text), None) => text.as_bytes().to_vec(),
        (None, Some(base64)) => STANDARD
            .decode(base64)
            .map_err(|_| ApiError::invalid("bytes_value is not valid base64"))?,
        _ => {
            return Err(ApiError::malformed(
                "Exactly one of string_value and bytes_value must be given",
            ));
        }
    };
    if value.len() > MAX_VALUE {
        return Err(ApiError::invalid(format!("A secret's value is at most {MAX_VALUE} bytes")));
    }
    Ok(value)
}

fn valid_name<'a>(fields: &'a Fields, field: &str) -> Result<&'a str, ApiError> {
    let name = fields.required(field)?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.len() > MAX_NAME || !name.bytes().all(is_allowed) {
        let rule =
            "alphanumeric characters, dashes, underscores and periods, and at most 128 of them";
        return Err(ApiError::invalid(format!("The {field} must consist of {rule}")));
    }
    Ok(name)
}

fn no_scope(name: &str) -> ApiError {
    ApiError::missing(format!("Scope {name} does not exist!"))
}

fn no_secret(scope: &str, key: &str) -> ApiError {
    ApiError::missing(format!("Secret does not exist with scope: {scope} and key: {key}"))
}

fn limit(message: String) -> ApiError {
    ApiError::new(400, "RESOURCE_LIMIT_EXCEEDED", message)
}
