//! What can be changed in the world, where, and what asked for it; plain data.

use crate::clock::Duration;

/// A change about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A token comes to life.
    CreateToken { comment: String, lifetime: Duration },
    /// A token dies.
    RevokeToken { token_id: String, comment: Option<String> },
    /// A file is written.
    WriteFile { path: String },
}

impl Effect {
    /// Returns the effect's name in the audit log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CreateToken { .. } => "create_token",
            Self::RevokeToken { .. } => "revoke_token",
            Self::WriteFile { .. } => "write_file",
        }
    }

    /// Returns the id of the token it is about, where that is known beforehand.
    pub fn token_id(&self) -> Option<&str> {
        match self {
            Self::RevokeToken { token_id, .. } => Some(token_id),
            Self::CreateToken { .. } | Self::WriteFile { .. } => None,
        }
    }

    /// Returns the file it is about.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::WriteFile { path } => Some(path),
            Self::CreateToken { .. } | Self::RevokeToken { .. } => None,
        }
    }

    /// Returns the comment of the token it is about.
    pub fn comment(&self) -> Option<&str> {
        match self {
            Self::CreateToken { comment, .. } => Some(comment),
            Self::RevokeToken { comment, .. } => comment.as_deref(),
            Self::WriteFile { .. } => None,
        }
    }
}

/// Where an effect happens: a workspace, under the profile it was reached by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The profile, if one was used.
    pub profile: Option<String>,
    /// The workspace's host.
    pub host: String,
}

/// What asked for an effect: a line of a script, or the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The script's path or name; none for the command line.
    pub script: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
}
