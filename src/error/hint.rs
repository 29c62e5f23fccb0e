//! What to type or look at after each error; one hint at most.

use super::{ApiFailure, Error};

impl Error {
    /// Returns what to type or look at next.
    #[allow(clippy::too_many_lines, reason = "it is one list, an error a line")]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Api(failure) => return api_hint(failure),
            Self::Answer { .. } => {
                "is this the address of a workspace? A proxy or a login page may be answering".to_owned()
            }
            Self::Audit { .. } => {
                "what cannot be audited is not done; make it writable, or name another file with --audit-log".to_owned()
            }
            Self::Metrics { .. } => {
                "name a file, which need not be there yet, in a folder that can be written to".to_owned()
            }
            Self::BadDuration { .. } => "write 90d, 36h, 2w or 1h30m".to_owned(),
            Self::BadTime { .. } => "write 2026-11-23T00:00Z, 2026-11-23 or never".to_owned(),
            Self::Usage { hint, .. } | Self::ScriptLoad { hint, .. } => return hint.clone(),
            Self::ConfigMissing { path } => format!(
                "is the path right? `patroll configure --config-file {}` writes one",
                path.display()
            ),
            Self::ConfigMalformed { .. } => {
                "a profile is a line `[NAME]` and lines `key = value` below it".to_owned()
            }
            Self::CredentialAmbiguous { .. } => {
                "remove one, or say which with `auth_type` (DATABRICKS_AUTH_TYPE)".to_owned()
            }
            Self::CredentialMalformed { .. } => {
                "copy it again; a line break or a quotation mark may have come along".to_owned()
            }
            Self::CertificateFile { .. } => {
                "write certificates and keys in PEM form, with lines like -----BEGIN CERTIFICATE-----".to_owned()
            }
            Self::Command { .. } | Self::CommandFailed { .. } => "run it by hand to see more".to_owned(),
            Self::CredentialIncomplete { .. } => {
                "add it to the profile or the environment; `patroll auth describe` shows what is there".to_owned()
            }
            Self::CredentialMissing { .. } => {
                "set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox".to_owned()
            }
            Self::CredentialUnsupported { .. } => format!("patroll signs in by {}", AUTH_TYPES.join(", ")),
            Self::ProxyInvalid { .. } => "write http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT".to_owned(),
            Self::ProxyRefused { .. } => {
                "its address and password stand in HTTPS_PROXY; hosts to be reached without it belong in NO_PROXY".to_owned()
            }
            Self::SettingInvalid { .. } => "`patroll auth describe` shows what is set where".to_owned(),
            Self::SignIn { cause, .. } => return sign_in_hint(cause),
            Self::Untrusted { cure, .. } | Self::Unreachable { cure, .. } => (*cure).to_owned(),
            Self::CredentialRefused { .. } => {
                "it has expired, was revoked, or belongs to another workspace: put a new token there".to_owned()
            }
            Self::CredentialForeign { .. } => {
                "a secret goes only to the host it was given with: name a profile for that host, or set DATABRICKS_HOST and DATABRICKS_TOKEN together".to_owned()
            }
            Self::CredentialExposed { .. } => "write https://; only loopback may be http".to_owned(),
            Self::Fleet { .. } => "each has said why above; -p NAME runs one alone".to_owned(),
            Self::HostInvalid { .. } => "write https://NAME.cloud.databricks.com".to_owned(),
            Self::HostMissing { .. } => {
                "set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox".to_owned()
            }
            Self::BrakeReached { .. } | Self::NotGranted { .. } | Self::OwnToken { .. } | Self::OwnTokenUnknown => {
                return Some(gate_hint(self));
            }
            Self::OutcomeUnknown { is_repeatable: true, .. } => {
                "doing it twice does no harm: run it again".to_owned()
            }
            Self::OutcomeUnknown { what, .. } if !what.contains("token") => {
                "look there whether it did; nothing is retried that could happen twice".to_owned()
            }
            Self::OutcomeUnknown { candidates, .. } if candidates.is_empty() => {
                "`patroll tokens list` shows whether it did; nothing is retried that could happen twice".to_owned()
            }
            Self::OutcomeUnknown { .. } => {
                "their values are lost: revoke what you did not make yourself, then run again".to_owned()
            }
            Self::OutOfMemory { .. } => "--max-memory SIZE allows more".to_owned(),
            Self::Overloaded { retry_after: Some(seconds), .. } => {
                format!("the workspace asks to come back in {seconds} s")
            }
            Self::Overloaded { .. } => "try again later".to_owned(),
            Self::ProfileMissing { known, .. } if known.is_empty() => "there is no such file, or no profile in it".to_owned(),
            Self::ProfileMissing { known, .. } => format!("there are: {}", known.join(", ")),
            Self::PlanRefused { .. } | Self::PlanOutdated { .. } => {
                "plan anew: `patroll run SCRIPT --plan FILE`".to_owned()
            }
            Self::Redirected { .. } => "is the host right? A network's own login page redirects too: open any page in a browser. Otherwise write the address the workspace itself shows".to_owned(),
            Self::SentElsewhere { .. } => "if that address is meant, ask it instead; its host needs an --allow-net of its own".to_owned(),
            Self::Partial(report) => return report.cause().and_then(Self::hint),
            Self::Script(failure) => return failure.hint.clone(),
            Self::Rotation { slot, trouble } => return trouble.hint(slot),
            Self::Locked { .. } => "nothing is to be done: the other run does it".to_owned(),
            Self::TokenAmbiguous { candidates, .. } if candidates.is_empty() => {
                "`patroll tokens list` shows the ids; a unique prefix of 8 or more characters will do".to_owned()
            }
            Self::TokenAmbiguous { candidates, .. } => format!("it could be {}", candidates.join(" or ")),
            Self::ValueLost { .. } => {
                "a value can be had only once: save or reveal it in the script that creates it; revoke this token".to_owned()
            }
            Self::UnknownName { close: Some(close), .. } => format!("did you mean `{close}`?"),
            Self::UnknownName { kind: "function", .. } => "`patroll docs` lists them".to_owned(),
            Self::BadRequest { .. }
            | Self::Declined
            | Self::Exit { .. }
            | Self::Interrupted
            | Self::Io { .. }
            | Self::Mistakes { .. }
            | Self::OutputClosed
            | Self::ReadOnly { .. }
            | Self::Sandbox { .. }
            | Self::Terminated
            | Self::TimedOut { .. }
            | Self::UnknownName { close: None, .. } => return None,
        };
        Some(hint)
    }
}

