//! The end of a rotation: every sink is looked at once more, the grace is kept, and the old token is revoked.

use super::desk::Standing;
use super::journal::{Holding, State};
use super::run::{Next, Rotation, short};
use super::sink::Reading;
use crate::api::tokens::{Revoked, Target};
use crate::clock::Time;
use crate::error::{Error, RotationTrouble};
use crate::gate::Effect;
use crate::secret::Secret;
use crate::token::Token;

/// What a last look at the sinks found.
enum Guarded {
    /// All of them hold the new value.
    Sound,
    /// Some had lost it and have it again: the grace begins anew.
    Restored,
    /// None has it any more.
    Lost,
}

impl Rotation<'_> {
    /// Ends the rotation, if its time has come.
    pub(super) fn finish(&mut self) -> Result<Next, Error> {
        self.forget_a_clock_that_was_ahead()?;
        let State::Settled { old, new, since, .. } = &self.journal.state else {
            return Ok(Next::End);
        };
        let (old, new, since) = (old.clone(), new.clone(), *since);
        if self.bench.session.gate().is_dry() {
            return self.plan_revocation(&old, since.plus(self.grace(&new)?));
        }
        match self.guard(&new)? {
            Guarded::Sound => {}
            Guarded::Restored => return Ok(self.wait(self.now().plus(self.grace(&new)?))),
            Guarded::Lost => {
                self.journal.fall_back();
                self.save()?;
                self.tell(format!("no sink holds token {} any more", short(&new.token_id)));
                return Ok(Next::GoOn);
            }
        }
        let end = since.plus(self.grace(&new)?);
        if self.now() < end {
            return Ok(self.wait(end));
        }
        if !self.hooks.before_revoke(&old.record(self.now())?)? {
            self.tell(format!("`before_revoke` keeps token {} alive", short(&old.token_id)));
            return Ok(Next::End);
        }
        let target = Target { token_id: old.token_id.clone(), comment: Some(old.comment.clone()) };
        let took_time = self.desk.confirm(&target)? || !self.hooks.names().is_empty();
        // A hook and a person take their time, so that one more look is the last before the end.
        if took_time && !matches!(self.guard(&new)?, Guarded::Sound) {
            return Ok(Next::GoOn);
        }
        self.revoke_old(&old, &new, &target)
    }

    /// Begins the grace anew if its beginning is yet to come: it would be waited for while the new token expires.
    fn forget_a_clock_that_was_ahead(&mut self) -> Result<(), Error> {
        let now = self.now();
        match &mut self.journal.state {
            State::Settled { since, .. } if *since > now => *since = now,
            _ => return Ok(()),
        }
        self.save()
    }

    fn wait(&mut self, until: Time) -> Next {
        self.report.waits_until = Some(until);
        Next::End
    }

    /// Reads every sink again, and puts the new value back where it was lost.
    fn guard(&mut self, new: &Holding) -> Result<Guarded, Error> {
        self.read_sinks()?;
        let (mut fallen, mut source) = (Vec::new(), None);
        for (at, sink) in self.sinks.iter().enumerate() {
            match &self.readings[&sink.key()] {
                Reading::Unreadable => {}
                Reading::Holds { value, .. } if self.is_value_of(value, new) => {
                    sink.make_lasting()?;
                    source = Some(value.clone());
                }
                Reading::Holds { value, .. } if !self.journal.knows(value) => {
                    let sink = sink.name();
                    return Err(self.bench.slot.error(RotationTrouble::Conflict { sink }));
                }
                Reading::Holds { .. } | Reading::Absent => fallen.push(at),
            }
        }
        let Some(value) = source.or_else(|| self.value.clone()) else {
            let is_sound = fallen.is_empty();
            return Ok(if is_sound { Guarded::Sound } else { Guarded::Lost });
        };
        if self.desk.standing(&value)? == Standing::Refused {
            return Ok(Guarded::Lost);
        }
        self.value = Some(value.clone());
        if fallen.is_empty() {
            return Ok(Guarded::Sound);
        }
        self.restore(&fallen, new, &value)?;
        Ok(Guarded::Restored)
    }

    /// Puts the new value back into sinks that somebody else changed.
    fn restore(&mut self, fallen: &[usize], new: &Holding, value: &Secret) -> Result<(), Error> {
        let now = self.now();
        if let State::Settled { since, .. } = &mut self.journal.state {
            *since = now;
        }
        for at in fallen {
            let key = self.sinks[*at].key();
            self.put(*at, &key, new, value)?;
            let name = self.sinks[*at].name();
            self.tell(format!("{name} had lost the new value and has it again"));
        }
        Ok(())
    }

    /// Revokes the old token, which every sink was just seen not to hold.
    fn revoke_old(&mut self, old: &Holding, new: &Holding, target: &Target) -> Result<Next, Error> {
        let heir = self.heir_of(old)?;
        match self.desk.revoke(target, heir.as_ref())? {
            Revoked::Dry => return Ok(Next::End),
            Revoked::Done => self.tell(format!("revoked token {}", short(&old.token_id))),
            Revoked::AlreadyGone => {
                // Another user would be told the same of a token that lives.
                self.prove_owner(old)?;
                self.prove_gone(&old.token_id)?;
                self.tell(format!("token {} was gone already", short(&old.token_id)));
            }
        }
        self.journal.state = State::Idle { current: new.clone() };
        self.save()?;
        Ok(Next::GoOn)
    }

    /// Believes that a token is gone only if the list does not say otherwise: what answers may be a proxy in between.
    fn prove_gone(&self, token_id: &str) -> Result<(), Error> {
        let listed = self.desk.list(self.readings.values())?;
        let lives = |token: &Token| token.token_id() == token_id && !token.is_expired();
        if !listed.iter().any(lives) {
            return Ok(());
        }
        let token_id = token_id.to_owned();
        Err(self.bench.slot.error(RotationTrouble::StillListed { token_id }))
    }

    /// Returns the value that signs for a revocation of the very token that the run signs in with.
    fn heir_of(&self, old: &Holding) -> Result<Option<Secret>, Error> {
        let own = self.desk.client()?.token_value();
        let is_old = own.is_some_and(|own| self.is_value_of(&own, old));
        let is_old = is_old || self.desk.client()?.could_be_own(&old.token_id);
        Ok(self.value.clone().filter(|_| is_old))
    }

    /// Tells the gate of a dry run what would follow the creation.
    pub(super) fn plan_rest(&mut self, old: &Holding) -> Result<Next, Error> {
        let gate = self.bench.session.gate();
        for sink in &self.sinks {
            let (effect, place) = sink.effect();
            drop(gate.admit(effect, &place, self.bench.origin)?);
        }
        let old = self.journal.state.holdings().1.unwrap_or(old).clone();
        self.plan_revocation(&old, self.now())
    }

    fn plan_revocation(&mut self, old: &Holding, end: Time) -> Result<Next, Error> {
        if self.now() < end {
            return Ok(self.wait(end));
        }
        let session = self.bench.session;
        let effect = Effect::RevokeToken {
            token_id: old.token_id.clone(),
            comment: Some(old.comment.clone()),
            is_by_admin: false,
        };
        let place = session.workspace()?.place();
        drop(session.gate().admit(effect, place, self.bench.origin)?);
        Ok(Next::End)
    }
}
