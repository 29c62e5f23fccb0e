//! What a script may say to its rotation: veto it or look on, but never change its order.

use crate::error::Error;
use crate::token::Token;

/// A script's hooks.
pub trait Hooks {
    /// Returns the names of those it has.
    fn names(&self) -> Vec<&'static str>;

    /// Returns whether a new token is as it should be, before any sink gets it.
    fn verify(&self, new: &Token) -> Result<bool, Error>;

    /// Learns that every sink holds the new token.
    fn on_published(&self, new: &Token) -> Result<(), Error>;

    /// Returns whether the old token may be revoked now.
    fn before_revoke(&self, old: &Token) -> Result<bool, Error>;
}

/// No hooks.
pub struct NoHooks;

impl Hooks for NoHooks {
    fn names(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn verify(&self, _: &Token) -> Result<bool, Error> {
        Ok(true)
    }

    fn on_published(&self, _: &Token) -> Result<(), Error> {
        Ok(())
    }

    fn before_revoke(&self, _: &Token) -> Result<bool, Error> {
        Ok(true)
    }
}
