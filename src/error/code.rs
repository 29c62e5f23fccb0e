//! The word a script sees as `err.code`.

use super::Error;

impl Error {
    /// Returns the word a script sees as `err.code`: the API's own where there is one.
    pub fn code(&self) -> &str {
        match self {
            Self::Api(failure)
            | Self::CredentialRefused { failure, .. }
            | Self::Overloaded { failure, .. } => &failure.code,
            Self::Answer { .. } => "NOT_JSON",
            Self::Audit { .. } => "AUDIT_UNWRITABLE",
            Self::BrakeReached { .. } => "BRAKE_REACHED",
            Self::BadDuration { .. }
            | Self::BadTime { .. }
            | Self::BadRequest { .. }
            | Self::Usage { .. } => "INVALID_ARGUMENT",
            Self::ConfigMalformed { .. }
            | Self::ConfigMissing { .. }
            | Self::ProfileMissing { .. } => "PROFILE",
            Self::CommandFailed { .. } => "COMMAND",
            Self::Command { .. }
            | Self::CredentialAmbiguous { .. }
            | Self::CredentialExposed { .. }
            | Self::CredentialForeign { .. }
            | Self::CredentialIncomplete { .. }
            | Self::CredentialMalformed { .. }
            | Self::CredentialMissing { .. }
            | Self::CredentialUnsupported { .. }
            | Self::SignIn { .. } => "CREDENTIAL",
            Self::SettingInvalid { .. } => "SETTING",
            Self::Declined => "DECLINED",
            Self::Exit { .. } => "EXIT",
            Self::Fleet { .. } => "FLEET",
            Self::HostInvalid { .. } | Self::HostMissing { .. } => "HOST",
            Self::Interrupted => "INTERRUPTED",
            Self::Io { .. } | Self::Metrics { .. } | Self::Sandbox { .. } => "IO",
            Self::NotGranted { .. } => "NOT_GRANTED",
            Self::OutcomeUnknown { .. } => "OUTCOME_UNKNOWN",
            Self::OutOfMemory { .. } => "OUT_OF_MEMORY",
            Self::PlanRefused { .. } => "PLAN_REFUSED",
            Self::PlanOutdated { .. } => "PLAN_OUTDATED",
            Self::OutputClosed => "OUTPUT_CLOSED",
            Self::OwnToken { .. } => "OWN_TOKEN",
            Self::OwnTokenUnknown => "OWN_TOKEN_UNKNOWN",
            Self::Partial(_) => "PARTIAL",
            Self::ReadOnly { .. } => "READ_ONLY",
            Self::Redirected { .. } | Self::SentElsewhere { .. } => "REDIRECTED",
            Self::Mistakes { .. } | Self::Script(_) | Self::ScriptLoad { .. } => "SCRIPT",
            Self::Rotation { trouble, .. } => trouble.code(),
            Self::Locked { .. } => "LOCKED",
            Self::Terminated => "TERMINATED",
            Self::TimedOut { .. } => "TIMED_OUT",
            Self::TokenAmbiguous { .. } | Self::UnknownName { .. } => "NOT_FOUND",
            Self::CertificateFile { .. } | Self::Untrusted { .. } => "UNTRUSTED",
            Self::ProxyInvalid { .. } | Self::ProxyRefused { .. } => "PROXY",
            Self::Unreachable { .. } => "UNREACHABLE",
            Self::ValueLost { .. } => "VALUE_LOST",
        }
    }
}
