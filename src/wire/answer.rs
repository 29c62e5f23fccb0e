//! A usable answer: a success with the API's JSON in it. What it means is `api`'s.

use crate::clock::Time;
use crate::error::Error;
use crate::token::Body;

/// What the workspace answered; not `Debug`, because a body can hold a secret.
#[derive(Clone)]
pub struct Answer {
    /// The JSON as it was sent.
    pub body: Body,
    /// When the workspace said so: its `Date`, or now where it sent none.
    pub seen: Time,
    /// The server's id of the request.
    pub request_id: Option<String>,
    pub(super) call: String,
    pub(super) host: String,
}

impl Answer {
    /// Returns the error that says that this is something else than what this call answers.
    pub fn unusable(&self, found: &str) -> Error {
        Error::Answer { call: self.call.clone(), host: self.host.clone(), found: found.to_owned() }
    }

    /// Returns the error that says that the JSON is not what this call answers, because of `reason`.
    pub fn malformed(&self, reason: &serde_json::Error) -> Error {
        Error::Answer {
            call: self.call.clone(),
            host: self.host.clone(),
            found: reason.to_string(),
        }
    }
}
