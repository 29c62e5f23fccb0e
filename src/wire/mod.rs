//! HTTP with one workspace: limits, retries, and an honest word on what a lost answer leaves open.
//!
//! The only place that knows the HTTP client. What the calls mean is `api`'s; what a write may do was decided by `gate`,
//! whose permit it takes and closes.

mod agent;
mod answer;
mod certificate;
mod elsewhere;
mod exchange;
mod failure;
mod flow;
mod form;
mod judge;
mod line;
mod lookup;
mod means;
mod proxy;
mod reason;
mod request;
mod retry;
mod sent;
mod signature;
mod throttle;
mod tls;
mod trouble;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crate::clock::Time;
use crate::error::Error;
use crate::gate::{Outcome, Permit};
use crate::host::Host;
use crate::output::Output;
use crate::stop::Stop;

pub use answer::Answer;
pub use elsewhere::Message;
use exchange::{Loss, Reply};
pub use failure::is_credential_refusal;
pub use form::encode;
use line::Line;
pub use means::Means;
pub use request::Request;
pub use retry::Pace;
use retry::{Patience, in_seconds};
pub use signature::Signature;
use throttle::Throttle;
pub use throttle::Turn;
use trouble::{Ending, Trouble};

/// When a write may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Whenever it helps: doing it twice is doing it once.
    Always,
    /// Only if it surely had no effect: it never left, or the workspace said that it was too much (429).
    UnlessSent,
    /// Never: whoever asks remembers that it did, and looks at what came of it before asking again.
    Never,
}

/// The way to one workspace.
pub struct Http {
    host: Host,
    line: Line,
    means: Means,
    throttle: Arc<Throttle>,
    is_clock_warned: AtomicBool,
    /// Whether the other side says that it is the sandbox; unknown before the first answer.
    is_sandbox: OnceLock<bool>,
}

impl Http {
    /// Prepares the way to `host`; nothing is sent yet. Refuses a host where a credential could be read on the way.
    pub fn new(host: Host, means: Means) -> Result<Self, Error> {
        if !host.is_safe() {
            return Err(Error::CredentialExposed { host: host.to_string() });
        }
        Ok(Self::reach(host, means))
    }

    /// Prepares the way to the cloud's metadata service, which speaks plain http to the machine that it is in.
    pub fn to_metadata_service(means: Means) -> Self {
        Self::reach(Host::metadata_service(), means)
    }

    fn reach(host: Host, means: Means) -> Self {
        let line = Line::new(host.clone(), means.clone());
        let throttle = Throttle::new(means.jobs, means.pace, Arc::clone(&means.stop));
        Self {
            host,
            line,
            means,
            throttle,
            is_clock_warned: AtomicBool::new(false),
            is_sandbox: OnceLock::new(),
        }
    }

    /// Returns the workspace's address.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Returns where things are said.
    pub fn output(&self) -> &Output {
        &self.means.output
    }

    /// Returns what ends the run.
    pub fn stop(&self) -> &Stop {
        &self.means.stop
    }

    /// Returns how many requests may be on their way at once.
    pub fn jobs(&self) -> usize {
        self.means.jobs
    }

    /// Returns whether the other side is a sandbox, as far as answers have told: only this machine's own word counts.
    pub fn is_sandbox(&self) -> Option<bool> {
        if self.host.is_loopback() { self.is_sandbox.get().copied() } else { Some(false) }
    }

    /// Returns how many writes have begun to leave so far.
    pub fn departures(&self) -> usize {
        self.line.departures()
    }

    /// Sends a request that changes nothing, again if that can help; `signature` says who asks.
    pub fn read(&self, signature: &Signature, request: &Request) -> Result<Answer, Error> {
        self.converse(signature, request, Repeat::Always, None)
            .map_err(|ending| ending.error(request, &self.host))
    }

    /// Sends a request that changes something, again as `repeat` says, and closes the permit with what came of it.
    ///
    /// `Error::OutcomeUnknown` says that nobody knows whether it happened.
    pub fn write(
        &self,
        signature: &Signature,
        permit: Permit,
        request: &Request,
        repeat: Repeat,
    ) -> Result<Answer, Error> {
        let came = self.converse(signature, request, repeat, None);
        let (result, outcome) = self.settle(came, request, repeat);
        permit.close(&outcome);
        result
    }

    /// Prepares for many writes at once.
    pub fn begin_many(&self) {
        self.throttle.begin();
    }

