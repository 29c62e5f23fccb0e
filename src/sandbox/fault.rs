//! Trouble made on request: which calls it meets, how often, and what it does to them. How it is
//! written is `fault_text`, how it is done `exchange`.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Trouble that a sandbox makes on request; read from text such as
/// `create:status=503,retry-after=2,times=2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was typed.
    pub(super) text: String,
    /// Which calls it meets.
    pub(super) target: Target,
    /// How many of those it still lets pass first.
    pub(super) after: u64,
    /// How many it still strikes; all if absent.
    pub(super) times: Option<u64>,
    /// What happens to them.
    pub(super) trouble: Trouble,
    /// Whether a call that gets a false answer still does its work.
    pub(super) has_effect: bool,
}

/// Which calls a fault meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// All of them.
    Any,
    /// Those of this name in the table of routes.
    Operation(String),
    /// Those with this method and beginning of the path.
    Prefix(String, String),
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is answered with this status instead.
    Status {
        /// The status.
        status: u16,
        /// The `error_code`, if it is not the usual one.
        code: Option<String>,
        /// The `Retry-After` field.
        retry_after: Option<String>,
    },
    /// It is answered with JSON that is none.
    Garbage,
    /// It is answered with a login page.
    Html,
    /// It is answered with nothing, successfully.
    Empty,
    /// It is sent elsewhere.
    Redirect(String),
    /// It is never answered.
    Hold,
    /// The connection ends before the call is made.
    CutBefore,
    /// The connection ends after the call is made, without an answer.
    CutAfter,
    /// The answer comes after this time.
    Late(Duration),
    /// The answer takes this time to drip out.
    Slow(Duration),
    /// The answer breaks off in the middle.
    Truncate,
    /// The call is made twice, as if something on the way had sent it again.
    Duplicate,
    /// What is read is as it was when the trouble was asked for.
    Stale,
    /// The token that is made lives no longer than this, whatever was asked for.
    Cap(Duration),
    /// The token that is made signs nobody in for this time.
    Unready(Duration),
    /// It is answered with more than anybody wants to read.
    Huge,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Fault {
    fn meets(&self, operation: &str, method: &str, path: &str) -> bool {
        match &self.target {
            Target::Any => true,
            Target::Operation(name) => name == operation,
            Target::Prefix(verb, start) => verb == method && path.starts_with(start),
        }
    }

    /// Counts a call it meets, and tells whether that is struck.
    fn strikes(&mut self) -> bool {
        if self.after > 0 {
            self.after -= 1;
            return false;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }
}

/// The faults that are waiting for their calls.
#[derive(Default)]
pub(super) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Adds one.
    pub(super) fn add(&self, fault: Fault) {
        self.lock().push(fault);
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    /// Lists those still waiting, as typed.
    pub(super) fn list(&self) -> Vec<String> {
        self.lock().iter().map(Fault::to_string).collect()
    }

    /// Gives the fault that strikes a call: the first to meet it that has let enough pass.
    pub(super) fn draw(&self, operation: &str, method: &str, path: &str) -> Option<Fault> {
        let mut faults = self.lock();
        let mut struck = None;
        for fault in faults.iter_mut().filter(|fault| fault.meets(operation, method, path)) {
            if (struck.is_none() || fault.after > 0) && fault.strikes() {
                struck = Some(fault.clone());
            }
        }
        faults.retain(|fault| fault.times != Some(0));
        struck
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
