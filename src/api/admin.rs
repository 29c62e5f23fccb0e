//! The tokens of a whole workspace, for its administrators: listed, looked at, created for a service principal, revoked
//! (`/api/2.0/token-management/*`).

use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

use super::Client;
use super::tokens::{Created, Listing, NewToken, OwnRule, Revoked, Target, mint, revoke_by};
use crate::error::Error;
use crate::gate::{Effect, Origin};
use crate::token::Token;
use crate::wire::{Request, encode};

const TOKENS: &str = "/api/2.0/token-management/tokens";

/// Whose tokens are listed; everybody's if nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Creator {
    /// The number of the user who made them.
    pub created_by_id: Option<i64>,
    /// The name of the user who made them.
    pub created_by_username: Option<String>,
}

impl Creator {
    fn query(&self) -> String {
        let id = self.created_by_id.map(|id| format!("created_by_id={id}"));
        let name = self.created_by_username.as_deref();
        let name = name.map(|name| format!("created_by_username={}", encode(name)));
        let parts: Vec<String> = id.into_iter().chain(name).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

/// Lists the tokens of the workspace that `creator` made.
pub fn list(client: &Client, creator: &Creator, origin: &Origin) -> Result<Listing, Error> {
    client.gate.admit_look(origin)?;
    let query = creator.query();
    let answer = client.read(&Request::get(format!("{TOKENS}{query}")))?;
    let mut tokens = Token::read_list(&answer.body, "token_infos", answer.seen)
        .map_err(|reason| answer.malformed(&reason))?;
    client.own.recognise(&mut tokens, query.is_empty());
    client.gate.note_listed(&client.reached.host, tokens.len());
    Ok(Listing { body: answer.body, tokens })
}

#[derive(Deserialize)]
struct Found<'b> {
    #[serde(borrow)]
    token_info: &'b RawValue,
}

/// Returns one token, whoever owns it.
pub fn get(client: &Client, token_id: &str, origin: &Origin) -> Result<Token, Error> {
    client.gate.admit_look(origin)?;
    let answer = client.read(&Request::get(path_of(token_id)?))?;
    let read = |body: &str| {
        let found: Found<'_> = serde_json::from_str(body)?;
        Token::read(&Arc::new(found.token_info.get().to_owned()), answer.seen)
    };
    let token = read(&answer.body).map_err(|reason| answer.malformed(&reason))?;
    let mut tokens = [token];
    client.own.recognise(&mut tokens, false);
    let [token] = tokens;
    Ok(token)
}

/// Creates a token that belongs to the service principal with this application id; otherwise as `tokens::create`.
pub fn create(
    client: &Client,
    application_id: &str,
    new: &NewToken,
    origin: &Origin,
) -> Result<Created, Error> {
    let mut body = new.body()?;
    body["application_id"] = application_id.into();
    let request = Request::post("/api/2.0/token-management/on-behalf-of/tokens", &body)
        .naming("/token_info/token_id")
        .doing(format!("creating a token of {application_id}"));
    let effect = Effect::CreateToken {
        comment: new.comment.clone(),
        lifetime: new.lifetime,
        on_behalf_of: Some(application_id.to_owned()),
    };
    let list = || list(client, &Creator::default(), origin).map(|listing| listing.tokens);
    mint(client, &request, &effect, origin, list)
}

/// Revokes a token, whoever owns it, unless `rule` forbids it because it is the credential in use.
pub fn revoke(
    client: &Client,
    target: &Target,
    rule: OwnRule,
    origin: &Origin,
) -> Result<Revoked, Error> {
    revoke_by(client, target, true, rule, origin)
}

/// Returns the request that revokes a token.
pub(super) fn request_to_revoke(token_id: &str) -> Result<Request, Error> {
    Ok(Request::delete(path_of(token_id)?).doing(format!("revoking token {token_id}")))
}

/// Returns where a token is; what is no id would be another path.
fn path_of(token_id: &str) -> Result<String, Error> {
    let is_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if token_id.is_empty() || !token_id.chars().all(is_id) {
        return Err(Error::BadRequest { problem: format!("`{token_id}` is no token id") });
    }
    Ok(format!("{TOKENS}/{token_id}"))
}
