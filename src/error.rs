//! Everything that can go wrong, as data: what failed, on what, what to do next, and the exit code.
//!
//! Variants carry data; the English is here and nowhere else, but for the server's own words, which are kept. Secrets
//! are struck out before text gets here (`wire`) and where it is printed (`output`).

use std::fmt;
use std::path::PathBuf;

use thiserror::Error as Words;

/// Exit codes, as README.md lists them.
pub mod exit {
    /// Done, or nothing was due.
    pub const DONE: u8 = 0;
    /// Something failed, or the script threw.
    pub const FAILED: u8 = 1;
    /// Wrong usage, or the script does not compile.
    pub const USAGE: u8 = 2;
    /// A credential is missing or refused.
    pub const CREDENTIAL: u8 = 3;
    /// The workspace is unreachable, timed out or overloaded, after retries.
    pub const UNREACHABLE: u8 = 4;
    /// The gate refused.
    pub const REFUSED: u8 = 5;
    /// What happened is unknown.
    pub const UNKNOWN: u8 = 6;
    /// `--timeout` was reached.
    pub const TIMEOUT: u8 = 124;
    /// Interrupted by Ctrl-C.
    pub const INTERRUPTED: u8 = 130;
    /// Nobody reads the output any more, as a shell shows SIGPIPE.
    pub const OUTPUT_CLOSED: u8 = 141;
    /// Terminated by SIGTERM.
    pub const TERMINATED: u8 = 143;
}

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

    /// Two ways to sign in were given at once.
    #[error("more than one way to sign in is configured: {}", found.join(" and "))]
    CredentialAmbiguous { found: Vec<String> },

    /// A credential that no request can carry.
    #[error(
        "the credential from {source_name} is malformed: it is empty or holds a character that does not belong there"
    )]
    CredentialMalformed { source_name: String },

    /// Nothing to sign in with.
    #[error("no credential for {place}{}", looked.as_ref().map(|at| format!(" in {at}")).unwrap_or_default())]
    CredentialMissing { place: String, looked: Option<String> },

    /// A way to sign in that this version does not know yet.
    #[error("auth_type `{auth_type}` (from {source_name}) cannot sign in yet")]
    CredentialNotYet { auth_type: String, source_name: String },

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

    /// The script called `exit(n)`.
    #[error("exit({code})")]
    Exit { code: u8 },

    /// A host that is no address of a workspace.
    #[error("`{text}` (from {source_name}) is not a workspace's address: {reason}")]
    HostInvalid { text: String, source_name: String, reason: String },

    /// No workspace was named.
    #[error("no workspace: there is no host in {looked}")]
    HostMissing { looked: String },

    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,

    /// A permission that the command line did not give.
    #[error("{action} needs a permission that this run does not have")]
    NotGranted { action: String, flag: String },

    /// A file or stream that cannot be read or written.
    #[error("cannot {action} {subject}: {reason}")]
    Io { action: &'static str, subject: String, reason: String },

    /// The request may or may not have had its effect.
    #[error("{what}: whether it happened is unknown ({reason}){}", found(candidates))]
    OutcomeUnknown { what: String, reason: String, candidates: Vec<String>, is_repeatable: bool },

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

    /// Scripts have mistakes that can be seen without running them.
    #[error("{} in the script", if mistakes.len() == 1 { "a mistake" } else { "mistakes" })]
    Mistakes { mistakes: Vec<ScriptFailure> },

    /// A profile that the file does not have.
    #[error("{} has no profile `{name}`", path.display())]
    ProfileMissing { name: String, path: PathBuf, known: Vec<String> },

    /// The workspace sent the request elsewhere; the credential does not follow.
    #[error("{call} on {host} was redirected to {location}, and a credential follows no redirect")]
    Redirected { call: String, host: String, location: String },

    /// The sandbox did not start.
    #[error("the sandbox cannot start: {reason}")]
    Sandbox { reason: String },

    /// A script stopped, or did not compile.
    #[error("{}", .0.message)]
    Script(Box<ScriptFailure>),

    /// A script that cannot be loaded.
    #[error("cannot load the script {name}: {reason}")]
    ScriptLoad { name: String, reason: String, hint: Option<String> },

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
    Unreachable { host: String, reason: String, tries: u32 },

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

fn after(tries: u32) -> String {
    match tries {
        0 | 1 => String::new(),
        tries => format!(", after {tries} tries"),
    }
}

impl Error {
    /// Returns what to type or look at next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Api(failure) => return api_hint(failure),
            Self::Answer { .. } => {
                "is this the address of a workspace? A proxy or a login page may be answering".to_owned()
            }
            Self::Audit { .. } => {
                "what cannot be audited is not done; make it writable, or name another folder with --state-dir".to_owned()
            }
            Self::BadDuration { .. } => "write 90d, 36h, 2w or 1h30m".to_owned(),
            Self::BadTime { .. } => "write 2026-11-23T00:00Z, 2026-11-23 or never".to_owned(),
            Self::Usage { hint, .. } | Self::ScriptLoad { hint, .. } => return hint.clone(),
            Self::ConfigMalformed { .. } => {
                "a profile is a line `[NAME]` and lines `key = value` below it".to_owned()
            }
            Self::CredentialAmbiguous { .. } => {
                "remove one, or say which with `auth_type` (DATABRICKS_AUTH_TYPE)".to_owned()
            }
            Self::CredentialMalformed { .. } => {
                "copy it again; a line break or a quotation mark may have come along".to_owned()
            }
            Self::CredentialMissing { .. } => {
                "set DATABRICKS_TOKEN, or add `token = …` to the profile; to try without a workspace, add --sandbox".to_owned()
            }
            Self::CredentialNotYet { .. } => "this version signs in by `pat` and `basic`".to_owned(),
            Self::CredentialRefused { .. } => {
                "it has expired, was revoked, or belongs to another workspace: put a new token there".to_owned()
            }
            Self::CredentialForeign { .. } => {
                "a secret goes only to the host it was given with: name a profile for that host, or set DATABRICKS_HOST and DATABRICKS_TOKEN together".to_owned()
            }
            Self::CredentialExposed { .. } => "write https://; only loopback may be http".to_owned(),
            Self::HostInvalid { .. } => "write https://NAME.cloud.databricks.com".to_owned(),
            Self::HostMissing { .. } => {
                "set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox".to_owned()
            }
            Self::NotGranted { flag, .. } => format!("add {flag}"),
            Self::OutcomeUnknown { is_repeatable: true, .. } => {
                "doing it twice does no harm: run it again".to_owned()
            }
            Self::OutcomeUnknown { candidates, .. } if candidates.is_empty() => {
                "`patroll tokens list` shows whether it did; nothing is retried that could happen twice".to_owned()
            }
            Self::OutcomeUnknown { .. } => {
                "their values are lost: revoke what you did not make yourself, then run again".to_owned()
            }
            Self::Overloaded { retry_after: Some(seconds), .. } => {
                format!("the workspace asks to come back in {seconds} s")
            }
            Self::Overloaded { .. } => "try again later".to_owned(),
            Self::OwnToken { .. } => {
                "pass #{allow_own: true} if that is meant, or sign in by another credential".to_owned()
            }
            Self::OwnTokenUnknown => {
                "say which it is: --own-token-id ID, or `token_id = ID` in the profile".to_owned()
            }
            Self::ProfileMissing { known, .. } if known.is_empty() => "the file has no profile at all".to_owned(),
            Self::ProfileMissing { known, .. } => format!("there are: {}", known.join(", ")),
            Self::Redirected { .. } => "is the host right? Write the address the workspace itself shows".to_owned(),
            Self::Script(failure) => return failure.hint.clone(),
            Self::TokenAmbiguous { candidates, .. } if candidates.is_empty() => {
                "`patroll tokens list` shows the ids; a unique prefix of 8 or more characters will do".to_owned()
            }
            Self::TokenAmbiguous { candidates, .. } => format!("it could be {}", candidates.join(" or ")),
            Self::Unreachable { .. } => {
                "check the host's name, the network and the proxy; nothing was changed".to_owned()
            }
            Self::ValueLost { .. } => {
                "a value can be had only once: save or reveal it in the script that creates it; revoke this token".to_owned()
            }
            Self::UnknownName { close: Some(close), .. } => format!("did you mean `{close}`?"),
            Self::BadRequest { .. }
            | Self::Exit { .. }
            | Self::Interrupted
            | Self::Io { .. }
            | Self::Mistakes { .. }
            | Self::OutputClosed
            | Self::Sandbox { .. }
            | Self::Terminated
            | Self::TimedOut { .. }
            | Self::UnknownName { close: None, .. } => return None,
        };
        Some(hint)
    }

    /// Returns the exit code that tells cron what to do.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Exit { code } => *code,
            Self::Script(failure) => failure.exit_code,
            Self::BadDuration { .. }
            | Self::BadTime { .. }
            | Self::Mistakes { .. }
            | Self::ScriptLoad { .. }
            | Self::UnknownName { .. }
            | Self::Usage { .. } => exit::USAGE,
            Self::ConfigMalformed { .. }
            | Self::CredentialAmbiguous { .. }
            | Self::CredentialExposed { .. }
            | Self::CredentialForeign { .. }
            | Self::CredentialMalformed { .. }
            | Self::CredentialMissing { .. }
            | Self::CredentialNotYet { .. }
            | Self::CredentialRefused { .. }
            | Self::HostInvalid { .. }
            | Self::HostMissing { .. }
            | Self::ProfileMissing { .. } => exit::CREDENTIAL,
            Self::Overloaded { .. } | Self::Unreachable { .. } => exit::UNREACHABLE,
            Self::Audit { .. }
            | Self::NotGranted { .. }
            | Self::OwnToken { .. }
            | Self::OwnTokenUnknown => exit::REFUSED,
            Self::OutcomeUnknown { .. } => exit::UNKNOWN,
            Self::TokenAmbiguous { candidates, .. } if !candidates.is_empty() => exit::USAGE,
            Self::TimedOut { .. } => exit::TIMEOUT,
            Self::Interrupted => exit::INTERRUPTED,
            Self::OutputClosed => exit::OUTPUT_CLOSED,
            Self::Terminated => exit::TERMINATED,
            Self::Answer { .. }
            | Self::Api(_)
            | Self::BadRequest { .. }
            | Self::Io { .. }
            | Self::Redirected { .. }
            | Self::Sandbox { .. }
            | Self::TokenAmbiguous { .. }
            | Self::ValueLost { .. } => exit::FAILED,
        }
    }

    /// Returns the word a script sees as `err.code`: the API's own where there is one.
    pub fn code(&self) -> &str {
        match self {
            Self::Api(failure)
            | Self::CredentialRefused { failure, .. }
            | Self::Overloaded { failure, .. } => &failure.code,
            Self::Answer { .. } => "NOT_JSON",
            Self::Audit { .. } => "AUDIT_UNWRITABLE",
            Self::BadDuration { .. }
            | Self::BadTime { .. }
            | Self::BadRequest { .. }
            | Self::Usage { .. } => "INVALID_ARGUMENT",
            Self::ConfigMalformed { .. } | Self::ProfileMissing { .. } => "PROFILE",
            Self::CredentialAmbiguous { .. }
            | Self::CredentialExposed { .. }
            | Self::CredentialForeign { .. }
            | Self::CredentialMalformed { .. }
            | Self::CredentialMissing { .. }
            | Self::CredentialNotYet { .. } => "CREDENTIAL",
            Self::Exit { .. } => "EXIT",
            Self::HostInvalid { .. } | Self::HostMissing { .. } => "HOST",
            Self::Interrupted => "INTERRUPTED",
            Self::Io { .. } | Self::Sandbox { .. } => "IO",
            Self::NotGranted { .. } => "NOT_GRANTED",
            Self::OutcomeUnknown { .. } => "OUTCOME_UNKNOWN",
            Self::OutputClosed => "OUTPUT_CLOSED",
            Self::OwnToken { .. } => "OWN_TOKEN",
            Self::OwnTokenUnknown => "OWN_TOKEN_UNKNOWN",
            Self::Redirected { .. } => "REDIRECTED",
            Self::Mistakes { .. } | Self::Script(_) | Self::ScriptLoad { .. } => "SCRIPT",
            Self::Terminated => "TERMINATED",
            Self::TimedOut { .. } => "TIMED_OUT",
            Self::TokenAmbiguous { .. } | Self::UnknownName { .. } => "NOT_FOUND",
            Self::Unreachable { .. } => "UNREACHABLE",
            Self::ValueLost { .. } => "VALUE_LOST",
        }
    }

    /// Returns the workspace's answer behind this error, if there was one.
    pub fn api(&self) -> Option<&ApiFailure> {
        match self {
            Self::Api(failure)
            | Self::CredentialRefused { failure, .. }
            | Self::Overloaded { failure, .. } => Some(failure),
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
        ) && !matches!(self, Self::Exit { .. } | Self::Usage { .. })
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

fn api_hint(failure: &ApiFailure) -> Option<String> {
    let hint = match (failure.code.as_str(), failure.status) {
        ("QUOTA_EXCEEDED", _) => {
            "revoke what is not needed: `patroll run cleanup_expired --dry-run` shows what could go"
        }
        ("RESOURCE_DOES_NOT_EXIST" | "NOT_FOUND", _) => {
            "it may be revoked or expired: `patroll tokens list` shows what is there"
        }
        ("INVALID_PARAMETER_VALUE", _) => {
            "the workspace's limits apply: a lifetime is 1 s to its maximum (730 days unless set lower)"
        }
        ("ENDPOINT_NOT_FOUND", _) => "is the host a workspace? Account addresses have no tokens",
        (_, 401) => "sign in again",
        (_, 403) => {
            "the credential is valid, but may not do this: ask a workspace admin for the token permission"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
