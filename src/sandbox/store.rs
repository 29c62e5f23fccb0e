//! Everything one workspace remembers: who is who, tokens, sign-ins, secrets. It keeps no token's
//! value, only what recognises one; the rules of the calls are the handlers'.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::options::Options;
use super::record::Token;

/// The state of a workspace.
#[derive(Serialize, Deserialize)]
pub(super) struct Store {
    /// The workspace's number, which clients know as `Org-Id` too.
    pub(super) workspace_id: i64,
    /// The account the workspace belongs to.
    pub(super) account_id: String,
    /// What its user signs in with.
    pub(super) credential: Credential,
    /// Users and service principals; the first is the administrator who owns the credential.
    pub(super) principals: Vec<Principal>,
    /// Tokens by id.
    pub(super) tokens: BTreeMap<String, Token>,
    /// Secrets by scope and key.
    pub(super) scopes: BTreeMap<String, BTreeMap<String, StoredSecret>>,
    /// What can be signed in with, by the SHA-256 of its value.
    sign_ins: BTreeMap<String, SignIn>,
    /// Where the next random value comes from.
    random: u64,
    #[serde(skip)]
    listed: Option<Listed>,
    /// The tokens as they were when a stale list was asked for.
    #[serde(skip)]
    kept: BTreeMap<String, Token>,
    /// Tokens that sign nobody in yet, and until when.
    #[serde(skip)]
    held_back: BTreeMap<String, Instant>,
}

/// The ways to sign in to a workspace, known to whoever started it.
#[derive(Serialize, Deserialize, Clone)]
pub(super) struct Credential {
    /// A token's value.
    pub(super) token: String,
    /// A service principal's application id.
    pub(super) client_id: String,
    /// That service principal's OAuth secret.
    pub(super) client_secret: String,
    /// The administrator's user name.
    pub(super) user: String,
    /// The administrator's password.
    pub(super) password: String,
}

/// A user or service principal.
#[derive(Serialize, Deserialize, Clone)]
pub(super) struct Principal {
    /// The number the API knows it by.
    pub(super) id: i64,
    /// A user's name, or a service principal's application id.
    pub(super) name: String,
    /// What people call it.
    pub(super) display_name: String,
    /// Whether it is a service principal.
    pub(super) is_service: bool,
    /// Whether it may still sign in.
    pub(super) is_active: bool,
    /// Whether it may see and revoke the tokens of others.
    pub(super) is_admin: bool,
}

/// A secret in a scope.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredSecret {
    /// Its value, in base64.
    pub(super) value: String,
    /// When it was last put, in milliseconds since 1970.
    pub(super) last_updated_timestamp: i64,
}

/// What a value signs in.
#[derive(Serialize, Deserialize, Clone)]
enum SignIn {
    /// A token, by id.
    Token(String),
    /// An OAuth access token.
    Bearer { principal: i64, expiry_time: i64, scopes: Vec<String> },
}

/// Who a request comes from.
pub(super) struct Caller {
    /// The principal's number.
    pub(super) principal: i64,
    /// What the credential is restricted to; empty for nothing.
    pub(super) scopes: Vec<String>,
}

/// A serialized list, and when it may be served again.
struct Listed {
    owner: i64,
    valid: Range<i64>,
    body: Arc<Vec<u8>>,
}

impl Store {
    /// Makes a workspace without tokens or secrets.
    pub(super) fn new(
        account_id: String,
        credential: Credential,
        principals: Vec<Principal>,
        mut rng: Rng,
    ) -> Self {
        Self {
            workspace_id: rng.i64(1_000_000_000_000_000..9_000_000_000_000_000),
            account_id,
            credential,
            principals,
            tokens: BTreeMap::new(),
            scopes: BTreeMap::new(),
            sign_ins: BTreeMap::new(),
            random: rng.u64(..),
            listed: None,
            kept: BTreeMap::new(),
            held_back: BTreeMap::new(),
        }
    }

    /// Finds a principal by number.
    pub(super) fn principal(&self, id: i64) -> Option<&Principal> {
        self.principals.iter().find(|principal| principal.id == id)
    }

    /// Finds the service principal with this application id.
    pub(super) fn service(&self, application_id: &str) -> Option<&Principal> {
        self.principals
            .iter()
            .find(|principal| principal.is_service && principal.name == application_id)
    }

    /// Tells whom a bearer value signs in at `now`.
    pub(super) fn sign_in(&self, value: &str, now: i64) -> Option<Caller> {
        match self.sign_ins.get(&sha256_hex(value))? {
            SignIn::Token(id) => {
                let token = self.tokens.get(id).filter(|token| !token.is_expired(now))?;
                if self.held_back.get(id).is_some_and(|until| Instant::now() < *until) {
                    return None;
                }
                Some(Caller { principal: token.owner_id, scopes: token.scopes.clone() })
            }
            SignIn::Bearer { principal, expiry_time, scopes } => (*expiry_time > now)
                .then(|| Caller { principal: *principal, scopes: scopes.clone() }),
        }
    }

