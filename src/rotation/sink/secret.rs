//! A secret of a workspace's scope as a sink, on the run's own workspace or on that of another profile.

use serde::{Deserialize, Serialize};

use super::{Bench, Reading, Sink};
use crate::api::secrets;
use crate::error::{Error, RotationTrouble};
use crate::gate::{Effect, Place};
use crate::secret::Secret;
use crate::workspace::Workspace;

/// `to_secret(scope, key, #{profile, unverified})`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSpec {
    /// The scope, which has to exist.
    pub scope: String,
    /// The secret's name in it.
    pub key: String,
    /// The profile of the workspace it lies on; the run's own if nothing is said.
    pub profile: Option<String>,
    /// Whether a put that succeeds is proof enough: it may be written but not read.
    pub unverified: bool,
}

/// An open secret sink.
pub struct SecretSink<'s> {
    spec: SecretSpec,
    bench: Bench<'s>,
    other: Option<Workspace>,
}

impl SecretSpec {
    /// Opens the sink; makes no request of the API yet.
    pub fn open<'s>(&self, bench: Bench<'s>) -> Result<SecretSink<'s>, Error> {
        let session = bench.session;
        let other = match &self.profile {
            Some(profile) => Some(session.connect(session.settings().connection_of(profile)?)?),
            None => None,
        };
        if other.is_none() {
            session.workspace()?;
        }
        Ok(SecretSink { spec: self.clone(), bench, other })
    }
}

impl SecretSink<'_> {
    fn workspace(&self) -> Result<&Workspace, Error> {
        match &self.other {
            Some(workspace) => Ok(workspace),
            None => self.bench.session.workspace(),
        }
    }
}

impl Sink for SecretSink<'_> {
    fn name(&self) -> String {
        format!("secret {}/{}", self.spec.scope, self.spec.key)
    }

    fn key(&self) -> String {
        let host = self.workspace().map(|workspace| workspace.place().host.clone());
        format!("secret {} {}/{}", host.unwrap_or_default(), self.spec.scope, self.spec.key)
    }

    fn is_readable(&self) -> bool {
        !self.spec.unverified
    }

    fn reserve(&self) -> Result<(), Error> {
        // That the scope exists can be known; whether it may be written shows only when it is.
        match secrets::list(self.workspace()?.client(), &self.spec.scope) {
            Err(error) if error.is_gone() => Err(self
                .bench
                .unfit(&self.name(), format!("there is no scope {}", self.spec.scope))),
            result => result.map(drop),
        }
    }

    fn read(&self) -> Result<Reading, Error> {
        if self.spec.unverified {
            return Ok(Reading::Unreadable);
        }
        match secrets::get(self.workspace()?.client(), &self.spec.scope, &self.spec.key) {
            Ok(value) if value.expose().is_empty() => Ok(Reading::Absent),
            Ok(value) => Ok(Reading::Holds { value, token_id: None }),
            Err(error) if error.is_gone() => Ok(Reading::Absent),
            Err(Error::Api(failure)) if failure.code == "PERMISSION_DENIED" => {
                Err(self.bench.slot.error(RotationTrouble::Unverified { sink: self.name() }))
            }
            Err(error) => Err(error),
        }
    }

    fn effect(&self) -> (Effect, Place) {
        let effect =
            Effect::PutSecret { scope: self.spec.scope.clone(), key: self.spec.key.clone() };
        let place = self.workspace().map(|workspace| workspace.place().clone());
        (effect, place.unwrap_or_default())
    }

    fn put(&self, value: &Secret, _: &str) -> Result<(), Error> {
        let (scope, key) = (&self.spec.scope, &self.spec.key);
        secrets::put(self.workspace()?.client(), scope, key, value, self.bench.origin).map(drop)
    }
}
