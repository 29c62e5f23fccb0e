//! Exactly what was typed: the global flags, read and done nothing with. What they mean is `Settings`'.

use std::path::PathBuf;

use super::Fleet;
use crate::clock::{Duration, Time};
use crate::error::Error;
use crate::gate::{Grant, Limits};
use crate::output::{Format, LogFormat};
use crate::secret::Secret;

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal that wants them.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where the sandbox of this run listens, and what signs in there.
#[derive(Clone, Debug)]
pub struct SandboxAddress {
    /// Its address on loopback.
    pub host: String,
    /// A token it accepts.
    pub token: Secret,
    /// What it says the time is.
    pub now: Time,
}

/// The global flags as typed.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Asked {
    /// `--profile`, if it names one.
    pub profile: Option<String>,
    /// What names several workspaces.
    pub fleet: Fleet,
    /// `--host`.
    pub host: Option<String>,
    /// `--config-file`.
    pub config_file: Option<PathBuf>,
    /// `--ca-file`.
    pub ca_file: Vec<PathBuf>,
    /// `--client-cert`.
    pub client_cert: Option<PathBuf>,
    /// `--client-key`.
    pub client_key: Option<PathBuf>,
    /// `--state-dir`.
    pub state_dir: Option<PathBuf>,
    /// `--own-token-id`.
    pub own_token_id: Option<String>,
    /// `--sandbox`.
    pub is_sandbox: bool,
    /// The sandbox, once it runs.
    pub sandbox: Option<SandboxAddress>,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--read-only`.
    pub read_only: bool,
    /// What `--allow-…` grants.
    pub grants: Vec<Grant>,
    /// `--max-revocations` and `--max-creations`.
    pub limits: Limits,
    /// `--max-memory`.
    pub max_memory: Option<usize>,
    /// `--output`.
    pub output: Option<Format>,
    /// `--color`.
    pub color: Color,
    /// `--timeout`.
    pub timeout: Option<Duration>,
    /// `--jobs`.
    pub jobs: Option<usize>,
    /// `--debug`.
    pub debug: bool,
    /// `--quiet`.
    pub quiet: bool,
    /// `--yes`.
    pub yes: bool,
    /// `--audit-log`.
    pub audit_log: Option<PathBuf>,
    /// `--log-format`.
    pub log_format: LogFormat,
    /// `--metrics-file`.
    pub metrics_file: Option<PathBuf>,
    /// `--lock`.
    pub lock: Option<String>,
    /// `--wait`.
    pub wait: Option<Duration>,
    /// `--jitter`.
    pub jitter: Option<Duration>,
}

impl Asked {
    /// Refuses flags that contradict each other.
    pub fn check(&self) -> Result<(), Error> {
        let writes = self.grants.iter().filter(|grant| grant.is_to_write());
        let brakes = [
            self.limits.revocations.map(|_| "--max-revocations".to_owned()),
            self.limits.creations.map(|_| "--max-creations".to_owned()),
        ];
        let mut writes = writes.map(ToString::to_string).chain(brakes.into_iter().flatten());
        match writes.next().filter(|_| self.read_only) {
            None => Ok(()),
            Some(flag) => Err(Error::Usage {
                problem: format!("--read-only forbids every write, and {flag} is about one"),
                hint: Some("leave one of them out".to_owned()),
            }),
        }
    }
}
