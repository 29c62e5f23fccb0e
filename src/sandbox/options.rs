//! What a sandbox can be asked to be, and why it may refuse to start.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::fault::Fault;

/// The most tokens a workspace is filled with.
pub const MAX_TOKENS: usize = 100_000;

/// The most workspaces one sandbox serves.
pub const MAX_WORKSPACES: usize = 1_000;

/// What a sandbox is asked to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port of the first workspace; the others follow it. 0 takes any free ones.
    pub port: u16,
    /// How many tokens the caller of each workspace has, the one signed in with included (so at
    /// least 1).
    pub tokens: usize,
    /// How many workspaces to serve, each on a port and with data of its own.
    pub workspaces: usize,
    /// A file that keeps everything over restarts. If it exists, what it holds comes before
    /// `tokens` and `seed`; it contains credentials and secrets, so only its owner may read it. It
    /// is rewritten whole after every change, which takes a while with many tokens.
    pub state: Option<PathBuf>,
    /// How long every answer is held back.
    pub latency: Duration,
    /// How many requests a second a workspace bears; more are answered with 429.
    pub rate_limit: Option<u32>,
    /// What all data, credentials and request ids are derived from.
    pub seed: u64,
    /// The instant at which the clock stands still, in milliseconds since 1970; real time if
    /// absent.
    pub now: Option<i64>,
    /// Makes token ids random instead of the SHA-256 of the value: which of the two real workspaces
    /// do is not known.
    pub random_ids: bool,
    /// How long an expired token is still listed; dead for sign-in it is at once.
    pub expired_linger: Duration,
    /// The longest lifetime a new token may have, and the one it gets when it names none.
    pub max_lifetime_days: i64,
    /// Lists `scopes` for every token (`["all-apis"]` if it was given none) instead of only for
    /// those given some.
    pub report_scopes: bool,
    /// How many connections are served at once; others wait until one of them ends.
    pub connections: usize,
    /// How long a request may take to arrive, and an idle connection is kept.
    pub patience: Duration,
    /// Trouble to make from the start.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            tokens: 40,
            workspaces: 1,
            state: None,
            latency: Duration::ZERO,
            rate_limit: None,
            seed: 1,
            now: None,
            random_ids: false,
            expired_linger: Duration::from_secs(24 * 60 * 60),
            max_lifetime_days: 730,
            report_scopes: false,
            connections: 512,
            patience: Duration::from_secs(30),
            faults: Vec::new(),
        }
    }
}

impl Options {
    /// Refuses what cannot be served.
    pub(super) fn check(&self) -> Result<(), StartError> {
        if self.tokens > MAX_TOKENS {
            return Err(StartError::TooManyTokens(self.tokens));
        }
        if !(1..=MAX_WORKSPACES).contains(&self.workspaces) {
            return Err(StartError::Workspaces(self.workspaces));
        }
        if self.rate_limit == Some(0) {
            return Err(StartError::NoRequests);
        }
        Ok(())
    }
}

/// Why a sandbox did not start.
#[derive(Debug)]
pub enum StartError {
    /// More tokens were asked for than [`MAX_TOKENS`].
    TooManyTokens(usize),
    /// No workspace was asked for, or more than [`MAX_WORKSPACES`].
    Workspaces(usize),
    /// No request at all would be let through.
    NoRequests,
    /// A workspace's port is above 65535.
    NoSuchPort(usize),
    /// A port could not be listened on.
    Listen(u16, std::io::Error),
    /// The state file could not be read or written.
    State(PathBuf, std::io::Error),
    /// The state file is not one.
    NotAState(PathBuf, String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyTokens(asked) => {
                write!(f, "a sandbox holds at most {MAX_TOKENS} tokens, not {asked}")
            }
            Self::Workspaces(asked) => {
                write!(f, "a sandbox serves 1 to {MAX_WORKSPACES} workspaces, not {asked}")
            }
            Self::NoRequests => f.write_str("a rate limit of 0 lets no request through"),
            Self::NoSuchPort(port) => {
                write!(f, "cannot listen on 127.0.0.1:{port}: the last port is 65535")
            }
            Self::Listen(port, error) => write!(f, "cannot listen on 127.0.0.1:{port}: {error}"),
            Self::State(path, error) => {
                write!(f, "cannot use the sandbox's state file {}: {error}", path.display())
            }
            Self::NotAState(path, reason) => {
                write!(f, "{} is not a sandbox's state file: {reason}", path.display())
            }
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(_, error) | Self::State(_, error) => Some(error),
            _ => None,
        }
    }
}
