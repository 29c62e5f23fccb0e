//! The workspace's API: what its calls mean, over `wire`, signed by `auth`, admitted by `gate`.
//!
//! One file for each part of the API; this one signs, asks the gate, and tells a refused credential from other refusals.

pub mod admin;
pub mod bulk;
pub mod identity;
pub mod mint;
mod own;
pub mod secrets;
mod stock;
pub mod tokens;
pub mod users;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use crate::auth::Credential;
use crate::error::Error;
use crate::gate::{Admission, Effect, Gate, Origin, Outcome, Permit, Place};
use crate::secret::Secret;
use crate::wire::{Answer, Http, Repeat, Request, Signature, is_credential_refusal};

use own::OwnToken;
pub use stock::Stock;

/// One workspace, seen by one who signs in.
pub struct Client {
    http: Arc<Http>,
    credential: Box<dyn Credential>,
    gate: Arc<Gate>,
    reached: Place,
    own: OwnToken,
    workspace_id: Option<Secret>,
    stock: Mutex<Option<Stock>>,
}

/// What came of asking for an effect.
enum Written {
    /// It happened, and this was the answer.
    Done(Answer),
    /// A dry run: it is the n-th of its kind that did not happen.
    Dry(usize),
}

impl Client {
    /// Brings together what a workspace's calls need; `own_token_id` is what the settings say of the credential.
    pub fn new(
        http: Arc<Http>,
        credential: Box<dyn Credential>,
        gate: Arc<Gate>,
        place: Place,
        own_token_id: Option<String>,
    ) -> Self {
        let own = OwnToken::new(credential.token_value().as_ref(), own_token_id);
        Self {
            http,
            credential,
            gate,
            reached: place,
            own,
            workspace_id: None,
            stock: Mutex::default(),
        }
    }

    /// Names the workspace's number with each call, as one address can lead to several.
    #[must_use]
    pub fn naming_workspace(self, id: Option<&str>) -> Self {
        Self { workspace_id: id.map(Secret::unregistered), ..self }
    }

    /// Returns what the last list of the caller's tokens came to, if there was one.
    pub fn stock(&self) -> Option<Stock> {
        *self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the way it signs in.
    pub fn auth_type(&self) -> &'static str {
        self.credential.auth_type()
    }

    /// Returns where the credential comes from.
    pub fn source(&self) -> &str {
        self.credential.source()
    }

    /// Returns the token that it signs in with, if it is one.
    pub fn token_value(&self) -> Option<Secret> {
        self.credential.token_value()
    }

    /// Returns whether a token is, or by its hash could be, the one that it signs in with.
    pub fn could_be_own(&self, token_id: &str) -> bool {
        self.own.could_be(token_id)
    }

    /// Returns how many writes have begun to leave so far.
    pub fn departures(&self) -> usize {
        self.http.departures()
    }

    /// Returns where its effects happen, as far as answers have told.
    fn place(&self) -> Place {
        Place { is_sandbox: self.http.is_sandbox() == Some(true), ..self.reached.clone() }
    }

    /// Sends a request that changes nothing.
    fn read(&self, request: &Request) -> Result<Answer, Error> {
        self.signed(|signature| self.http.read(signature, request))
    }

    /// Sends a request for `effect`, if the gate admits it.
    fn write(
        &self,
        effect: &Effect,
        origin: &Origin,
        request: &Request,
        repeat: Repeat,
    ) -> Result<Written, Error> {
        self.signed(|signature| match self.gate.admit(effect.clone(), &self.place(), origin)? {
            Admission::Go(permit) => {
                self.http.write(signature, permit, request, repeat).map(Written::Done)
            }
            Admission::Dry(count) => Ok(Written::Dry(count)),
        })
    }

    /// Sends a request for an effect that the gate has admitted, once and never again, whatever comes of it.
    fn write_once(&self, permit: Permit, request: &Request) -> Result<Answer, Error> {
        let signature = match self.sign() {
            Ok(signature) => signature,
            Err(error) => {
                let code = error.code().to_owned();
                permit.close(&Outcome::Refused { code, request_id: None });
                return Err(error);
            }
        };
        let answer = self.http.write(&signature, permit, request, Repeat::Never);
        answer.map_err(|error| self.blame_credential(error))
    }

    /// Sends by `send`, and once more with a newer credential if the first is refused and there is one.
    fn signed<T>(&self, mut send: impl FnMut(&Signature) -> Result<T, Error>) -> Result<T, Error> {
        let signature = self.sign()?;
        match send(&signature) {
            Err(error) if is_refused(&error) && self.credential.refresh(&signature)? => {
                if let Some(value) = self.credential.token_value() {
                    self.own.renew(&value);
                }
                send(&self.sign()?)
            }
            result => result,
        }
        .map_err(|error| self.blame_credential(error))
    }

    fn sign(&self) -> Result<Signature, Error> {
        let signature = self.credential.sign()?;
        Ok(match &self.workspace_id {
            Some(id) => signature.with("x-databricks-workspace-id", id.clone()),
            None => signature,
        })
    }

    /// Says of a refusal that is about the credential where that comes from.
    fn blame_credential(&self, error: Error) -> Error {
        match error {
            Error::Api(failure) if is_credential_refusal(&failure) => Error::CredentialRefused {
                host: self.http.host().to_string(),
                source_name: self.credential.source().to_owned(),
                failure,
            },
            other => other,
        }
    }
}

/// Returns the ids that a token of this value has where ids are hashes of values, which is a guess.
pub fn ids_of_value(value: &Secret) -> Vec<String> {
    own::hash_forms(value.expose())
}

fn is_refused(error: &Error) -> bool {
    matches!(error, Error::Api(failure) if is_credential_refusal(failure))
}
