//! What can be typed to look at plans and at what was done.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::globals::{self, Moment};
use crate::gate::EFFECTS;

/// What is to be done with a plan.
#[derive(Debug, Subcommand)]
pub enum Plan {
    /// Show what it would change, as a table
    #[command(after_help = "Example: patroll plan show plan.json")]
    Show {
        /// The plan
        #[arg(value_name = "FILE")]
        plan: PathBuf,
    },
}

/// Which lines of the audit log are shown.
#[derive(Debug, Args)]
pub struct Audit {
    /// Only from this time on: a time, or how long ago
    #[arg(long, value_name = "WHEN", value_parser = globals::moment, allow_hyphen_values = true)]
    pub since: Option<Moment>,
    /// Only before this time: a time, or how long ago
    #[arg(long, value_name = "WHEN", value_parser = globals::moment, allow_hyphen_values = true)]
    pub until: Option<Moment>,
    /// Only this effect
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(EFFECTS))]
    pub effect: Option<String>,
}
