//! Whose a slot's token is: a new one belongs to the same user, and nobody else's word about it is believed.

use super::desk::Standing;
use super::journal::Holding;
use super::run::Rotation;
use crate::error::{Error, RotationTrouble};

impl Rotation<'_> {
    /// Returns whose a token is, where that can be told; refuses to go on as somebody else.
    pub(super) fn prove_owner(&self, holding: &Holding) -> Result<Option<String>, Error> {
        let is = self.desk.principal()?;
        let was = match &holding.principal {
            Some(was) => Some(was.clone()),
            // A list shows nobody but an administrator the tokens of others.
            None if self.request.policy.on_behalf_of.is_none()
                && self.is_listed(&holding.token_id) =>
            {
                is.clone()
            }
            None => self.ask_by_value(holding)?,
        };
        self.refuse_other_owner(was.as_deref(), is.as_deref())?;
        Ok(is.or(was))
    }

    /// Refuses a user who is not the one that there was, as far as both are known.
    pub(super) fn refuse_other_owner(
        &self,
        was: Option<&str>,
        is: Option<&str>,
    ) -> Result<(), Error> {
        match (was, is) {
            (Some(was), Some(is)) if was != is => {
                let (was, is) = (was.to_owned(), is.to_owned());
                Err(self.bench.slot.error(RotationTrouble::OtherPrincipal { was, is }))
            }
            _ => Ok(()),
        }
    }

    /// Asks whose a token is by its value, where a sink holds it.
    fn ask_by_value(&self, holding: &Holding) -> Result<Option<String>, Error> {
        let value = self.values().find(|value| self.is_value_of(value, holding));
        match value.map(|value| self.desk.standing(value)).transpose()? {
            Some(Standing::Accepted(name)) => Ok(name),
            Some(Standing::Refused) | None => Ok(None),
        }
    }
}
