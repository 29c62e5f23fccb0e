//! The caller's own tokens: listed, created, revoked (`/api/2.0/token/*`).

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Client, Stock, Written, admin};
use crate::clock::Duration;
use crate::error::Error;
use crate::gate::{Effect, Origin};
use crate::secret::Secret;
use crate::token::{Body, Token};
use crate::wire::{Answer, Repeat, Request};

pub use super::own::OwnRule;

/// `Date` has whole seconds, so a token made at once can look this much older than the request for it.
const SLACK: Duration = Duration::from_seconds(2);

/// All tokens of the caller.
pub struct Listing {
    /// The JSON as the workspace sent it.
    pub body: Body,
    /// The tokens in the workspace's order, the credential in use marked.
    pub tokens: Vec<Token>,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub comment: String,
    /// How long it will live, from 1 s; always sent, because what the workspace takes for none has changed over time.
    pub lifetime: Duration,
    /// What it may do; none for everything.
    pub scopes: Option<Vec<String>>,
}

impl NewToken {
    /// Returns what the API is sent.
    pub(super) fn body(&self) -> Result<Value, Error> {
        let seconds = self.lifetime.seconds();
        if seconds < 1 || self.lifetime.is_forever() {
            let problem = format!(
                "a token lives for 1 s or longer, but not forever: {} is no lifetime",
                self.lifetime
            );
            return Err(Error::BadRequest { problem });
        }
        let mut body = json!({ "lifetime_seconds": seconds, "comment": self.comment });
        if let Some(scopes) = &self.scopes {
            body["scopes"] = json!(scopes);
        }
        Ok(body)
    }
}

/// What came of creating a token.
pub enum Created {
    /// It lives.
    Made(Minted),
    /// A dry run: it is the n-th that was not made.
    Dry(usize),
}

/// A token just made; not `Debug`, because it holds the one copy of the value.
pub struct Minted {
    /// The secret value, which no later call shows.
    pub value: Secret,
    /// The record.
    pub token: Token,
    pub(super) body: Body,
}

impl Minted {
    /// Returns the workspace's answer as it was sent, value included; only for the command whose purpose is to show it.
    pub fn expose_answer(&self) -> &str {
        &self.body
    }
}

/// A token to be revoked.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its whole id.
    pub token_id: String,
    /// Its comment, where known, for the audit.
    pub comment: Option<String>,
}

impl Target {
    /// Names a token by its record.
    pub fn of(token: &Token) -> Self {
        let comment = Some(token.comment().to_owned());
        Self { token_id: token.token_id().to_owned(), comment }
    }

    /// Returns what its revocation is to the gate.
    pub(super) fn effect(&self, as_admin: bool) -> Effect {
        Effect::RevokeToken {
            token_id: self.token_id.clone(),
            comment: self.comment.clone(),
            is_by_admin: as_admin,
        }
    }
}

/// What came of revoking a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It is dead.
    Done,
    /// It was gone before.
    AlreadyGone,
    /// A dry run: it lives.
    Dry,
}

/// Lists all tokens of the caller.
pub fn list(client: &Client) -> Result<Listing, Error> {
    let answer = client.read(&Request::get("/api/2.0/token/list"))?;
    let mut tokens = Token::read_list(&answer.body, "token_infos", answer.seen)
        .map_err(|reason| answer.malformed(&reason))?;
    client.own.recognise(&mut tokens, true);
    client.gate.note_listed(&client.reached.host, tokens.len());
    *client.stock.lock().unwrap_or_else(PoisonError::into_inner) = Some(Stock::of(&tokens));
    Ok(Listing { body: answer.body, tokens })
}

/// Creates a token. Where its fate is unknown, the error names the tokens that could be it.
pub fn create(client: &Client, new: &NewToken, origin: &Origin) -> Result<Created, Error> {
    let request = Request::post("/api/2.0/token/create", &new.body()?)
        .naming("/token_info/token_id")
        .doing("creating a token");
    let effect = Effect::CreateToken {
        comment: new.comment.clone(),
        lifetime: new.lifetime,
        on_behalf_of: None,
    };
    mint(client, &request, &effect, origin, || list(client).map(|listing| listing.tokens))
}

