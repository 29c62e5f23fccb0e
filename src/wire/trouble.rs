//! What went wrong with one try: whether it may have had its effect, whether another try is right, and the error in the
//! end.

use std::sync::Arc;
use std::time::Duration;

use super::Repeat;
use super::answer::Answer;
use super::exchange::Loss;
use super::reason::{self, Obstacle, Prospect};
use super::request::Request;
use crate::clock::Time;
use crate::error::{ApiFailure, Error};
use crate::gate::Outcome;
use crate::host::Host;

/// One try without a usable answer.
pub enum Trouble {
    /// The run is ending.
    Stopped { error: Error, is_sent: bool },
    /// No complete reply came.
    Lost { obstacle: Obstacle, prospect: Prospect, is_sent: bool },
    /// A success whose body is not the API's.
    Unreadable { found: String },
    /// The workspace sends the request elsewhere.
    Redirected { location: String },
    /// The workspace says no.
    Refused { failure: Box<ApiFailure>, retry_after: Option<Duration>, seen: Time },
}

/// The last try of a call, and what the ones before it leave open.
pub struct Ending {
    pub trouble: Trouble,
    pub tries: u32,
    /// Whether some try may have had its effect.
    pub is_open: bool,
}

impl Trouble {
    /// Names what `loss` means.
    pub fn from_loss(loss: &Loss) -> Self {
        let obstacle = reason::name(&loss.error);
        match reason::judge(&loss.error) {
            Prospect::Strange => Self::Unreadable { found: obstacle.reason().to_owned() },
            prospect => Self::Lost { obstacle, prospect, is_sent: loss.is_sent },
        }
    }

    /// Returns whether the request may have had its effect all the same.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Stopped { is_sent, .. } | Self::Lost { is_sent, .. } => *is_sent,
            Self::Unreadable { .. } => true,
            Self::Redirected { .. } => false,
            Self::Refused { failure, .. } => failure.status >= 500 && !is_quota(failure),
        }
    }

    /// Returns whether another try can help, and can do no harm.
    pub fn is_worth_repeating(&self, repeat: Repeat) -> bool {
        if repeat == Repeat::Never {
            return false;
        }
        match self {
            Self::Lost { prospect, is_sent, .. } => {
                *prospect != Prospect::Hopeless && (repeat == Repeat::Always || !is_sent)
            }
            Self::Refused { failure, .. } => {
                is_passing(failure) && (repeat == Repeat::Always || failure.status == 429)
            }
            Self::Stopped { .. } | Self::Unreadable { .. } | Self::Redirected { .. } => false,
        }
    }

    /// Returns whether the workspace says that it was too much, and that it will bear more soon.
    pub fn is_too_much(&self) -> bool {
        match self {
            Self::Refused { failure, retry_after, .. } => {
                is_passing(failure) && (failure.status == 429 || retry_after.is_some())
            }
            _ => false,
        }
    }

    /// Returns whether nobody was there at all.
    pub fn is_unreached(&self) -> bool {
        matches!(self, Self::Lost { prospect: Prospect::Unreached, .. })
    }

    /// Returns how long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns the trouble in a few words, for a note.
    pub fn brief(&self) -> String {
        match self {
            Self::Stopped { error, .. } => error.to_string(),
            Self::Lost { obstacle, .. } => obstacle.reason().to_owned(),
            Self::Unreadable { found } => format!("it answered with {found}"),
            Self::Redirected { location } => format!("it redirects to {location}"),
            Self::Refused { failure, .. } => format!("{} {}", failure.status, failure.code),
        }
    }
}

/// Returns whether the workspace can be expected to say something else soon.
fn is_passing(failure: &ApiFailure) -> bool {
    matches!(failure.status, 429 | 502 | 503 | 504) && !is_quota(failure)
}

/// Returns whether a quota is used up, which no waiting changes, whatever the status says.
fn is_quota(failure: &ApiFailure) -> bool {
    failure.code == "QUOTA_EXCEEDED"
}

impl Ending {
    /// Returns the error of a call that only reads.
    pub fn error(self, request: &Request, host: &Host) -> Error {
        let (call, host, tries) = (request.call(), host.to_string(), self.tries);
        match self.trouble {
            Trouble::Stopped { error, .. } => error,
            Trouble::Lost { obstacle, .. } => match obstacle {
                Obstacle::Network { reason, cure } => {
                    Error::Unreachable { host, reason, tries, cure }
                }
                Obstacle::Certificate { reason, cure } => Error::Untrusted { host, reason, cure },
                Obstacle::Proxy { reason } => Error::ProxyRefused { host, reason },
            },
            Trouble::Unreadable { found } => Error::Answer { call, host, found },
            Trouble::Redirected { location } if request.is_elsewhere() => {
                Error::SentElsewhere { call, host, location }
            }
            Trouble::Redirected { location } => Error::Redirected { call, host, location },
            Trouble::Refused { failure, retry_after, .. } if is_passing(&failure) => {
                Error::Overloaded {
                    host,
                    failure,
                    tries,
                    retry_after: retry_after.map(|wait| wait.as_secs()),
                }
            }
            Trouble::Refused { failure, .. } => Error::Api(failure),
        }
    }

    /// Returns what a call that writes comes to, and what the audit says of it.
    pub fn settle(
        self,
        request: &Request,
        host: &Host,
        repeat: Repeat,
    ) -> (Result<Answer, Error>, Outcome) {
        let is_open = self.is_open;
        let request_id = self.request_id();
        if is_open && self.is_unknown(repeat) {
            return (Err(self.unknown(request, repeat)), Outcome::Unknown);
        }
        let seen = self.seen();
        let error = self.error(request, host);
        match seen {
            // What an earlier try may have done and now is done was done by it.
            Some(seen) if is_open && error.is_gone() => {
                let answer = Answer {
                    body: Arc::new("{}".to_owned()),
                    seen,
                    request_id: request_id.clone(),
                    call: request.call(),
                    host: host.to_string(),
                };
                (Ok(answer), Outcome::Done { made: None, request_id })
            }
            Some(_) if error.is_gone() => (Err(error), Outcome::AlreadyGone { request_id }),
            _ if is_open => (Err(error), Outcome::Unknown),
            _ => {
                let code = error.code().to_owned();
                (Err(error), Outcome::Refused { code, request_id })
            }
        }
    }

    /// Returns whether an open call ended without an answer that says what to do next.
    fn is_unknown(&self, repeat: Repeat) -> bool {
        match self.trouble {
            Trouble::Lost { .. } | Trouble::Unreadable { .. } => true,
            Trouble::Refused { ref failure, .. } => {
                repeat != Repeat::Always || (failure.status >= 500 && !is_passing(failure))
            }
            Trouble::Stopped { .. } | Trouble::Redirected { .. } => false,
        }
    }

    fn unknown(self, request: &Request, repeat: Repeat) -> Error {
        let reason = match self.trouble {
            Trouble::Refused { failure, .. } => failure.to_string(),
            other => other.brief(),
        };
        let is_repeatable = repeat == Repeat::Always;
        Error::OutcomeUnknown {
            what: request.purpose(),
            reason,
            candidates: Vec::new(),
            is_repeatable,
        }
    }

    fn request_id(&self) -> Option<String> {
        match &self.trouble {
            Trouble::Refused { failure, .. } => failure.request_id.clone(),
            _ => None,
        }
    }

    fn seen(&self) -> Option<Time> {
        match self.trouble {
            Trouble::Refused { seen, .. } => Some(seen),
            _ => None,
        }
    }
}
