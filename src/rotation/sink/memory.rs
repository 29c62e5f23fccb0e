//! A sink that is only played, in the sandbox of one run: it forgets everything at the end, and nothing real is touched.

use std::cell::RefCell;

use super::{Bench, Reading, Sink};
use crate::error::Error;
use crate::gate::{Effect, Place};
use crate::secret::Secret;

/// A sink in memory, in the place of a real one.
pub struct Played<'s> {
    real: Box<dyn Sink + 's>,
    bench: Bench<'s>,
    held: RefCell<Reading>,
}

impl<'s> Played<'s> {
    /// Stands in for a sink, holding nothing.
    pub fn new(real: Box<dyn Sink + 's>, bench: Bench<'s>) -> Self {
        Self { real, bench, held: RefCell::new(Reading::Absent) }
    }
}

impl Sink for Played<'_> {
    fn name(&self) -> String {
        self.real.name()
    }

    fn key(&self) -> String {
        self.real.key()
    }

    fn surroundings(&self) -> Option<String> {
        self.real.surroundings()
    }

    fn reserve(&self) -> Result<(), Error> {
        Ok(())
    }

    fn read(&self) -> Result<Reading, Error> {
        Ok(self.held.borrow().clone())
    }

    fn effect(&self) -> (Effect, Place) {
        self.real.effect()
    }

    fn put(&self, value: &Secret, token_id: &str) -> Result<(), Error> {
        let (effect, place) = self.effect();
        // The gate says that it is not really done.
        drop(self.bench.admit(effect, &place)?);
        let (value, token_id) = (value.clone(), Some(token_id.to_owned()));
        *self.held.borrow_mut() = Reading::Holds { value, token_id };
        Ok(())
    }
}
