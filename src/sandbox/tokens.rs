//! The Token API: a caller's own tokens. What it shares with the administrators' API (making,
//! changing) is here too; the rest of that is `admin`.

use serde::Serialize;

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::fields::Fields;
use super::record::{ALL_APIS, Token, TokenView};

/// The most tokens an owner may have that have not expired.
const QUOTA: usize = 600;
const DAY_SECONDS: i64 = 24 * 60 * 60;

#[derive(Serialize)]
struct Created<'a> {
    token_value: &'a str,
    token_info: TokenView<'a>,
}

#[derive(Serialize)]
struct Listed<'a> {
    // The API leaves the key out of an empty list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    token_infos: Vec<TokenView<'a>>,
}

/// Answers `POST /api/2.0/token/create`.
pub(super) fn create(call: &mut Call) -> Result<Answer, ApiError> {
    let fields = call.fields()?;
    create_for(call, call.caller, &fields)
}

/// Makes a token for `owner` and answers with its value, which is not seen again.
pub(super) fn create_for(call: &mut Call, owner: i64, fields: &Fields) -> Result<Answer, ApiError> {
    let expiry_time =
        expiry(fields.integer("lifetime_seconds")?, call.now, call.options.max_lifetime_days)?;
    let expiry_time = call.cap.map_or(expiry_time, |cap| expiry_time.min(call.now + cap));
    let comment = fields.text("comment")?.map(str::to_owned);
    let scopes = explicit_scopes(fields)?;
    let living = call
        .store
        .tokens
        .values()
        .filter(|token| token.owner_id == owner && !token.is_expired(call.now));
    if living.take(QUOTA).count() == QUOTA {
        return Err(ApiError::new(
            400,
            "QUOTA_EXCEEDED",
            format!("Token quota exceeded ({QUOTA} tokens)"),
        ));
    }
    let token = Token {
        token_id: String::new(),
        creation_time: call.now,
        expiry_time,
        comment,
        scopes,
        owner_id: owner,
        created_by_id: call.caller,
        last_used_day: None,
    };
    let value = call.store.draw_token_value();
    let id = call.store.add_token(&value, token.clone(), call.options.random_ids);
    call.changed_token("created a token", &id);
    let token = Token { token_id: id, ..token };
    Ok(Answer::json(&Created {
        token_value: &value,
        token_info: token.show(call.options.report_scopes),
    }))
}

/// Answers `GET /api/2.0/token/list`.
pub(super) fn list(call: &mut Call) -> Result<Answer, ApiError> {
    let report_scopes = call.options.report_scopes;
    let body = call.store.list_body(call.caller, call.options, call.now, |tokens| {
        let token_infos = tokens.iter().map(|token| token.show(report_scopes)).collect();
        // Plain data with text keys always serializes.
        serde_json::to_vec(&Listed { token_infos }).unwrap_or_default()
    });
    Ok(Answer::bytes(200, body))
}

/// Answers `POST /api/2.0/token/delete`.
pub(super) fn delete(call: &mut Call) -> Result<Answer, ApiError> {
    let fields = call.fields()?;
    let id = fields.required("token_id")?;
    if !is_own(call, id) {
        return Err(no_token(id));
    }
    call.store.remove_token(id);
    call.changed_token("revoked a token", id);
    Ok(Answer::done())
}

/// Answers `PATCH /api/2.0/token/{id}`.
pub(super) fn update(call: &mut Call) -> Result<Answer, ApiError> {
    if !is_own(call, call.id) {
        return Err(ApiError::new(
            404,
            "NOT_FOUND",
            format!("No valid token with ID {} found.", call.id),
        ));
    }
    apply_update(call)
}

/// Changes comment and scopes of the token in the path, as far as `update_mask` names them.
pub(super) fn apply_update(call: &mut Call) -> Result<Answer, ApiError> {
    let fields = call.fields()?;
    let news = fields.object("token")?;
    let mask: Vec<_> = fields.required("update_mask")?.split(',').map(str::trim).collect();
    if let Some(unknown) = mask.iter().find(|name| !matches!(**name, "comment" | "scopes")) {
        return Err(ApiError::invalid(format!(
            "Field '{unknown}' in update_mask cannot be updated"
        )));
    }
    let comment = news.text("comment")?.map(str::to_owned);
    let scopes = explicit_scopes(&news)?;
    if let Some(token) = call.store.token_mut(call.id) {
        if mask.contains(&"comment") {
            token.comment = comment;
        }
        if mask.contains(&"scopes") {
            token.scopes = scopes;
        }
        call.changed_token("updated a token", call.id);
    }
    Ok(Answer::done())
}

/// Says that there is no token with this id, in the API's words.
pub(super) fn no_token(id: &str) -> ApiError {
    ApiError::missing(format!("No valid token with ID {id} found."))
}

fn is_own(call: &Call, id: &str) -> bool {
    call.store.token(id, call.options, call.now).is_some_and(|token| token.owner_id == call.caller)
}

/// Gives the scopes a token is restricted to: none if it may do everything.
fn explicit_scopes(fields: &Fields) -> Result<Vec<String>, ApiError> {
    let scopes = fields.texts("scopes")?.unwrap_or_default();
    if scopes.iter().any(|scope| scope.trim().is_empty()) {
        return Err(ApiError::invalid("A scope cannot be empty"));
    }
    Ok(if scopes.iter().all(|scope| scope == ALL_APIS) { Vec::new() } else { scopes })
}

fn expiry(lifetime_seconds: Option<i64>, now: i64, max_days: i64) -> Result<i64, ApiError> {
    let longest = max_days.saturating_mul(DAY_SECONDS);
    let seconds = lifetime_seconds.unwrap_or(longest);
    if seconds <= 0 {
        return Err(ApiError::invalid(format!("requirement failed: Invalid timeout: {seconds}")));
    }
    if seconds > longest {
        let message = format!(
            "lifetime_seconds is {seconds}, but the maximum is {longest} ({max_days} days)"
        );
        return Err(ApiError::invalid(message));
    }
    Ok(now.saturating_add(seconds.saturating_mul(1000)))
}