/// The ways to sign in, as `auth_type` names them.
const AUTH_TYPES: [&str; 13] = [
    "pat",
    "basic",
    "oauth-m2m",
    "databricks-cli",
    "metadata-service",
    "github-oidc",
    "azure-devops-oidc",
    "env-oidc",
    "file-oidc",
    "github-oidc-azure",
    "azure-msi",
    "azure-client-secret",
    "azure-cli",
];

/// Says what to add or leave out where the gate refused.
fn gate_hint(refusal: &Error) -> String {
    match refusal {
            Error::BrakeReached { wanted, done, flag, .. } => format!(
                "--dry-run shows which; if all of them are meant, add {flag} {}",
                done + wanted
            ),
            Error::NotGranted { flag, asked_for, .. } if asked_for.is_empty() => {
                format!("add {flag}")
            }
            Error::NotGranted { flag, asked_for, .. } => {
                format!("add {flag}; the script's header asks for {}", asked_for.join(" "))
            }
            Error::OwnToken { .. } => {
                "leave it out by `!t.is_own`; if it is meant, pass #{allow_own: true} in a script, or name its whole id on the command line".to_owned()
            }
            Error::OwnTokenUnknown => {
                "say which it is: --own-token-id ID, or `token_id = ID` in the profile".to_owned()
            }
        _ => String::new(),
    }
}

fn sign_in_hint(cause: &Error) -> Option<String> {
    let Error::Api(failure) = cause else { return cause.hint() };
    let hint = match failure.code.as_str() {
        "invalid_client" | "unauthorized_client" => {
            "is the secret still valid, and is it that client's?"
        }
        "access_denied" | "invalid_scope" => {
            "a secret that is limited to scopes needs `scopes = …` in the profile"
        }
        "invalid_grant" | "invalid_request" => {
            "does a federation policy of the workspace accept this issuer, subject and audience?"
        }
        _ => "`patroll auth describe` shows what was used",
    };
    Some(hint.to_owned())
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
        ("PRIVATE_LINK_VALIDATION_ERROR", _) => {
            "this network does not lead to the workspace's private link: run it from inside, or use the VPN"
        }
        (_, 401) => "sign in again",
        (_, 403) => {
            "the credential is valid, but may not do this: ask a workspace admin for the token permission"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
