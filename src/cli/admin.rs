//! What can be typed behind `patroll admin`.

use std::path::PathBuf;

use clap::Subcommand;

use super::globals;
use crate::clock::Duration;

/// What only an administrator of the workspace can do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// List, create and revoke tokens, whoever owns them
    #[command(
        subcommand,
        after_help = "Example: patroll admin tokens list --where 't.unused_for > days(90)'"
    )]
    Tokens(AdminTokens),
}

/// What is to be done with anybody's tokens.
#[derive(Debug, Subcommand)]
pub enum AdminTokens {
    /// List the tokens of the workspace
    #[command(
        after_help = "Example: patroll admin tokens list --created-by-username analyst@example.com"
    )]
    List {
        /// Only those that the user of this name made
        #[arg(long, value_name = "NAME")]
        created_by_username: Option<String>,
        /// Only those that the user of this number made
        #[arg(long, value_name = "N", allow_negative_numbers = true)]
        created_by_id: Option<i64>,
        /// Only those for which this is true, an expression about `t`
        #[arg(long = "where", value_name = "EXPR")]
        condition: Option<String>,
    },

    /// Create a token of a service principal and print it, value included, as JSON
    ///
    /// Not on Azure: there, sign in as the service principal and use `patroll tokens create`.
    #[command(
        after_help = "Example: patroll admin tokens create --application-id ID --comment nightly --lifetime 30d --to-file token.txt"
    )]
    Create {
        /// Whose token it is to be
        #[arg(long, value_name = "ID")]
        application_id: String,
        /// What the token is for
        #[arg(long, value_name = "TEXT")]
        comment: String,
        /// How long it will live, such as 36h (90d if nothing is said)
        #[arg(long, value_name = "DURATION", value_parser = globals::lifetime, allow_hyphen_values = true)]
        lifetime: Option<Duration>,
        /// What it may do; everything if nothing is said
        #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
        scopes: Option<Vec<String>>,
        /// Write the value to this new file, readable by its owner alone, instead of stdout
        #[arg(long, value_name = "FILE")]
        to_file: Option<PathBuf>,
    },

    /// Revoke tokens, whoever owns them
    #[command(
        after_help = "Example: patroll admin tokens revoke --where 't.unused_for > days(180)' --dry-run"
    )]
    Revoke {
        /// A token's id, or the first 8 or more letters of one; `-` reads ids from stdin
        #[arg(value_name = "ID", conflicts_with = "condition")]
        ids: Vec<String>,
        /// All for which this is true, an expression about `t`
        #[arg(long = "where", value_name = "EXPR")]
        condition: Option<String>,
        /// Be content if a token is gone already
        #[arg(long)]
        if_exists: bool,
    },
}
