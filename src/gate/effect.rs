//! What can be changed in the world, where, and what asked for it; plain data.

use crate::clock::Duration;

/// The names of all effects in the audit log.
pub const EFFECTS: [&str; 9] = [
    "create_token",
    "revoke_token",
    "write_file",
    "write_profile",
    "create_scope",
    "put_secret",
    "delete_secret",
    "run_command",
    "send",
];

/// A change about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A token comes to life: the caller's own, or by an administrator that of a service principal's application.
    CreateToken { comment: String, lifetime: Duration, on_behalf_of: Option<String> },
    /// A token dies: the caller's own, or by an administrator anybody's.
    RevokeToken { token_id: String, comment: Option<String>, is_by_admin: bool },
    /// A file is written.
    WriteFile { path: String },
    /// A profile of the profile file gets another credential.
    WriteProfile { profile: String, path: String },
    /// A scope for secrets is made.
    CreateScope { scope: String },
    /// A secret of a scope gets a value.
    PutSecret { scope: String, key: String },
    /// A secret leaves a scope.
    DeleteSecret { scope: String, key: String },
    /// A program runs; its arguments hold no secret.
    RunCommand { program: String, arguments: Vec<String>, is_look: bool },
    /// Something is sent to a host that is no workspace of this run.
    Send { host: String, method: &'static str },
}

impl Effect {
    /// Returns the effect's name in the audit log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CreateToken { .. } => "create_token",
            Self::RevokeToken { .. } => "revoke_token",
            Self::WriteFile { .. } => "write_file",
            Self::WriteProfile { .. } => "write_profile",
            Self::CreateScope { .. } => "create_scope",
            Self::PutSecret { .. } => "put_secret",
            Self::DeleteSecret { .. } => "delete_secret",
            Self::RunCommand { .. } => "run_command",
            Self::Send { .. } => "send",
        }
    }

    /// Returns the id of the token it is about, where that is known beforehand.
    pub fn token_id(&self) -> Option<&str> {
        match self {
            Self::RevokeToken { token_id, .. } => Some(token_id),
            _ => None,
        }
    }

    /// Returns the comment of the token it is about.
    pub fn comment(&self) -> Option<&str> {
        match self {
            Self::CreateToken { comment, .. } => Some(comment),
            Self::RevokeToken { comment, .. } => comment.as_deref(),
            _ => None,
        }
    }

    /// Returns what else the audit and a plan say of it: names and texts.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::CreateToken { on_behalf_of: Some(id), .. } => vec![("on_behalf_of", id.clone())],
            Self::RevokeToken { is_by_admin: true, .. } => vec![("by", "admin".to_owned())],
            Self::CreateToken { .. } | Self::RevokeToken { .. } => Vec::new(),
            Self::WriteFile { path } => vec![("path", path.clone())],
            Self::WriteProfile { profile, path } => {
                vec![("path", path.clone()), ("section", profile.clone())]
            }
            Self::CreateScope { scope } => vec![("scope", scope.clone())],
            Self::PutSecret { scope, key } | Self::DeleteSecret { scope, key } => {
                vec![("scope", scope.clone()), ("key", key.clone())]
            }
            Self::RunCommand { .. } => vec![("command", self.what())],
            Self::Send { host, method } => {
                vec![("to", host.clone()), ("method", (*method).to_owned())]
            }
        }
    }

    /// Returns what it is done to, in words.
    pub fn what(&self) -> String {
        match self {
            Self::CreateToken { lifetime, on_behalf_of, .. } => {
                let whose = on_behalf_of.as_ref().map(|id| format!(" of {id}"));
                format!("a token{} for {lifetime}", whose.unwrap_or_default())
            }
            Self::RevokeToken { token_id, .. } => token_id.clone(),
            Self::WriteFile { path } => path.clone(),
            Self::WriteProfile { profile, path } => format!("profile {profile} in {path}"),
            Self::CreateScope { scope } => format!("scope {scope}"),
            Self::PutSecret { scope, key } | Self::DeleteSecret { scope, key } => {
                format!("secret {scope}/{key}")
            }
            Self::RunCommand { program, arguments, .. } => {
                let words = std::iter::once(program).chain(arguments);
                words.map(|word| quote(word)).collect::<Vec<_>>().join(" ")
            }
            Self::Send { host, method } => format!("a {method} to {host}"),
        }
    }

    /// Returns whether it is meant to find something out: it is audited, and told of nowhere else.
    pub fn is_look(&self) -> bool {
        matches!(self, Self::RunCommand { is_look: true, .. })
    }

    /// Returns whether it changes something else than a workspace.
    pub fn leaves_workspace(&self) -> bool {
        matches!(
            self,
            Self::WriteFile { .. }
                | Self::WriteProfile { .. }
                | Self::RunCommand { .. }
                | Self::Send { .. }
        )
    }

    /// Returns its verb: as it would be done, and as it was.
    pub fn verbs(&self) -> (&'static str, &'static str) {
        match self {
            Self::CreateToken { .. } | Self::CreateScope { .. } => ("create", "created"),
            Self::RevokeToken { .. } => ("revoke", "revoked"),
            Self::WriteFile { .. } | Self::WriteProfile { .. } => ("write", "wrote"),
            Self::PutSecret { .. } => ("put", "put"),
            Self::DeleteSecret { .. } => ("delete", "deleted"),
            Self::RunCommand { .. } => ("run", "ran"),
            Self::Send { .. } => ("send", "sent"),
        }
    }

    /// Returns what it counts as.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::CreateToken { .. } | Self::RevokeToken { .. } => "token",
            Self::WriteFile { .. } => "file",
            Self::WriteProfile { .. } => "profile",
            Self::CreateScope { .. } => "scope",
            Self::PutSecret { .. } | Self::DeleteSecret { .. } => "secret",
            Self::RunCommand { .. } => "command",
            Self::Send { .. } => "request",
        }
    }
}

/// Returns a word of a command as a shell would need it to be written.
pub fn quote(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Where an effect happens: a workspace, under the profile it was reached by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The profile, if one was used.
    pub profile: Option<String>,
    /// The workspace's host.
    pub host: String,
    /// Whether the workspace has said that it is a sandbox on this machine.
    pub is_sandbox: bool,
}

/// What asked for an effect: a line of a script, or the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The script's path or name; none for the command line.
    pub script: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
}
