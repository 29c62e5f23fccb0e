//! The new value on its way into every sink: put, read back, signed in with, and only then counted.

use super::desk::Standing;
use super::journal::{Holding, State, Step};
use super::run::{Next, Rotation};
use super::sink::Reading;
use crate::error::{Error, RotationTrouble};
use crate::secret::Secret;

impl Rotation<'_> {
    /// Puts the new value into every sink that does not hold it for certain.
    pub(super) fn publish(&mut self) -> Result<Next, Error> {
        let State::Minted { new, .. } = &self.journal.state else { return Ok(Next::End) };
        let new = new.clone();
        if self.bench.session.gate().is_dry() {
            return self.plan_rest(&new);
        }
        let Some(value) = self.value.clone() else { return Ok(Next::End) };
        let mut first: Option<Error> = None;
        for at in 0..self.sinks.len() {
            self.bench.session.stop().check()?;
            if let Err(error) = self.publish_to(at, &new, &value) {
                if matches!(error, Error::Rotation { ref trouble, .. }
                    if matches!(**trouble, RotationTrouble::Unwritable { .. } | RotationTrouble::NotAccepted { .. }))
                {
                    return Err(error);
                }
                // The others are put all the same: the more places hold it, the less is lost.
                first.get_or_insert(error);
            }
        }
        if let Some(error) = first {
            return Err(error);
        }
        self.settle(new)
    }

    fn publish_to(&mut self, at: usize, new: &Holding, value: &Secret) -> Result<(), Error> {
        let key = self.sinks[at].key();
        let found = self.sinks[at].read()?;
        self.readings.insert(key.clone(), found.clone());
        match &found {
            Reading::Holds { value: held, .. } if self.is_value_of(held, new) => {
                // Whoever put it there may have died before it was made to last.
                self.sinks[at].make_lasting()?;
                return self.acknowledge(at, &key, new, &found);
            }
            Reading::Holds { value: held, .. } if !self.journal.knows(held) => {
                let sink = self.sinks[at].name();
                return Err(self.bench.slot.error(RotationTrouble::Conflict { sink }));
            }
            Reading::Unreadable if self.step(&key) == Some(Step::Acked) => return Ok(()),
            Reading::Holds { .. } | Reading::Absent | Reading::Unreadable => {}
        }
        self.put(at, &key, new, value)
    }

    /// Puts the value into one sink, and proves that it is there.
    pub(super) fn put(
        &mut self,
        at: usize,
        key: &str,
        new: &Holding,
        value: &Secret,
    ) -> Result<(), Error> {
        self.journal.note(key, Step::Attempted, self.now());
        self.save()?;
        // Until it is read back, nobody knows what it holds.
        self.readings.insert(key.to_owned(), Reading::Unreadable);
        self.sinks[at].put(value, &new.token_id)?;
        let found = self.sinks[at].read()?;
        self.readings.insert(key.to_owned(), found.clone());
        self.acknowledge(at, key, new, &found)
    }

    /// Counts a sink as holding the new value, if what was read back from it does and is accepted.
    fn acknowledge(
        &mut self,
        at: usize,
        key: &str,
        new: &Holding,
        found: &Reading,
    ) -> Result<(), Error> {
        let name = self.sinks[at].name();
        match found {
            Reading::Unreadable => {}
            Reading::Holds { value, .. } if self.is_value_of(value, new) => {
                if self.desk.standing(value)? == Standing::Refused {
                    let token_id = new.token_id.clone();
                    let error = self.bench.slot.error(RotationTrouble::NotAccepted { token_id });
                    return Err(self.give_up(error));
                }
            }
            Reading::Holds { .. } | Reading::Absent => {
                return Err(self.bench.slot.error(RotationTrouble::NotKept { sink: name }));
            }
        }
        if self.step(key) != Some(Step::Acked) {
            self.journal.note(key, Step::Acked, self.now());
            self.save()?;
            self.tell(format!("{name} holds the new value"));
        }
        Ok(())
    }

    /// Writes down that every sink holds the new value.
    fn settle(&mut self, new: Holding) -> Result<Next, Error> {
        let State::Minted { old, sinks, .. } = &self.journal.state else { return Ok(Next::End) };
        let (old, sinks, since) = (old.clone(), sinks.clone(), self.now());
        let record = new.record(since)?;
        self.journal.state = State::Settled { old, new, sinks, since };
        if let Some(mint) = self.journal.mints.last_mut() {
            mint.has_settled = true;
        }
        self.save()?;
        if let Err(error) = self.hooks.on_published(&record) {
            // It looks on: what it thinks of it changes nothing.
            self.aside.get_or_insert(error);
        }
        Ok(Next::GoOn)
    }

    /// Returns how far the new value got with a sink.
    fn step(&self, key: &str) -> Option<Step> {
        match &self.journal.state {
            State::Minted { sinks, .. } | State::Settled { sinks, .. } => sinks.get(key).copied(),
            State::Idle { .. } | State::Minting { .. } => None,
        }
    }
}
