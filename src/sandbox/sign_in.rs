//! The front door: who sends a request, and whether that may make the call. How credentials come to
//! be is `oidc` and `tokens`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::errors::ApiError;
use super::record::ALL_APIS;
use super::request::Head;
use super::store::{Caller, Store};

/// What it takes to make a call.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Nothing.
    Open,
    /// Any credential.
    SignedIn,
    /// A credential that has this scope.
    Scoped(&'static str),
    /// The same, and an administrator's.
    Admin(&'static str),
}

/// Gives the number of who makes the call, or refuses it.
pub(super) fn admit(
    stores: &[Store],
    index: usize,
    head: &Head,
    access: Access,
    now: i64,
) -> Result<i64, ApiError> {
    if matches!(access, Access::Open) {
        return Ok(0);
    }
    let caller = identify(stores, index, head.field("authorization"), now)?;
    let principal =
        stores[index].principal(caller.principal).ok_or_else(ApiError::invalid_token)?;
    if !principal.is_active {
        return Err(ApiError::new(
            403,
            "PERMISSION_DENIED",
            format!("User {} is not active.", principal.name),
        ));
    }
    if let Access::Scoped(scope) | Access::Admin(scope) = access {
        require(&caller, scope)?;
    }
    if matches!(access, Access::Admin(_)) && !principal.is_admin {
        return Err(ApiError::new(
            403,
            "PERMISSION_DENIED",
            "Only workspace admins can use this API.",
        ));
    }
    Ok(principal.id)
}

fn identify(
    stores: &[Store],
    index: usize,
    authorization: Option<&str>,
    now: i64,
) -> Result<Caller, ApiError> {
    let header = authorization.ok_or_else(ApiError::no_credential)?;
    let own = &stores[index];
    let value = match parse_basic(header) {
        // A token may be sent as the password of a user of this name.
        Some((user, value)) if user == "token" => value,
        Some((user, password))
            if user == own.credential.user && password == own.credential.password =>
        {
            let administrator = own.principals.first().ok_or_else(ApiError::no_credential)?;
            return Ok(Caller { principal: administrator.id, scopes: Vec::new() });
        }
        Some(_) => return Err(ApiError::no_credential()),
        None => strip_scheme(header, "bearer").ok_or_else(ApiError::no_credential)?.to_owned(),
    };
    if let Some(caller) = own.sign_in(&value, now) {
        return Ok(caller);
    }
    if stores.iter().any(|other| other.sign_in(&value, now).is_some()) {
        return Err(ApiError::at_the_door(
            403,
            format!("Invalid access to Org: {}", own.workspace_id),
        ));
    }
    Err(ApiError::invalid_token())
}

fn require(caller: &Caller, scope: &str) -> Result<(), ApiError> {
    if caller.scopes.is_empty() || caller.scopes.iter().any(|has| has == scope || has == ALL_APIS) {
        return Ok(());
    }
    Err(ApiError::at_the_door(
        403,
        format!("Provided PAT token does not have required scopes: {scope}"),
    ))
}

/// Gives user and password of a Basic authorization (RFC 7617).
pub(super) fn parse_basic(header: &str) -> Option<(String, String)> {
    let decoded = STANDARD.decode(strip_scheme(header, "basic")?).ok()?;
    let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn strip_scheme<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (said, value) = header.split_once(' ')?;
    said.eq_ignore_ascii_case(scheme).then(|| value.trim())
}
