//! The Token Management API: all tokens of a workspace, for its administrators.

use serde::Serialize;

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::record::{AdminView, Token};
use super::tokens::{apply_update, create_for, no_token};

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    token_infos: Vec<AdminView<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    token_info: AdminView<'a>,
}

/// Answers `GET /api/2.0/token-management/tokens`.
pub(super) fn list(call: &mut Call) -> Result<Answer, ApiError> {
    let head = &call.request.head;
    let parse = |text: &str| {
        text.parse().map_err(|_| ApiError::malformed("expected 'created_by_id' to be an int64"))
    };
    let creator: Option<i64> = head.parameter("created_by_id").map(parse).transpose()?;
    let name = head.parameter("created_by_username");
    let is_asked_for = |token: &&Token| {
        creator.is_none_or(|id| token.created_by_id == id)
            && name.is_none_or(|name| creator_name(call, token).eq_ignore_ascii_case(name))
    };
    let tokens = call.store.listed_tokens(call.options, call.now).filter(is_asked_for);
    Ok(Answer::json(&Listed { token_infos: tokens.map(|token| show(call, token)).collect() }))
}

/// Answers `GET /api/2.0/token-management/tokens/{id}`.
pub(super) fn find(call: &mut Call) -> Result<Answer, ApiError> {
    let token =
        call.store.token(call.id, call.options, call.now).ok_or_else(|| no_token(call.id))?;
    Ok(Answer::json(&Found { token_info: show(call, token) }))
}

/// Answers `DELETE /api/2.0/token-management/tokens/{id}`.
pub(super) fn delete(call: &mut Call) -> Result<Answer, ApiError> {
    find(call)?;
    call.store.remove_token(call.id);
    call.changed_token("revoked a token", call.id);
    Ok(Answer::done())
}

/// Answers `PATCH /api/2.0/token-management/tokens/{id}`.
pub(super) fn update(call: &mut Call) -> Result<Answer, ApiError> {
    find(call)?;
    apply_update(call)
}

/// Answers `POST /api/2.0/token-management/on-behalf-of/tokens`.
pub(super) fn create_on_behalf(call: &mut Call) -> Result<Answer, ApiError> {
    let fields = call.fields()?;
    let application_id = fields.required("application_id")?;
    let owner =
        call.store.service(application_id).map(|principal| principal.id).ok_or_else(|| {
            ApiError::missing(format!(
                "Service principal with application ID {application_id} does not exist."
            ))
        })?;
    create_for(call, owner, &fields)
}

fn show<'a>(call: &'a Call, token: &'a Token) -> AdminView<'a> {
    token.show_to_admin(
        call.options.report_scopes,
        creator_name(call, token),
        call.store.workspace_id,
    )
}

fn creator_name<'a>(call: &'a Call, token: &Token) -> &'a str {
    call.store.principal(token.created_by_id).map_or("", |principal| &principal.name)
}
