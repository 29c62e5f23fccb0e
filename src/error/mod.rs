//! Everything that can go wrong, as data: what failed, on what, what to do next, and the exit code.
//!
//! Variants carry data; the English is here and nowhere else, but for the server's own words, which are kept. Secrets
//! are struck out before text gets here (`wire`) and where it is printed (`output`).

mod code;
pub mod exit;
mod hint;
mod rotation;
mod revocations;

use std::fmt;
use std::path::PathBuf;

use thiserror::Error as Words;

pub use revocations::Revocations;
pub use rotation::RotationTrouble;

/// An answer of the workspace that is not a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiFailure {
    /// The HTTP status.
    pub status: u16,
    /// The API's `error_code`, or the status's usual one where it gave none.
    pub code: String,
    /// The server's own words.
    pub message: String,
    /// The server's id of this request, to quote to support.
    pub request_id: Option<String>,
    /// What was called: `POST /api/2.0/token/create`.
    pub call: String,
    /// The workspace that answered.
    pub host: String,
}

impl fmt::Display for ApiFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} answered {} {}: {}",
            self.call, self.status, self.code, self.message
        )?;
        match &self.request_id {
            Some(id) => write!(formatter, " (request id {id})"),
            None => Ok(()),
        }
    }
}

/// Where a script stopped, drawn for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFailure {
    /// The source lines with carets and the call trail, ready to print.
    pub report: String,
    /// What was thrown, as `report` does not repeat it.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The exit code of what was thrown.
    pub exit_code: u8,
}

/// What can go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Words)]
pub enum Error {
    /// The workspace answered with an error.
    #[error("{0}")]
    Api(Box<ApiFailure>),

    /// An answer was not what this API sends.
    #[error("{call} on {host} did not answer with the API's JSON: {found}")]
    Answer { call: String, host: String, found: String },

    /// The audit log cannot be written, so nothing is changed.
    #[error("the audit log {} cannot be written: {reason}", path.display())]
    Audit { path: PathBuf, reason: String },

    /// Text that is no length of time.
    #[error("`{text}` is not a duration")]
    BadDuration { text: String },

    /// A request the API would refuse, told before it is sent.
    #[error("{problem}")]
    BadRequest { problem: String },

    /// Text that is no instant.
    #[error("`{text}` is not a time")]
    BadTime { text: String },

    /// The command line contradicts itself or misses something.
    #[error("{problem}")]
    Usage { problem: String, hint: Option<String> },

    /// The profile file cannot be understood.
    #[error("{} is not a valid profile file: {reason}", path.display())]
    ConfigMalformed { path: PathBuf, reason: String },

    /// The profile file that was named is not there.
    #[error("there is no profile file {}", path.display())]
    ConfigMissing { path: PathBuf },

    /// A file with certificates or a key that cannot be used.
    #[error("{} (from {source_name}) cannot be used: {reason}", path.display())]
    CertificateFile { path: PathBuf, source_name: String, reason: String },

    /// A program that was to hand out a credential did not.
    #[error("`{program}` {reason}")]
    Command { program: String, reason: String },

    /// A program that was run as an effect failed.
    #[error("`{program}` {reason}")]
    CommandFailed { program: String, reason: String },

    /// Two ways to sign in were given at once.
    #[error("more than one way to sign in is configured: {}", found.join(" and "))]
    CredentialAmbiguous { found: Vec<String> },