/// Sends a request to create a token; where its fate is unknown, it is looked for in `list`.
pub(super) fn mint(
    client: &Client,
    request: &Request,
    effect: &Effect,
    origin: &Origin,
    list: impl FnOnce() -> Result<Vec<Token>, Error>,
) -> Result<Created, Error> {
    let begun = Instant::now();
    match client.write(effect, origin, request, Repeat::UnlessSent) {
        Ok(Written::Done(answer)) => read_minted(&answer).map(Created::Made),
        Ok(Written::Dry(count)) => Ok(Created::Dry(count)),
        Err(Error::OutcomeUnknown { what, reason, is_repeatable, .. }) => {
            let comment = effect.comment().unwrap_or_default();
            let candidates = find_candidates(&list().unwrap_or_default(), comment, begun);
            Err(Error::OutcomeUnknown { what, reason, candidates, is_repeatable })
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct MintedBody<'b> {
    token_value: String,
    #[serde(borrow)]
    token_info: &'b RawValue,
}

pub(super) fn read_minted(answer: &Answer) -> Result<Minted, Error> {
    // No reason is quoted: it could quote the value.
    let lost = || Error::OutcomeUnknown {
        what: "creating a token".to_owned(),
        reason: "the workspace answered without a value that can be read".to_owned(),
        candidates: Vec::new(),
        is_repeatable: false,
    };
    let body: MintedBody<'_> = serde_json::from_str(&answer.body).map_err(|_| lost())?;
    let value = Secret::new(body.token_value);
    let token = Token::read(&Arc::new(body.token_info.get().to_owned()), answer.seen)
        .map_err(|_| lost())?;
    Ok(Minted { value, token, body: Arc::clone(&answer.body) })
}

/// Returns the ids of tokens with exactly that comment that appeared since `begun`, as far as can be told.
fn find_candidates(tokens: &[Token], comment: &str, begun: Instant) -> Vec<String> {
    let passed =
        i64::try_from(begun.elapsed().as_millis()).map_or(Duration::FOREVER, Duration::from_ms);
    let oldest = passed.plus(SLACK);
    let is_candidate = |token: &&Token| token.comment() == comment && token.age() <= oldest;
    tokens.iter().filter(is_candidate).map(|token| token.token_id().to_owned()).collect()
}

/// Revokes a token, unless `rule` forbids it because it is the credential in use.
pub fn revoke(
    client: &Client,
    target: &Target,
    rule: OwnRule,
    origin: &Origin,
) -> Result<Revoked, Error> {
    revoke_by(client, target, false, rule, origin)
}

/// Revokes one of the caller's tokens, or as an administrator anybody's.
pub(super) fn revoke_by(
    client: &Client,
    target: &Target,
    as_admin: bool,
    rule: OwnRule,
    origin: &Origin,
) -> Result<Revoked, Error> {
    let token_id = &target.token_id;
    let request = request_for(token_id, as_admin)?;
    let effect = target.effect(as_admin);
    protect_own(client, token_id, rule, |error| {
        client.gate.refuse(effect.clone(), &client.place(), origin, error)
    })?;
    match client.write(&effect, origin, &request, Repeat::Always) {
        Ok(Written::Done(_)) => Ok(Revoked::Done),
        Ok(Written::Dry(_)) => Ok(Revoked::Dry),
        Err(error) if error.is_gone() => Ok(Revoked::AlreadyGone),
        Err(error) => Err(error),
    }
}

/// Returns the request that revokes a token: one of the caller's, or as an administrator anybody's.
pub(super) fn request_for(token_id: &str, as_admin: bool) -> Result<Request, Error> {
    if as_admin {
        return admin::request_to_revoke(token_id);
    }
    if token_id.is_empty() {
        return Err(Error::BadRequest { problem: "an empty text is no token id".to_owned() });
    }
    Ok(Request::post("/api/2.0/token/delete", &json!({ "token_id": token_id }))
        .doing(format!("revoking token {token_id}")))
}

/// Returns whether a person has to be asked before a revocation: the workspace is a real one, as far as can be told.
pub fn needs_consent(client: &Client) -> Result<bool, Error> {
    if client.http.is_sandbox().is_none() {
        list(client)?;
    }
    Ok(client.http.is_sandbox() != Some(true))
}

/// Refuses or warns where `token_id` is, or could be, the credential in use.
fn protect_own(
    client: &Client,
    token_id: &str,
    rule: OwnRule,
    refuse: impl Fn(Error) -> Error,
) -> Result<(), Error> {
    let own = &client.own;
    let is_own = own.could_be(token_id);
    match rule {
        OwnRule::Refuse if is_own => Err(refuse(Error::OwnToken { token_id: token_id.to_owned() })),
        OwnRule::Refuse if !know_own(client)? => Err(refuse(Error::OwnTokenUnknown)),
        OwnRule::Warn if is_own => {
            let warning =
                format!("token {token_id} is the credential in use: it will not work afterwards");
            client.http.output().warn(&warning);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Returns whether it is certain which token the credential in use is, or that it is none; looks through the list once.
pub(super) fn know_own(client: &Client) -> Result<bool, Error> {
    let own = &client.own;
    if own.is_token() && !own.is_known() && !own.is_list_seen() {
        list(client)?;
    }
    Ok(!own.is_token() || own.is_known())
}
