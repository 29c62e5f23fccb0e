//! A profile of the profile file as a sink: its `token`, with `token_id` beside it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{FileSink, FileSpec};
use super::{Bench, Format, Reading, Sink};
use crate::error::Error;
use crate::gate::{Effect, Place};
use crate::host::Host;
use crate::profile::Profiles;
use crate::secret::Secret;

/// `to_profile(name)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileSpec {
    /// The profile.
    pub name: String,
    /// The file it stands in, from the root.
    pub path: PathBuf,
}

/// An open profile sink.
pub struct ProfileSink<'s> {
    spec: ProfileSpec,
    file: FileSink<'s>,
    bench: Bench<'s>,
}

impl ProfileSpec {
    /// Opens the sink; reads nothing yet.
    pub fn open<'s>(&self, bench: Bench<'s>) -> ProfileSink<'s> {
        let (profile, path) = (self.name.clone(), self.path.display().to_string());
        let place = Place { profile: Some(profile.clone()), ..Place::default() };
        let key = Some(format!("{profile}.token"));
        let spec = FileSpec { path: self.path.clone(), format: Format::Ini, key };
        let effect = (Effect::WriteProfile { profile, path }, place);
        ProfileSink { spec: self.clone(), file: FileSink::following(spec, bench, effect), bench }
    }

    /// Returns whether this is the profile of that name in that file.
    pub fn is(&self, name: &str, path: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.name == name && real(&self.path) == real(path)
    }
}

impl ProfileSink<'_> {
    /// Refuses a profile of another workspace: the value would be of no use there.
    fn check_host(&self) -> Result<(), Error> {
        let here = &self.bench.session.workspace()?.place().host;
        let profiles = Profiles::read(&self.spec.path)?;
        let values = profiles.profile(&self.spec.name);
        let reason = match values.and_then(|values| values.get("host")) {
            None => {
                format!("it has no host; `patroll configure -p {}` gives it one", self.spec.name)
            }
            Some(host) => match Host::parse(host) {
                Ok(host) if host.to_string() == *here => return Ok(()),
                _ => format!("it is about {host}, and the token about {here}"),
            },
        };
        Err(self.bench.unfit(&self.name(), reason))
    }
}

impl Sink for ProfileSink<'_> {
    fn name(&self) -> String {
        format!("profile {}", self.spec.name)
    }

    fn key(&self) -> String {
        self.file.key()
    }

    fn surroundings(&self) -> Option<String> {
        self.file.surroundings()
    }

    fn reserve(&self) -> Result<(), Error> {
        self.check_host()?;
        self.file.reserve()
    }

    fn tidy(&self) -> Result<(), Error> {
        self.file.tidy()
    }

    fn read(&self) -> Result<Reading, Error> {
        self.file.read()
    }

    fn effect(&self) -> (Effect, Place) {
        self.file.effect()
    }

    fn put(&self, value: &Secret, token_id: &str) -> Result<(), Error> {
        self.file.put(value, token_id)
    }

    fn make_lasting(&self) -> Result<(), Error> {
        self.file.make_lasting()
    }
}
