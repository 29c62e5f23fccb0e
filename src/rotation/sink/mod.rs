//! The places where a rotated value lives: a profile, a file, a workspace's secret, whatever a command feeds.
//!
//! A sink can prove that it can be written, take a value, and (but for some commands) give it back. Each kind is a file
//! here; when a value goes where is the rotation's.

mod command;
mod file;
mod format;
mod memory;
mod profile;
mod secret;

use serde::{Deserialize, Serialize};

use super::slot::Slot;
use crate::error::{Error, RotationTrouble};
use crate::gate::{Admission, Effect, Origin, Permit, Place};
use crate::secret::Secret;
use crate::session::Session;

pub use command::CommandSpec;
pub use file::FileSpec;
pub use format::Format;
pub use profile::ProfileSpec;
pub use secret::SecretSpec;

/// A place for a value.
pub trait Sink {
    /// Returns what it is to people: `profile prod`.
    fn name(&self) -> String;

    /// Returns what no other place is called, whatever way it is written: where the journal and the locks know it by.
    fn key(&self) -> String;

    /// Returns the key of what it is a part of, if that could be a sink as well: a file of which it is one line.
    fn surroundings(&self) -> Option<String> {
        None
    }

    /// Returns whether what it holds can be read back.
    fn is_readable(&self) -> bool {
        true
    }

    /// Proves that it can be written, as far as that can be known without writing.
    fn reserve(&self) -> Result<(), Error>;

    /// Removes what a writer that was killed left beside it, as reading and writing do.
    fn tidy(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Returns what it holds.
    fn read(&self) -> Result<Reading, Error>;

    /// Returns the effect that `put` is, and where it happens.
    fn effect(&self) -> (Effect, Place);

    /// Puts a token's value there, and its id where there is room; asks the gate first.
    fn put(&self, value: &Secret, token_id: &str) -> Result<(), Error>;

    /// Makes what it holds last, whoever put it there.
    fn make_lasting(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// What a sink holds.
#[derive(Clone, Debug)]
pub enum Reading {
    /// Nothing yet.
    Absent,
    /// A value, and the id of its token where that is kept beside it.
    Holds { value: Secret, token_id: Option<String> },
    /// It cannot be read, by its nature.
    Unreadable,
}

/// A sink as data, in scripts and journals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Spec {
    /// `to_profile`.
    Profile(ProfileSpec),
    /// `to_file`.
    File(FileSpec),
    /// `to_secret`.
    Secret(SecretSpec),
    /// `to_command`.
    Command(CommandSpec),
}

/// What a sink needs to be opened and to work: the run, and who asks.
#[derive(Clone, Copy)]
pub struct Bench<'s> {
    /// The run.
    pub session: &'s Session,
    /// The slot whose sink it is.
    pub slot: &'s Slot,
    /// What asks for its effects.
    pub origin: &'s Origin,
}

impl Bench<'_> {
    /// Asks the gate for an effect; nothing if it must not really happen.
    fn admit(&self, effect: Effect, place: &Place) -> Result<Option<Permit>, Error> {
        match self.session.gate().admit(effect, place, self.origin)? {
            Admission::Go(permit) => Ok(Some(permit)),
            Admission::Dry(_) => Ok(None),
        }
    }

    fn unfit(&self, sink: &str, reason: impl Into<String>) -> Error {
        let (sink, reason) = (sink.to_owned(), reason.into());
        self.slot.error(RotationTrouble::SinkUnfit { sink, reason })
    }
}

impl Spec {
    /// Returns what it is to people, without opening it.
    pub fn label(&self) -> String {
        match self {
            Self::Profile(spec) => format!("profile {}", spec.name),
            Self::File(spec) => match &spec.key {
                Some(key) => format!("{key} in {}", spec.path.display()),
                None => format!("file {}", spec.path.display()),
            },
            Self::Secret(spec) => format!("secret {}/{}", spec.scope, spec.key),
            Self::Command(spec) => spec.label(),
        }
    }

    /// Returns whether what one gives back is what the other does: a command whose way to write has changed.
    pub fn is_read_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Command(one), Self::Command(other)) => {
                one.read.is_some() && one.read == other.read
            }
            _ => false,
        }
    }

    /// Opens the place; in the sandbox of a run, one that would touch this machine is only played.
    pub fn open<'s>(&self, bench: Bench<'s>) -> Result<Box<dyn Sink + 's>, Error> {
        let sink: Box<dyn Sink + 's> = match self {
            Self::Profile(spec) => Box::new(spec.open(bench)),
            Self::File(spec) => Box::new(spec.open(bench)?),
            Self::Secret(spec) => Box::new(spec.open(bench)?),
            Self::Command(spec) => Box::new(spec.open(bench)?),
        };
        if bench.session.gate().spares_machine() && !matches!(self, Self::Secret(_)) {
            return Ok(Box::new(memory::Played::new(sink, bench)));
        }
        Ok(sink)
    }
}