    /// Waits for the turn of one of many requests, which lasts until the result is dropped; none if the run is ending, or
    /// the workspace asks for more patience than there is.
    pub fn take_turn(&self) -> Option<Turn<'_>> {
        self.throttle.enter()
    }

    /// Sends one of many requests that change something and do no harm twice, in its turn. Where the credential is refused
    /// the permit stays, for another try with a newer one.
    pub fn write_in_turn(
        &self,
        turn: &mut Turn<'_>,
        signature: &Signature,
        permit: &mut Option<Permit>,
        request: &Request,
    ) -> Result<Answer, Error> {
        let came = self.converse(signature, request, Repeat::Always, Some(turn));
        let (result, outcome) = self.settle(came, request, Repeat::Always);
        let is_refused =
            matches!(&result, Err(Error::Api(failure)) if is_credential_refusal(failure));
        if let Some(permit) = permit.take_if(|_| !is_refused) {
            permit.close(&outcome);
        }
        result
    }

    fn settle(
        &self,
        came: Result<Answer, Ending>,
        request: &Request,
        repeat: Repeat,
    ) -> (Result<Answer, Error>, Outcome) {
        match came {
            Ok(answer) => {
                let made =
                    request.naming.and_then(|pointer| judge::find_text(&answer.body, pointer));
                let request_id = answer.request_id.clone();
                (Ok(answer), Outcome::Done { made, request_id })
            }
            Err(ending) => {
                self.warn_if_left_open(&ending, request);
                ending.settle(request, &self.host, repeat)
            }
        }
    }

    /// Tells, where the run's end hides it, that a write was cut on its way.
    fn warn_if_left_open(&self, ending: &Ending, request: &Request) {
        if ending.is_open && matches!(ending.trouble, Trouble::Stopped { .. }) {
            self.means.output.warn(&format!(
                "{}: cut on its way, so whether it happened is unknown",
                request.purpose()
            ));
        }
    }

    /// Tries until there is an answer, a reason not to try again, or no patience left; for one of many, each try waits for
    /// its turn, and what was too much is not its own trouble.
    fn converse(
        &self,
        signature: &Signature,
        request: &Request,
        repeat: Repeat,
        mut turn: Option<&mut Turn<'_>>,
    ) -> Result<Answer, Ending> {
        let mut patience = Patience::new(self.means.pace);
        let mut is_open = false;
        loop {
            patience.count();
            let trouble = match self.attempt(signature, request, repeat) {
                Ok(answer) => {
                    if let Some(turn) = &mut turn {
                        turn.succeed();
                    }
                    return Ok(answer);
                }
                Err(trouble) => trouble,
            };
            is_open |= trouble.may_have_happened();
            if let Err(trouble) = self.wait(trouble, &patience, repeat, turn.as_deref_mut()) {
                return Err(Ending { trouble, tries: patience.tries(), is_open });
            }
        }
    }

    /// Waits for the next try, or returns the trouble that there is to be none for.
    fn wait(
        &self,
        trouble: Trouble,
        patience: &Patience,
        repeat: Repeat,
        turn: Option<&mut Turn<'_>>,
    ) -> Result<(), Trouble> {
        let stopped = |error| Trouble::Stopped { error, is_sent: false };
        if let Some(turn) = turn
            && let Some(is_patient) = turn.heed(&trouble)
        {
            self.means.output.debug(|| format!("{}: {}", self.host, trouble.brief()));
            if is_patient && turn.again() {
                return Ok(());
            }
            return Err(self.means.stop.check().map_or_else(stopped, |()| trouble));
        }
        if !trouble.is_worth_repeating(repeat) {
            return Err(trouble);
        }
        let Some(wait) = patience.next_wait(trouble.is_unreached(), trouble.retry_after()) else {
            return Err(trouble);
        };
        let when = if wait.is_zero() { String::new() } else { format!(" in {}", in_seconds(wait)) };
        self.means.output.note(&format!("{}: {}; trying again{when}", self.host, trouble.brief()));
        self.means.output.activity().begin_wait(wait, trouble.retry_after().is_some());
        let waited = self.means.stop.sleep(wait);
        self.means.output.activity().end_wait();
        waited.map_err(stopped)
    }

    /// Sends the request once.
    fn attempt(
        &self,
        signature: &Signature,
        request: &Request,
        repeat: Repeat,
    ) -> Result<Answer, Trouble> {
        let seat = self.line.enter().map_err(|error| Trouble::Stopped { error, is_sent: false })?;
        let begun = Instant::now();
        let from = self.means.automation;
        let result = exchange::send(&seat, &self.host, from, signature, request, repeat);
        drop(seat);
        self.means.output.activity().count_request();
        self.trace(request, begun, &result);
        match result {
            Ok(reply) => {
                let seen = self.learn_time(&reply);
                judge::judge(reply, request, &self.host, seen)
            }
            Err(loss) => match self.means.stop.check() {
                Ok(()) => Err(Trouble::from_loss(&loss)),
                Err(error) => Err(Trouble::Stopped { error, is_sent: loss.is_sent }),
            },
        }
    }

    /// Takes over the workspace's time, and tells once if this machine's is far from it.
    fn learn_time(&self, reply: &Reply) -> Time {
        let is_sandbox =
            *self.is_sandbox.get_or_init(|| reply.header("server") == Some("patroll-sandbox"));
        let Some(seen) = reply.header("date").and_then(Time::parse_http) else {
            return self.means.clock.now();
        };
        if let Some(offset) = self.means.clock.learn(seen) {
            // A sandbox's clock is set on purpose.
            let is_sandbox = is_sandbox && self.host.is_loopback();
            if !is_sandbox && !self.is_clock_warned.swap(true, Ordering::Relaxed) {
                let (length, side) = if offset.ms() < 0 {
                    (offset.negated(), "ahead of")
                } else {
                    (offset, "behind")
                };
                self.means.output.warn(&format!(
                    "this machine's clock is {length} {side} that of {}; times here follow the workspace",
                    self.host
                ));
            }
        }
        seen
    }

    /// Tells `--debug` about a try: neither headers nor bodies, which hold secrets.
    fn trace(&self, request: &Request, begun: Instant, result: &Result<Reply, Loss>) {
        self.means.output.debug(|| {
            let (call, length) = (request.call(), begun.elapsed().as_millis());
            match result {
                Ok(reply) => {
                    let id = reply.header("x-request-id").unwrap_or("none");
                    let (status, size) = (reply.status, reply.body.len());
                    format!("{call}: {status} in {length} ms, {size} bytes, request id {id}")
                }
                Err(loss) => {
                    format!("{call}: failed after {length} ms: {}", reason::chain(&loss.error))
                }
            }
        });
    }
}
