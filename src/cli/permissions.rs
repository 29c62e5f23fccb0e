//! The flags that say what a script may do, and how much of it.

use clap::Args;

use crate::gate::{Grant, Limit, Limits};
use crate::memory;

/// What is granted and braked; like all global flags they can stand anywhere before `--`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Permissions")]
pub struct Permissions {
    /// Forbid every write
    #[arg(long, global = true)]
    read_only: bool,
    /// Let a script read this file, or the files in this folder
    #[arg(long, global = true, value_name = "PATH", value_parser = Grant::read)]
    allow_read: Vec<Grant>,
    /// Let a script write this file, or files in this folder
    #[arg(long, global = true, value_name = "PATH", value_parser = Grant::write)]
    allow_write: Vec<Grant>,
    /// Let a script run this program
    #[arg(long, global = true, value_name = "PROGRAM", value_parser = Grant::run)]
    allow_run: Vec<Grant>,
    /// Let a script send to this host
    #[arg(long, global = true, value_name = "HOST", value_parser = Grant::net)]
    allow_net: Vec<Grant>,
    /// Let a script read this variable of the environment
    #[arg(long, global = true, value_name = "NAME", value_parser = Grant::env)]
    allow_env: Vec<Grant>,
    /// Let a script use this scope of secrets
    #[arg(long, global = true, value_name = "SCOPE", value_parser = Grant::secret)]
    allow_secret: Vec<Grant>,
    /// Let a script use another profile's workspace, and write the profile
    #[arg(long, global = true, value_name = "NAME", value_parser = Grant::profile)]
    allow_profile: Vec<Grant>,
    /// Let a script work on the tokens of others, as an administrator
    #[arg(long, global = true)]
    allow_admin: bool,
    /// Let a script read token values
    #[arg(long, global = true)]
    allow_reveal: bool,
    /// Revoke at most N tokens, or P% of those listed (the greater of 10 and 25% if not said)
    #[arg(long, global = true, value_name = "N|P%|none", value_parser = Limit::parse, allow_hyphen_values = true)]
    max_revocations: Option<Limit>,
    /// Create at most N tokens (10 if not said)
    #[arg(long, global = true, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    max_creations: Option<usize>,
    /// Stop when the whole process, all workspaces of a fleet together, takes more memory than this (1G if not said)
    #[arg(long, global = true, value_name = "SIZE", value_parser = memory::parse, allow_hyphen_values = true)]
    max_memory: Option<usize>,
}

impl Permissions {
    /// Returns whether no write is allowed.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Returns the brakes.
    pub fn limits(&self) -> Limits {
        Limits { revocations: self.max_revocations, creations: self.max_creations }
    }

    /// Returns how much memory a script may take, if that was said.
    pub fn max_memory(&self) -> Option<usize> {
        self.max_memory
    }

    /// Returns what is granted.
    pub fn into_grants(self) -> Vec<Grant> {
        let flags =
            [self.allow_admin.then_some(Grant::Admin), self.allow_reveal.then_some(Grant::Reveal)];
        let lists = [
            self.allow_read,
            self.allow_write,
            self.allow_run,
            self.allow_net,
            self.allow_env,
            self.allow_secret,
            self.allow_profile,
        ];
        lists.into_iter().flatten().chain(flags.into_iter().flatten()).collect()
    }
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "write a whole number".to_owned())
}