    /// Keeps a token whose value is `value`; its id becomes what `random_ids` says, and is given
    /// back.
    pub(super) fn add_token(&mut self, value: &str, mut token: Token, random_ids: bool) -> String {
        let digest = sha256_hex(value);
        let id = if random_ids { self.draw(|rng| hex(rng, 64)) } else { digest.clone() };
        token.token_id.clone_from(&id);
        self.sign_ins.insert(digest, SignIn::Token(id.clone()));
        self.tokens.insert(id.clone(), token);
        self.listed = None;
        id
    }

    /// Gives the id of the token that a value is, or was.
    pub(super) fn id_of(&self, value: &str) -> Option<&str> {
        match self.sign_ins.get(&sha256_hex(value))? {
            SignIn::Token(id) => Some(id),
            SignIn::Bearer { .. } => None,
        }
    }

    /// Keeps the tokens as they are now, to be listed later as if nothing had changed.
    pub(super) fn keep_list(&mut self) {
        self.kept.clone_from(&self.tokens);
    }

    /// Puts the tokens as they were kept in the place of those there are, or those back.
    pub(super) fn exchange_lists(&mut self) {
        self.listed = None;
        std::mem::swap(&mut self.kept, &mut self.tokens);
    }

    /// Lets a token sign nobody in for as long.
    pub(super) fn hold_back(&mut self, id: &str, length: Duration) {
        if let Some(until) = Instant::now().checked_add(length) {
            self.held_back.insert(id.to_owned(), until);
        }
    }

    /// Gives an OAuth access token that dies at `expiry_time`.
    pub(super) fn add_bearer(
        &mut self,
        principal: i64,
        scopes: Vec<String>,
        now: i64,
        expiry_time: i64,
    ) -> String {
        let value = format!("oauth-{}", self.draw(|rng| hex(rng, 48)));
        self.sign_ins.retain(
            |_, known| !matches!(known, SignIn::Bearer { expiry_time, .. } if *expiry_time <= now),
        );
        self.sign_ins.insert(sha256_hex(&value), SignIn::Bearer { principal, expiry_time, scopes });
        value
    }

    /// Makes a value for a new token.
    pub(super) fn draw_token_value(&mut self) -> String {
        self.draw(token_value)
    }

    /// Goes through the tokens that are listed at `now`.
    pub(super) fn listed_tokens(
        &self,
        options: &Options,
        now: i64,
    ) -> impl Iterator<Item = &Token> {
        let linger = linger_ms(options);
        self.tokens.values().filter(move |token| token.vanishes_at(linger) > now)
    }

    /// Finds a token that is listed at `now`.
    pub(super) fn token(&self, id: &str, options: &Options, now: i64) -> Option<&Token> {
        self.tokens.get(id).filter(|token| token.vanishes_at(linger_ms(options)) > now)
    }

    /// Gives a token to be changed.
    pub(super) fn token_mut(&mut self, id: &str) -> Option<&mut Token> {
        self.listed = None;
        self.tokens.get_mut(id)
    }

    /// Forgets a token.
    pub(super) fn remove_token(&mut self, id: &str) {
        self.listed = None;
        self.tokens.remove(id);
    }

    /// Gives the answer to a list call of `owner`, made by `write` unless the last one still holds.
    pub(super) fn list_body(
        &mut self,
        owner: i64,
        options: &Options,
        now: i64,
        write: impl FnOnce(&[&Token]) -> Vec<u8>,
    ) -> Arc<Vec<u8>> {
        if let Some(listed) = self
            .listed
            .as_ref()
            .filter(|listed| listed.owner == owner && listed.valid.contains(&now))
        {
            return Arc::clone(&listed.body);
        }
        let own: Vec<_> =
            self.listed_tokens(options, now).filter(|token| token.owner_id == owner).collect();
        let body = Arc::new(write(&own));
        let linger = linger_ms(options);
        let until = own.iter().map(|token| token.vanishes_at(linger)).min().unwrap_or(i64::MAX);
        self.listed = Some(Listed { owner, valid: now..until, body: Arc::clone(&body) });
        body
    }

    /// Draws from the workspace's random numbers, which go on where they were after a restart.
    fn draw<T>(&mut self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        let mut rng = Rng::with_seed(self.random);
        let drawn = draw(&mut rng);
        self.random = rng.get_seed();
        drawn
    }
}

/// Makes a value in the form of a real token's, for which secret scanners look.
pub(super) fn token_value(rng: &mut Rng) -> String {
    format!("dapi{}", hex(rng, 32))
}

/// Draws `digits` hexadecimal digits, a multiple of 16 or less than that.
pub(super) fn hex(rng: &mut Rng, digits: usize) -> String {
    let mut text = String::with_capacity(digits + 16);
    while text.len() < digits {
        // Writing to a String cannot fail.
        let _ = write!(text, "{:016x}", rng.u64(..));
    }
    text.truncate(digits);
    text
}

fn sha256_hex(value: &str) -> String {
    Sha256::digest(value.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn linger_ms(options: &Options) -> i64 {
    i64::try_from(options.expired_linger.as_millis()).unwrap_or(i64::MAX)
}
