//! The client against the sandbox: what each trouble comes to for the caller, the workspace and the audit.
//!
//! The desk sets up one workspace whose clock stands still; a call's whole story is one text.

mod bulk;
mod creating;
mod guarding;
mod managing;
mod reading;
mod revoking;
mod secrets;
mod stopping;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::Client;
use super::tokens::{self, Created, NewToken, OwnRule, Revoked, Target};
use crate::auth::{Credential, Pat};
use crate::clock::{Clock, Duration as Length};
use crate::error::Error;
use crate::gate::{Gate, Grants, Mode, Origin, Place};
use crate::host::Host;
use crate::output::{Format, LogFormat, Manner, Output};
use crate::sandbox::{Options, Sandbox};
use crate::secret::Secret;
use crate::state::StateDir;
use crate::stop::Stop;
use crate::wire::{Http, Means, Pace};

const NOW: i64 = 1_795_000_000_000;

/// The waits of a test: none, but as many tries as if there were.
const PACE: Pace = Pace {
    first: Duration::ZERO,
    longest: Duration::ZERO,
    budget: Duration::from_secs(60),
    tries: 4,
    unreached_tries: 3,
    grace: Duration::from_secs(10),
};

/// A client, the sandbox it talks to, and what it leaves behind.
struct Desk {
    sandbox: Sandbox,
    client: Client,
    gate: Arc<Gate>,
    stop: Arc<Stop>,
    state: TempDir,
}

/// How a desk differs from the usual one.
struct Setup {
    mode: Mode,
    pace: Pace,
    options: Options,
    credential: Option<Box<dyn Credential>>,
    own_token_id: Option<String>,
    host: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            mode: Mode::Live,
            pace: PACE,
            options: Options { tokens: 4, now: Some(NOW), ..Options::default() },
            credential: None,
            own_token_id: None,
            host: None,
        }
    }
}

impl Desk {
    fn new(setup: Setup) -> Self {
        let sandbox = Sandbox::start(setup.options).unwrap();
        let address = &sandbox.workspaces()[0];
        let host = Host::parse(setup.host.as_deref().unwrap_or(&address.host)).unwrap();
        let credential = setup.credential.unwrap_or_else(|| pat(&address.token));
        let state = tempfile::tempdir().unwrap();
        let (stop, clock) = (Arc::<Stop>::default(), Arc::<Clock>::default());
        let manner = Manner {
            format: Format::Json,
            color: None,
            quiet: true,
            debug: false,
            log: LogFormat::Text,
        };
        let output = Arc::new(Output::new(manner, Arc::clone(&stop)));
        let gate = Gate::new(
            setup.mode,
            Grants::default(),
            Arc::clone(&clock),
            StateDir::new(state.path()),
            Arc::clone(&output),
            Arc::clone(&stop),
        );
        let gate = Arc::new(gate);
        let place = Place { profile: None, host: host.to_string(), is_sandbox: false };
        let http =
            Http::new(host, means(Arc::clone(&output), Arc::clone(&stop), clock, setup.pace));
        let http = Arc::new(http.unwrap());
        let client = Client::new(http, credential, Arc::clone(&gate), place, setup.own_token_id);
        Self { sandbox, client, gate, stop, state }
    }

    fn with_fault(fault: &str) -> Self {
        let desk = Self::new(Setup::default());
        desk.fault(fault);
        desk
    }

    fn fault(&self, fault: &str) {
        if !fault.is_empty() {
            self.sandbox.inject(fault.parse().unwrap());
        }
    }

    fn create(&self) -> Result<Created, Error> {
        let new =
            NewToken { comment: "ci".to_owned(), lifetime: Length::from_days(90), scopes: None };
        tokens::create(&self.client, &new, &Origin::default())
    }

    fn revoke(&self, token_id: &str, rule: OwnRule) -> Result<Revoked, Error> {
        let target = Target { token_id: token_id.to_owned(), comment: None };
        tokens::revoke(&self.client, &target, rule, &Origin::default())
    }

    /// Returns the id of a token that is not the credential in use.
    fn victim(&self) -> String {
        let listing = tokens::list(&self.client).unwrap();
        listing.tokens.iter().find(|token| !token.is_own()).unwrap().token_id().to_owned()
    }

    /// Returns the story so far: what came of it, what the workspace saw and did, what the audit says.
    fn story<T>(
        &self,
        result: Result<T, Error>,
        told: impl Fn(T) -> String,
        operation: &str,
    ) -> String {
        let result = match result {
            Ok(value) => told(value),
            Err(error) => brief(&error),
        };
        let (asked, done) = (self.sandbox.requests_of(operation), self.sandbox.writes().len());
        format!("{result} | asked {asked}, did {done} | {}", self.audit().join(" "))
    }

    /// Returns the whole text of an error, the same on each run.
    fn words(&self, error: &Error) -> String {
        let text = format!("{error}\n{}", error.hint().unwrap_or_default());
        mask_ids(&text.replace(&self.client.http.host().to_string(), "HOST"))
    }

    fn audit(&self) -> Vec<String> {
        let text =
            std::fs::read_to_string(self.state.path().join("audit.jsonl")).unwrap_or_default();
        let word = |line: &str| {
            serde_json::from_str::<Value>(line).unwrap()["outcome"].as_str().unwrap().to_owned()
        };
        text.lines().map(word).collect()
    }
}

/// Returns exit code and code of an error, and how many tokens it names.
fn brief(error: &Error) -> String {
    let named = match error {
        Error::OutcomeUnknown { candidates, .. } => format!(" of {}", candidates.len()),
        _ => String::new(),
    };
    format!("{} {}{named}", error.exit_code(), error.code())
}

/// Returns the means of a line on this machine.
fn means(output: Arc<Output>, stop: Arc<Stop>, clock: Arc<Clock>, pace: Pace) -> Means {
    Means { network: Arc::default(), automation: None, output, stop, clock, jobs: 8, pace }
}

fn pat(value: &str) -> Box<dyn Credential> {
    Box::new(Pat::new(Secret::new(value), "DATABRICKS_TOKEN").unwrap())
}

/// Replaces token ids and request ids, which are as long as they are dull.
fn mask_ids(text: &str) -> String {
    let mut masked = String::new();
    let is_id = |word: &str| {
        word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    };
    for word in
        text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
    {
        let end = word
            .trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
            .len();
        masked.push_str(if is_id(&word[..end]) { "ID" } else { &word[..end] });
        masked.push_str(&word[end..]);
    }
    masked
}

/// Returns an address on this machine where nobody listens.
fn nobodys_host() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
