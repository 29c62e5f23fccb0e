//! The flags of `tokens rotate` and the words of `rotations`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::globals::{duration, lifetime};
use crate::clock::Duration;

/// What is rotated, and how.
#[derive(Debug, Args)]
pub struct Rotate {
    /// A name for this credential, of a-z, 0-9, `.`, `_` and `-`
    #[arg(long, value_name = "NAME")]
    pub slot: String,
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub sinks: Sinks,
    /// How long the new token will live; as long as the old one if nothing is said
    #[arg(long, value_name = "DURATION", value_parser = lifetime, allow_hyphen_values = true)]
    pub lifetime: Option<Duration>,
    /// Replace it at this age
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub older_than: Option<Duration>,
    /// Replace it when no more than this is left, instead of a third of its lifetime
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub expires_within: Option<Duration>,
    /// Replace it now
    #[arg(long)]
    pub force: bool,
    /// How long the old token lives on (24h if nothing is said, a third of the lifetime at most)
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub grace: Option<Duration>,
    /// The application id of the service principal whose token it is, for an administrator
    #[arg(long, value_name = "APPLICATION_ID")]
    pub on_behalf_of: Option<String>,
    #[command(flatten)]
    pub forget: Forget,
}

/// Which places are given up.
#[derive(Debug, Args)]
pub struct Forget {
    /// Give up a place that it had, whatever it holds, such as 'file /etc/ci/token'; can be given several times
    #[arg(long, value_name = "PLACE")]
    pub forget: Vec<String>,
}

/// Which token it is, the first time.
#[derive(Debug, Args)]
pub struct Which {
    /// The id of the token that the sinks hold
    #[arg(long, value_name = "ID", conflicts_with = "comment")]
    pub token_id: Option<String>,
    /// The comment of the token that the sinks hold
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Vouch that the sinks hold it, where that cannot be proven
    #[arg(long)]
    pub adopt: bool,
}

/// Where a value lives.
#[derive(Debug, Args)]
pub struct Sinks {
    /// It is the token of this profile; can be given several times
    #[arg(long, value_name = "NAME")]
    pub to_profile: Vec<String>,
    /// It lies in this file; can be given several times
    #[arg(long, value_name = "FILE")]
    pub to_file: Vec<PathBuf>,
    /// How it stands in the files
    #[arg(long, value_name = "FORM", requires = "to_file", hide_possible_values = false)]
    pub format: Option<FileFormat>,
    /// Where in the files it stands: a variable, a key such as a.b, or SECTION.key
    #[arg(long, value_name = "KEY", requires = "to_file")]
    pub key: Option<String>,
    /// It is this secret of the workspace; can be given several times
    #[arg(long, value_name = "SCOPE/KEY")]
    pub to_secret: Vec<String>,
    /// This command is given it on stdin; split into words as a shell does, but run without one
    #[arg(long, value_name = "COMMAND")]
    pub to_command: Option<String>,
    /// This command gives it back on stdout
    #[arg(long, value_name = "COMMAND", requires = "to_command")]
    pub read_command: Option<String>,
    /// This command proves that it can be written
    #[arg(long, value_name = "COMMAND", requires = "to_command")]
    pub check_command: Option<String>,
    /// Be content with a command that nothing can read back
    #[arg(long, requires = "to_command")]
    pub unverified: bool,
}

/// How a value stands in a file.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FileFormat {
    /// Alone
    Raw,
    /// KEY=value
    Env,
    /// In a JSON object
    Json,
    /// In a section
    Ini,
}

/// What is to be done with the rotations that are remembered.
#[derive(Debug, Subcommand)]
pub enum Rotations {
    /// List the slots: state, last and next rotation, strays, and what the next run will do
    #[command(after_help = "Example: patroll rotations list")]
    List,
    /// Show the calls of a slot's next rotation, and what a power cut after each leaves behind
    #[command(after_help = "Example: patroll rotations plan ci")]
    Plan {
        /// The slot
        slot: String,
    },
    /// End what was begun, as the journal remembers it
    #[command(after_help = "Example: patroll rotations resume ci -p prod")]
    Resume {
        /// The slot
        slot: String,
        #[command(flatten)]
        forget: Forget,
    },
    /// Give up what was begun, or put aside a journal that cannot be read
    #[command(after_help = "Example: patroll rotations abort ci -p prod")]
    Abort {
        /// The slot
        slot: String,
        #[command(flatten)]
        forget: Forget,
    },
    /// Put a slot's journal aside, whatever its state: its tokens live on, and nobody replaces or revokes them
    #[command(after_help = "Example: patroll rotations forget ci")]
    Forget {
        /// The slot
        slot: String,
    },
    /// Take what the sinks hold for the truth, where the journal is lost, damaged or no longer true
    #[command(after_help = "Example: patroll rotations adopt ci -p prod --to-profile prod")]
    Adopt {
        /// The slot
        slot: String,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        sinks: Box<Sinks>,
        /// The application id of the service principal whose token it is, for an administrator
        #[arg(long, value_name = "APPLICATION_ID")]
        on_behalf_of: Option<String>,
    },
}
