//! Who is who: the SCIM calls for the caller, users and service principals, and the token
//! introspection beside them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::store::Principal;

/// The most users a page has.
const MAX_PAGE: usize = 10_000;

/// Answers `GET /api/2.0/preview/scim/v2/Me`.
pub(super) fn me(call: &mut Call) -> Result<Answer, ApiError> {
    let principal = call.store.principal(call.caller).ok_or_else(ApiError::invalid_token)?;
    let answer = scim(200, &show(principal));
    Ok(answer.with("X-Databricks-Org-Id", call.store.workspace_id.to_string()))
}

/// Answers `GET /api/2.0/preview/scim/v2/Users`.
pub(super) fn users(call: &mut Call) -> Result<Answer, ApiError> {
    Ok(list(call, "userName", |principal| !principal.is_service))
}

/// Answers `GET /api/2.0/preview/scim/v2/ServicePrincipals`.
pub(super) fn services(call: &mut Call) -> Result<Answer, ApiError> {
    Ok(list(call, "applicationId", |principal| principal.is_service))
}

/// Answers `GET /api/2.0/tokens/introspect`.
pub(super) fn introspect(call: &mut Call) -> Result<Answer, ApiError> {
    let scope =
        json!({"account_id": call.store.account_id, "workspace_id": call.store.workspace_id});
    Ok(Answer::json(&json!({"principal_context": {"authentication_scope": scope}})))
}

fn list(call: &Call, attribute: &str, is_of_kind: impl Fn(&Principal) -> bool) -> Answer {
    let name = match call
        .request
        .head
        .parameter("filter")
        .map(|filter| (parse_filter(filter, attribute), filter))
    {
        None => None,
        Some((Some(name), _)) => Some(name),
        Some((None, filter)) => return bad_filter(filter),
    };
    let matching: Vec<_> = call
        .store
        .principals
        .iter()
        .filter(|principal| is_of_kind(principal))
        .filter(|principal| name.is_none_or(|name| principal.name.eq_ignore_ascii_case(name)))
        .collect();
    let number = |name: &str| call.request.head.parameter(name)?.parse::<usize>().ok();
    // Clients ask for page after page until one comes without resources.
    let start = number("startIndex").unwrap_or(1).max(1);
    let page = matching.iter().skip(start - 1).take(number("count").unwrap_or(MAX_PAGE));
    let page: Vec<_> = page.map(|principal| show(principal)).collect();
    let mut body = json!({
        "totalResults": matching.len(),
        "startIndex": start,
        "itemsPerPage": page.len(),
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    });
    if !page.is_empty() {
        body["Resources"] = page.into();
    }
    scim(200, &body)
}

/// Understands `attribute eq "value"`, nothing more of RFC 7644's language.
fn parse_filter<'a>(filter: &'a str, attribute: &str) -> Option<&'a str> {
    let mut words = filter.trim().splitn(3, ' ');
    let is_ours =
        words.next()?.eq_ignore_ascii_case(attribute) && words.next()?.eq_ignore_ascii_case("eq");
    let value = words.next()?.trim().strip_prefix('"')?.strip_suffix('"')?;
    is_ours.then_some(value)
}

fn bad_filter(filter: &str) -> Answer {
    scim(
        400,
        &json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "detail": format!("Given filter operator is not supported: {filter}"),
            "status": "400",
            "scimType": "invalidFilter",
        }),
    )
}

fn show(principal: &Principal) -> Value {
    let group =
        json!([{"display": if principal.is_admin { "admins" } else { "users" }, "type": "direct"}]);
    if principal.is_service {
        return json!({
            "displayName": principal.display_name,
            "groups": group,
            "id": principal.id.to_string(),
            "applicationId": principal.name,
            "userName": principal.name,
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal"],
            "active": principal.is_active,
        });
    }
    json!({
        "emails": [{"type": "work", "value": principal.name, "primary": true}],
        "displayName": principal.display_name,
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "active": principal.is_active,
        "groups": group,
        "id": principal.id.to_string(),
        "userName": principal.name,
    })
}

fn scim(status: u16, body: &Value) -> Answer {
    let mut answer = Answer::bytes(status, Arc::new(body.to_string().into_bytes()));
    answer.media_type = "application/scim+json";
    answer
}
