//! The workspace as a rotation sees it: who signs in, what is listed, and whether a value is accepted.
//!
//! The run's own credential may be the very token that is replaced, or one that has just been: where it is refused, a
//! value that a sink holds signs in instead. What is asked for when is `run`'s.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::sink::{Bench, Reading};
use crate::api::admin::Creator;
use crate::api::tokens::{Minted, NewToken, OwnRule, Revoked, Target};
use crate::api::{Client, admin, identity, mint, tokens};
use crate::error::{Error, RotationTrouble};
use crate::gate::{Admission, Permit};
use crate::secret::Secret;
use crate::token::Token;
use crate::workspace::Workspace;

/// What a workspace makes of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It signs in, as this user where that may be asked.
    Accepted(Option<String>),
    /// It does not.
    Refused,
}

/// The workspace of a slot.
pub struct Desk<'s> {
    bench: Bench<'s>,
    on_behalf_of: Option<&'s str>,
    stand_in: OnceCell<Workspace>,
    /// The way that the last value signed in by.
    last: RefCell<Option<(Secret, Rc<Workspace>)>>,
}

impl<'s> Desk<'s> {
    /// Opens the run's workspace.
    pub fn open(bench: Bench<'s>, on_behalf_of: Option<&'s str>) -> Result<Self, Error> {
        let workspace = bench.session.workspace()?;
        if on_behalf_of.is_some() && crate::auth::is_azure(workspace.connection()) {
            return Err(bench.slot.error(RotationTrouble::NotOnAzure));
        }
        Ok(Self { bench, on_behalf_of, stand_in: OnceCell::new(), last: RefCell::new(None) })
    }

    /// Returns the workspace's address.
    pub fn host(&self) -> Result<String, Error> {
        Ok(self.bench.session.workspace()?.place().host.clone())
    }

    /// Returns who makes the requests.
    pub fn client(&self) -> Result<&Client, Error> {
        match self.stand_in.get() {
            Some(workspace) => Ok(workspace.client()),
            None => Ok(self.bench.session.workspace()?.client()),
        }
    }

    /// Returns whether a value of the sinks signs, because the run's credential was refused.
    pub fn is_stood_in_for(&self) -> bool {
        self.stand_in.get().is_some()
    }

    /// Lists the tokens among which the slot's are; where the run's credential is refused, a value of the sinks asks.
    pub fn list<'r>(
        &self,
        readings: impl Iterator<Item = &'r Reading>,
    ) -> Result<Vec<Token>, Error> {
        let refused = match self.list_by(self.client()?) {
            Err(error @ Error::CredentialRefused { .. }) if self.on_behalf_of.is_none() => error,
            result => return result,
        };
        for reading in readings {
            let Reading::Holds { value, .. } = reading else { continue };
            let workspace = self.connect(value)?;
            if let Ok(tokens) = self.list_by(workspace.client()) {
                // The first one that is accepted stays.
                let _ = self.stand_in.set(workspace);
                return Ok(tokens);
            }
        }
        Err(refused)
    }

    fn list_by(&self, client: &Client) -> Result<Vec<Token>, Error> {
        let listing = match self.on_behalf_of {
            None => tokens::list(client)?,
            Some(_) => admin::list(client, &Creator::default(), self.bench.origin)?,
        };
        Ok(listing.tokens)
    }

    /// Returns the workspace as the holder of a value sees it.
    fn signed_by(&self, value: &Secret) -> Result<Rc<Workspace>, Error> {
        if let Some((last, workspace)) = &*self.last.borrow()
            && last.expose() == value.expose()
        {
            return Ok(Rc::clone(workspace));
        }
        let workspace = Rc::new(self.connect(value)?);
        *self.last.borrow_mut() = Some((value.clone(), Rc::clone(&workspace)));
        Ok(workspace)
    }

    fn connect(&self, value: &Secret) -> Result<Workspace, Error> {
        let session = self.bench.session;
        session.connect(session.workspace()?.connection().signed_by(value))
    }

    /// Returns what the workspace makes of a value, or why that cannot be told.
    pub fn standing(&self, value: &Secret) -> Result<Standing, Error> {
        standing(self.signed_by(value)?.client())
    }

    /// Returns who the new token will belong to, where that may be asked.
    pub fn principal(&self) -> Result<Option<String>, Error> {
        if let Some(application_id) = self.on_behalf_of {
            return Ok(Some(application_id.to_owned()));
        }
        match standing(self.client()?)? {
            Standing::Accepted(name) => Ok(name),
            Standing::Refused => Ok(None),
        }
    }

    /// Asks the gate whether a token may be made.
    pub fn admit_mint(&self, new: &NewToken) -> Result<Admission, Error> {
        mint::admit(self.client()?, new, self.on_behalf_of, self.bench.origin)
    }

    /// Makes a token, once.
    pub fn mint(&self, permit: Permit, new: &NewToken) -> Result<Minted, Error> {
        mint::mint(self.client()?, permit, new, self.on_behalf_of)
    }

    /// Returns whether the requests are signed by the token itself.
    pub fn is_signed_by(&self, token_id: &str, value: Option<&Secret>) -> Result<bool, Error> {
        let client = self.client()?;
        let own = client.token_value();
        let is_same = own.zip(value).is_some_and(|(own, value)| own.expose() == value.expose());
        Ok(is_same || client.could_be_own(token_id))
    }

    /// Revokes a token, which a person was asked about; `heir` signs where the requests are signed by the token itself.
    pub fn revoke(&self, target: &Target, heir: Option<&Secret>) -> Result<Revoked, Error> {
        let heir = heir.map(|value| self.signed_by(value)).transpose()?;
        let client = heir.as_ref().map_or_else(|| self.client(), |heir| Ok(heir.client()))?;
        match self.on_behalf_of {
            None => tokens::revoke(client, target, OwnRule::Allow, self.bench.origin),
            Some(_) => admin::revoke(client, target, OwnRule::Allow, self.bench.origin),
        }
    }

    /// Asks the person at the terminal, if there is one and the workspace is real; returns whether that took its time.
    pub fn confirm(&self, target: &Target) -> Result<bool, Error> {
        let session = self.bench.session;
        if !session.gate().asks() || !tokens::needs_consent(self.client()?)? {
            return Ok(false);
        }
        let token = (target.token_id.clone(), target.comment.clone());
        session.gate().confirm(&[token], session.workspace()?.place(), self.bench.origin)?;
        Ok(true)
    }
}

fn standing(client: &Client) -> Result<Standing, Error> {
    match identity::who_am_i(client) {
        Ok(name) => Ok(Standing::Accepted(Some(name))),
        Err(Error::CredentialRefused { .. }) => Ok(Standing::Refused),
        // It is known, but may not ask who it is.
        Err(Error::Api(failure)) if failure.status == 403 => Ok(Standing::Accepted(None)),
        Err(error) => Err(error),
    }
}
