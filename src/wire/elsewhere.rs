//! A message to a host that is no workspace: nothing that signs us in goes along, and any text is an answer.

use std::time::Duration;

use serde_json::Value;

use super::{Http, Means, Pace, Repeat, Request, Signature};
use crate::error::Error;
use crate::gate::Permit;
use crate::host::Host;
use crate::secret::Secret;
use crate::token::Body;

/// Less patience than with a workspace: what is told elsewhere is rarely what a run is for.
const BUDGET: Duration = Duration::from_secs(20);

/// What is asked or said.
#[derive(Clone)]
pub struct Message {
    /// Whom it is for.
    pub host: Host,
    /// Path and query.
    pub path: String,
    /// Headers of the asker's own.
    pub headers: Vec<(String, String)>,
}

impl Message {
    /// Asks for what is there; returns the answer's text.
    pub fn get(&self, means: Means) -> Result<Body, Error> {
        let request = Request::get(&self.path).elsewhere().doing(format!("asking {}", self.host));
        self.http(means)?.read(&self.signature(), &request).map(|answer| answer.body)
    }

    /// Sends `body`, once, and closes the permit; returns the answer's text.
    pub fn post(&self, means: Means, permit: Permit, body: &Value) -> Result<Body, Error> {
        let request =
            Request::post(&self.path, body).elsewhere().doing(format!("sending to {}", self.host));
        let answer =
            self.http(means)?.write(&self.signature(), permit, &request, Repeat::UnlessSent);
        answer.map(|answer| answer.body)
    }

    fn http(&self, means: Means) -> Result<Http, Error> {
        let pace = Pace { budget: BUDGET, ..means.pace };
        Http::new(self.host.clone(), Means { pace, ..means })
    }

    fn signature(&self) -> Signature {
        let add = |signature: Signature, (name, value): &(String, String)| {
            signature.with(name.clone(), Secret::unregistered(value.as_str()))
        };
        self.headers.iter().fold(Signature::none(), add)
    }
}
