//! What a run does first: it takes up what an earlier one left, and revokes the strays that nobody can hold.

use super::desk::Standing;
use super::journal::{State, Step, Stray};
use super::run::{Rotation, short};
use super::sink::Reading;
use super::slot::Stamp;
use crate::api::tokens::{Revoked, Target};
use crate::error::Error;
use crate::secret::Secret;

impl Rotation<'_> {
    /// Brings the journal into a state from which the run can go on, with the new value in hand where it is needed.
    pub(super) fn recover(&mut self) -> Result<(), Error> {
        self.forget_places()?;
        self.tell_of_left_out()?;
        let before = self.journal.clone();
        match &self.journal.state {
            State::Idle { .. } | State::Settled { .. } => {}
            State::Minting { .. } => self.journal.fall_back(),
            State::Minted { .. } => self.recover_minted()?,
        }
        let now = self.now();
        self.journal.forget_the_past(now);
        if self.journal != before {
            self.save()?;
        }
        // What goes wrong here must not keep a token from being replaced in time.
        if let Err(error) = self.revoke_strays() {
            self.bench.session.stop().check()?;
            self.aside.get_or_insert(error);
        }
        Ok(())
    }

    /// Goes on with a value that a sink already holds; one that none holds is lost.
    fn recover_minted(&mut self) -> Result<(), Error> {
        let (new, _) = self.journal.state.holdings();
        let value = self.values().find(|value| self.is_value_of(value, new)).cloned();
        let is_alive = match &value {
            Some(value) => self.desk.standing(value)? != Standing::Refused,
            None => false,
        };
        if is_alive {
            self.value = value;
        } else {
            self.journal.fall_back();
        }
        Ok(())
    }

    /// Revokes the strays that no sink can hold, nor held within the grace.
    pub(super) fn revoke_strays(&mut self) -> Result<(), Error> {
        self.revoke_doubles()?;
        for at in 0..self.journal.strays.len() {
            let stray = &self.journal.strays[at];
            if stray.revoked.is_some() && self.find(&stray.stamp).is_empty()
                || self.may_be_held(stray)
                || self.is_in_grace(stray)?
            {
                continue;
            }
            let mut ids = self.find(&stray.stamp);
            let known = stray.token_id.clone();
            ids.extend(known.filter(|id| stray.revoked.is_none() && !self.is_used(id)));
            ids.sort();
            ids.dedup();
            let stamp = stray.stamp.clone();
            if self.confirm_all(&ids, &stamp)? {
                // That took its time, in which a sink may have got it.
                self.read_sinks()?;
                if self.may_be_held(&self.journal.strays[at]) {
                    continue;
                }
            }
            if self.revoke_all(&ids, &stamp)? && !ids.is_empty() {
                self.journal.strays[at].revoked = Some(self.now());
                self.save()?;
            }
        }
        Ok(())
    }

    /// Revokes what was made twice: tokens that bear the stamp of one of ours, of whose value nobody ever heard.
    fn revoke_doubles(&mut self) -> Result<(), Error> {
        let (current, old) = self.journal.state.holdings();
        let stamps: Vec<Stamp> = [Some(current), old]
            .into_iter()
            .flatten()
            .filter_map(|known| known.stamp.clone())
            .collect();
        for stamp in stamps {
            let ids = self.find(&stamp);
            self.confirm_all(&ids, &stamp)?;
            self.revoke_all(&ids, &stamp)?;
        }
        Ok(())
    }

    /// Returns the ids of the listed tokens that bear a stamp and are none of those in use.
    fn find(&self, stamp: &Stamp) -> Vec<String> {
        let bearing = self.tokens.iter().filter(|token| {
            Stamp::of(token.comment()).as_ref() == Some(stamp)
                && !self.is_used(token.token_id())
                && !token.is_own()
                && !token.is_expired()
        });
        bearing.map(|token| token.token_id().to_owned()).collect()
    }

    /// Returns whether a token is one that the sinks hold, or held before.
    fn is_used(&self, token_id: &str) -> bool {
        let (current, old) = self.journal.state.holdings();
        current.token_id == token_id || old.is_some_and(|old| old.token_id == token_id)
    }

    /// Asks the person at the terminal about tokens that are to be revoked; returns whether that took its time.
    fn confirm_all(&self, ids: &[String], stamp: &Stamp) -> Result<bool, Error> {
        let mut took_time = false;
        for id in ids {
            let target = Target { token_id: id.clone(), comment: Some(stamp.to_string()) };
            took_time |= self.desk.confirm(&target)?;
        }
        Ok(took_time)
    }

    /// Revokes tokens; true if none of them can live any more.
    fn revoke_all(&mut self, ids: &[String], stamp: &Stamp) -> Result<bool, Error> {
        for id in ids {
            if self.desk.is_signed_by(id, None)? {
                return Ok(false);
            }
            let target = Target { token_id: id.clone(), comment: Some(stamp.to_string()) };
            match self.desk.revoke(&target, None)? {
                Revoked::Dry => return Ok(false),
                Revoked::Done => self.tell(format!("revoked the stray token {}", short(id))),
                // A list that shows it is believed rather than this: the next run looks again.
                Revoked::AlreadyGone if self.is_listed(id) => return Ok(false),
                // Another user would be told the same of a token that lives.
                Revoked::AlreadyGone => {
                    self.prove_owner(self.current())?;
                }
            }
            self.tokens.retain(|token| token.token_id() != id);
        }
        Ok(true)
    }

    /// Returns whether the workspace lists a token as living.
    pub(super) fn is_listed(&self, id: &str) -> bool {
        self.tokens.iter().any(|token| token.token_id() == id && !token.is_expired())
    }

    /// Returns whether a sink may hold a stray's value.
    fn may_be_held(&self, stray: &Stray) -> bool {
        stray.sinks.iter().any(|(key, step)| {
            if matches!(step, Step::Untouched | Step::Replaced) {
                return false;
            }
            match self.readings.get(key) {
                Some(Reading::Holds { value, .. }) => self.is_value_of_stray(value, stray),
                Some(Reading::Absent) => false,
                Some(Reading::Unreadable) | None => true,
            }
        })
    }

    /// Returns whether somebody may still work with a stray that a sink held until lately: what made it one, such as a
    /// single refusal, may have been a mistake.
    fn is_in_grace(&self, stray: &Stray) -> Result<bool, Error> {
        let Some(replaced) = stray.replaced else { return Ok(false) };
        Ok(self.now() < replaced.plus(self.grace(self.current())?))
    }

    fn is_value_of_stray(&self, value: &Secret, stray: &Stray) -> bool {
        stray.fingerprint.as_ref() == Some(&self.journal.salt.fingerprint(value))
    }
}
