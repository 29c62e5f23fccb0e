//! The exit codes, as README.md lists them, and which error ends with which.

use super::Error;

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
/// Another run holds the lock.
pub const LOCKED: u8 = 75;
/// `--timeout` was reached.
pub const TIMEOUT: u8 = 124;
/// Interrupted by Ctrl-C.
pub const INTERRUPTED: u8 = 130;
/// Nobody reads the output any more, as a shell shows SIGPIPE.
pub const OUTPUT_CLOSED: u8 = 141;
/// Terminated by SIGTERM.
pub const TERMINATED: u8 = 143;

/// Returns how grave an exit code is among those of several things that went wrong.
pub fn gravity(code: u8) -> u8 {
    const ORDER: [u8; 10] = [
        FAILED,
        USAGE,
        TIMEOUT,
        UNREACHABLE,
        REFUSED,
        CREDENTIAL,
        UNKNOWN,
        OUTPUT_CLOSED,
        TERMINATED,
        INTERRUPTED,
    ];
    // A script's own codes are graver than a plain failure.
    match ORDER.iter().zip(2_u8..).find(|(known, _)| **known == code) {
        Some((&FAILED, _)) => 2,
        Some((_, place)) => place + 1,
        None if (10..=63).contains(&code) => 3,
        None => u8::from(code != DONE),
    }
}

impl Error {
    /// Returns the exit code that tells cron what to do.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Exit { code } | Self::Fleet { code, .. } => *code,
            Self::Script(failure) => failure.exit_code,
            Self::Rotation { trouble, .. } => trouble.exit_code(),
            Self::Locked { .. } => LOCKED,
            Self::Partial(report) => report.exit_code(),
            // What does not compile outweighs what would only throw.
            Self::Mistakes { mistakes } => {
                mistakes.iter().map(|mistake| mistake.exit_code).max().unwrap_or(USAGE)
            }
            Self::BadDuration { .. }
            | Self::BadTime { .. }
            | Self::ScriptLoad { .. }
            | Self::UnknownName { .. }
            | Self::Usage { .. } => USAGE,
            Self::SignIn { cause, .. } => match cause.exit_code() {
                UNREACHABLE => UNREACHABLE,
                _ => CREDENTIAL,
            },
            Self::CertificateFile { .. }
            | Self::Command { .. }
            | Self::ConfigMalformed { .. }
            | Self::ConfigMissing { .. }
            | Self::CredentialAmbiguous { .. }
            | Self::CredentialExposed { .. }
            | Self::CredentialForeign { .. }
            | Self::CredentialMalformed { .. }
            | Self::CredentialIncomplete { .. }
            | Self::CredentialMissing { .. }
            | Self::CredentialRefused { .. }
            | Self::CredentialUnsupported { .. }
            | Self::HostInvalid { .. }
            | Self::HostMissing { .. }
            | Self::ProfileMissing { .. }
            | Self::ProxyInvalid { .. }
            | Self::SettingInvalid { .. } => CREDENTIAL,
            Self::Overloaded { .. }
            | Self::ProxyRefused { .. }
            | Self::Unreachable { .. }
            | Self::Untrusted { .. } => UNREACHABLE,
            Self::Audit { .. }
            | Self::BrakeReached { .. }
            | Self::Declined
            | Self::NotGranted { .. }
            | Self::OwnToken { .. }
            | Self::OwnTokenUnknown
            | Self::PlanOutdated { .. }
            | Self::PlanRefused { .. }
            | Self::ReadOnly { .. } => REFUSED,
            Self::OutcomeUnknown { .. } => UNKNOWN,
            Self::TokenAmbiguous { candidates, .. } if !candidates.is_empty() => USAGE,
            Self::TimedOut { .. } => TIMEOUT,
            Self::Interrupted => INTERRUPTED,
            Self::OutputClosed => OUTPUT_CLOSED,
            Self::Terminated => TERMINATED,
            Self::Answer { .. }
            | Self::Api(_)
            | Self::BadRequest { .. }
            | Self::CommandFailed { .. }
            | Self::Io { .. }
            | Self::Metrics { .. }
            | Self::OutOfMemory { .. }
            | Self::Redirected { .. }
            | Self::Sandbox { .. }
            | Self::SentElsewhere { .. }
            | Self::TokenAmbiguous { .. }
            | Self::ValueLost { .. } => FAILED,
        }
    }
}