    /// A credential that no request can carry.
    #[error(
        "the credential from {source_name} is malformed: it is empty or holds a character that does not belong there"
    )]
    CredentialMalformed { source_name: String },

    /// A way to sign in lacks something.
    #[error("{auth_type} for {place} lacks {}", lacks.join(" and "))]
    CredentialIncomplete { auth_type: String, place: String, lacks: Vec<String> },

    /// Nothing to sign in with.
    #[error("no credential for {place}: found {}", if found.is_empty() { "nothing".to_owned() } else { found.join(", ") })]
    CredentialMissing { place: String, found: Vec<String> },

    /// A way to sign in that does not exist, or not here.
    #[error("auth_type `{auth_type}` (from {source_name}) is not {}", if *is_known { "supported" } else { "known" })]
    CredentialUnsupported { auth_type: String, source_name: String, is_known: bool },

    /// The workspace does not accept the credential.
    #[error("{host} refuses the credential from {source_name}: {failure}")]
    CredentialRefused { host: String, source_name: String, failure: Box<ApiFailure> },

    /// A secret would go to a host it does not belong to.
    #[error(
        "the credential from {source_name} belongs to {owner}, not to {host} (from {host_source})"
    )]
    CredentialForeign { source_name: String, owner: String, host: String, host_source: String },

    /// A secret would travel unencrypted.
    #[error("{host} is plain http: the credential would be readable on the way")]
    CredentialExposed { host: String },

    /// A person said no to a revocation.
    #[error("not revoked, and nothing further is done: the answer was not yes")]
    Declined,

    /// The script called `exit(n)`.
    #[error("exit({code})")]
    Exit { code: u8 },

    /// Some of several workspaces failed, the gravest with this exit code.
    #[error("{failed} of {total} workspaces failed")]
    Fleet { failed: usize, total: usize, code: u8 },

    /// A host that is no address of a workspace.
    #[error("`{text}` (from {source_name}) is not a workspace's address: {reason}")]
    HostInvalid { text: String, source_name: String, reason: String },

    /// No workspace was named.
    #[error("no workspace: there is no host in {looked}")]
    HostMissing { looked: String },

    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,

    /// A permission that the command line did not give; beside it what the script's header asks for.
    #[error("{action} needs a permission that this run does not have")]
    NotGranted { action: String, flag: String, asked_for: Vec<String> },

    /// A write where none is allowed.
    #[error("{because} forbids every write, so also to {what}")]
    ReadOnly { what: String, because: &'static str },

    /// More tokens than a command may revoke or create without a word.
    #[error(
        "{doing} {} would be more than this command may: {} of {limit} left ({basis})",
        tokens(*wanted), limit.saturating_sub(*done)
    )]
    BrakeReached {
        doing: &'static str,
        wanted: usize,
        done: usize,
        limit: usize,
        basis: String,
        flag: &'static str,
    },

    /// A file or stream that cannot be read or written.
    #[error("cannot {action} {subject}: {reason}")]
    Io { action: &'static str, subject: String, reason: String },

    /// The request may or may not have had its effect.
    #[error("{what}: whether it happened is unknown ({reason}){}", found(candidates))]
    OutcomeUnknown { what: String, reason: String, candidates: Vec<String>, is_repeatable: bool },

    /// A script needs more memory than it may have.
    #[error("the script takes more than the {limit} of memory that it may")]
    OutOfMemory { limit: String },

    /// The file of figures cannot be written.
    #[error("the metrics file {} cannot be written: {reason}", path.display())]
    Metrics { path: PathBuf, reason: String },

    /// Nobody reads the output any more.
    #[error("the reader of the output has gone")]
    OutputClosed,

    /// The workspace is overloaded, or asks for more patience than a run has.
    #[error("{host} is overloaded: {failure}{}", after(*tries))]
    Overloaded { host: String, failure: Box<ApiFailure>, tries: u32, retry_after: Option<u64> },

    /// The token that the run itself signs in with would be revoked.
    #[error("token {token_id} is the credential in use: revoking it would lock this run out")]
    OwnToken { token_id: String },

    /// A script revokes with a token whose own id cannot be told.
    #[error(
        "the id of the token signed in with cannot be told, so a script may not revoke: it could revoke itself"
    )]
    OwnTokenUnknown,

    /// Of many tokens to be revoked, some were not.
    #[error("{0}")]
    Partial(Box<Revocations>),

    /// Scripts have mistakes that can be seen without running them.
    #[error("{} in the script", if mistakes.len() == 1 { "a mistake" } else { "mistakes" })]
    Mistakes { mistakes: Vec<ScriptFailure> },

    /// A plan that may not be carried out as it stands.
    #[error("the plan {} is not applied: {problem}", path.display())]
    PlanRefused { path: PathBuf, problem: String },

    /// Tokens that are no longer what a plan says of them.
    #[error(
        "left alone, because the plan says something else of {}: {}",
        if token_ids.len() == 1 { "it" } else { "them" }, token_ids.join(", ")
    )]
    PlanOutdated { token_ids: Vec<String> },

    /// A proxy that is no proxy's address.
    #[error("the proxy in {source_name} cannot be used: {reason}")]
    ProxyInvalid { source_name: String, reason: String },

    /// A proxy that does not let a connection through.
    #[error("the proxy does not let {host} through: {reason}")]
    ProxyRefused { host: String, reason: String },

    /// A profile that the file does not have.
    #[error("{} has no profile `{name}`", path.display())]
    ProfileMissing { name: String, path: PathBuf, known: Vec<String> },

    /// The workspace sent the request elsewhere; the credential does not follow.
    #[error("{call} on {host} was redirected to {location}, and a credential follows no redirect")]
    Redirected { call: String, host: String, location: String },

    /// A host that is no workspace sent the request elsewhere, where nobody may have allowed it to go.
    #[error("{call} on {host} was redirected to {location}, and no redirect is followed")]
    SentElsewhere { call: String, host: String, location: String },

    /// A rotation does not go on.
    #[error("slot {slot}: {trouble}")]
    Rotation { slot: String, trouble: Box<RotationTrouble> },

    /// Another run holds a lock.
    #[error("another run holds the lock of {what}")]
    Locked { what: String },

    /// The sandbox did not start.
    #[error("the sandbox cannot start: {reason}")]
    Sandbox { reason: String },

    /// A script stopped, or did not compile.
    #[error("{}", .0.message)]
    Script(Box<ScriptFailure>),

    /// A script that cannot be loaded.
    #[error("cannot load the script {name}: {reason}")]
    ScriptLoad { name: String, reason: String, hint: Option<String> },

    /// A value that its setting cannot have.
    #[error("{name} is `{text}` (from {source_name}): {reason}")]
    SettingInvalid { name: &'static str, text: String, source_name: String, reason: String },

    /// Signing in did not work.
    #[error("cannot sign in by {auth_type} with the credential from {source_name}: {cause}")]
    SignIn { auth_type: &'static str, source_name: String, cause: Box<Error> },

    /// SIGTERM.
    #[error("terminated")]
    Terminated,

    /// `--timeout` was reached.
    #[error("the time limit of {limit} was reached")]
    TimedOut { limit: String },

    /// A token id or prefix that names no single token.
    #[error("`{text}` {}", if candidates.is_empty() { "names no token in the list" } else { "names more than one token" })]
    TokenAmbiguous { text: String, candidates: Vec<String> },

    /// No connection, or none that lasted.
    #[error("cannot reach {host}: {reason}{}", after(*tries))]
    Unreachable { host: String, reason: String, tries: u32, cure: &'static str },

    /// The server's certificate is not to be trusted, or it does not trust ours.
    #[error("no trusted connection to {host}: {reason}")]
    Untrusted { host: String, reason: String, cure: &'static str },

    /// A name that does not exist, with the nearest that does.
    #[error("no {kind} is called `{name}`")]
    UnknownName { kind: &'static str, name: String, close: Option<String> },

    /// A token was made whose value nobody has seen.
    #[error("the value of token {} reached no one", token_ids.join(", "))]
    ValueLost { token_ids: Vec<String> },
}

fn found(candidates: &[String]) -> String {
    match candidates {
        [] => String::new(),
        ids => format!("; tokens with that comment that appeared meanwhile: {}", ids.join(", ")),
    }
}

fn tokens(count: usize) -> String {
    if count == 1 { "1 more token".to_owned() } else { format!("{count} more tokens") }
}

fn after(tries: u32) -> String {
    match tries {
        0 | 1 => String::new(),
        tries => format!(", after {tries} tries"),
    }
}

impl Error {
    /// Returns the workspace's answer behind this error, if there was one.
    pub fn api(&self) -> Option<&ApiFailure> {
        match self {
            Self::Api(failure)
            | Self::CredentialRefused { failure, .. }
            | Self::Overloaded { failure, .. } => Some(failure),
            Self::SignIn { cause, .. } => cause.api(),
            Self::Partial(report) => report.cause().and_then(Self::api),
            _ => None,
        }
    }

    /// Returns whether what was to be removed is gone already.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Api(failure)
            if matches!(failure.code.as_str(), "RESOURCE_DOES_NOT_EXIST" | "NOT_FOUND"))
    }

    /// Returns whether a script may catch this: what the gate refuses or what ends the run, it may not.
    pub fn is_catchable(&self) -> bool {
        !matches!(
            self.exit_code(),
            exit::REFUSED
                | exit::TIMEOUT
                | exit::INTERRUPTED
                | exit::OUTPUT_CLOSED
                | exit::TERMINATED
        ) && !matches!(self, Self::Exit { .. } | Self::OutOfMemory { .. } | Self::Usage { .. })
    }

    /// Returns whether a person should read about this: not of an exit code that was asked for, nor of a reader gone.
    pub fn is_worth_telling(&self) -> bool {
        !matches!(self, Self::Exit { .. } | Self::OutputClosed)
    }

    /// Wraps an I/O error with what was being done to what.
    pub fn io(action: &'static str, subject: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::Io { action, subject: subject.to_string(), reason: reason(error) }
    }
}

/// Returns the system's own words for `error`, without the number.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if !letters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => words.to_owned(),
    }
}
