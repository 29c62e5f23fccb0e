//! Exactly what was typed: the global flags, read and done nothing with. What they mean is `Settings`'.

use std::path::PathBuf;

use crate::clock::{Duration, Time};
use crate::output::Format;
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
    /// `--profile`.
    pub profile: Option<String>,
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
    /// `--allow-reveal`.
    pub allow_reveal: bool,
    /// `--allow-admin`.
    pub allow_admin: bool,
    /// `--allow-write`.
    pub allow_write: Vec<PathBuf>,
    /// `--output`.
    pub output: Option<Format>,
    /// `--color`.
    pub color: Color,
    /// `--timeout`.
    pub timeout: Option<Duration>,
    /// `--debug`.
    pub debug: bool,
    /// `--quiet`.
    pub quiet: bool,
    /// `--yes`.
    pub yes: bool,
}
