//! The command line: what can be typed, and turning it into data; nothing is read and nothing is done here.
//!
//! The only place that names clap. What a command does is in `commands`, in a file of its name.

mod admin;
mod globals;
mod permissions;
mod review;
mod rotation;
mod sandbox;
mod schedule;
mod split;
mod unparsed;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::clock::Duration;
use crate::script::Arguments;
use crate::settings::Asked;

pub use admin::{Admin, AdminTokens};
pub use globals::Globals;
use permissions::Permissions;
pub use review::{Audit, Plan};
pub use rotation::{FileFormat, Rotate, Rotations, Sinks, Which};
pub use sandbox::Sandbox;
pub use schedule::{Every, Given, Schedule, Scheduler};
pub use unparsed::Unparsed;

/// Scripts, rotates and cleans up Databricks personal access tokens
///
/// Runs .rhai scripts that list, create and revoke tokens, on your workspace or on the built-in sandbox.
///
/// Try it: `patroll --sandbox run cleanup_expired --dry-run`
#[derive(Debug, Parser)]
#[command(
    name = "patroll",
    version,
    disable_version_flag = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 done · 1 failed · 2 usage · 3 credential · 4 unreachable · 5 refused · 6 outcome unknown"
)]
struct Line {
    #[command(flatten)]
    flags: Flags,

    #[command(subcommand)]
    command: Option<Command>,
}

/// What may stand anywhere.
#[derive(Debug, Args)]
struct Flags {
    #[command(flatten)]
    globals: Globals,
    #[command(flatten)]
    permissions: Permissions,

    /// Print the version
    #[arg(short = 'v', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a script
    ///
    /// A bare word is a bundled script, a path has a `/` or ends in .rhai, `-` is stdin. patroll's own flags are honoured
    /// behind the script's name too; after `--` everything is the script's.
    #[command(after_help = "Example: patroll run cleanup_expired --prefix ci- --dry-run")]
    Run {
        /// The script
        script: String,
        /// The script's own options and arguments
        #[arg(value_name = "ARGS")]
        arguments: Vec<String>,
        /// Change nothing; write what would have been done to this file, for `patroll apply`
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
    },

    /// Make the changes of a plan, those and no others
    ///
    /// A token that has changed since is left alone; one that is gone counts as done.
    #[command(after_help = "Example: patroll apply plan.json --max-age 8h")]
    Apply {
        /// A plan that `patroll run SCRIPT --plan FILE` wrote
        #[arg(value_name = "FILE")]
        plan: PathBuf,
        /// Refuse a plan that is older than this
        #[arg(long, value_name = "DURATION", value_parser = globals::duration, default_value = "24h", allow_hyphen_values = true)]
        max_age: Duration,
    },

    /// Look at a plan
    #[command(subcommand, after_help = "Example: patroll plan show plan.json")]
    Plan(Plan),

    /// Evaluate an expression and print the result
    #[command(
        after_help = "Example: patroll eval 'tokens_list().filter(|t| t.expires_in < days(7))'"
    )]
    Eval {
        /// The expression, or a few statements
        expression: String,
    },

    /// Open a session to type in; what `patroll` alone does on a terminal
    ///
    /// Off a terminal stdin is run as a script.
    #[command(after_help = "Example: patroll repl --sandbox")]
    Repl,

    /// Compile scripts without running them, and report every mistake that can be seen
    #[command(after_help = "Example: patroll check scripts/*.rhai")]
    Check {
        /// The scripts
        #[arg(required = true, value_name = "SCRIPT")]
        scripts: Vec<String>,
    },

    /// Create, list and revoke tokens, as the retired Databricks Tokens CLI did
    #[command(
        subcommand,
        after_help = "Example: patroll tokens list --where 't.expires_in < days(30)'"
    )]
    Tokens(Tokens),

    /// Show, end, give up or rebuild the rotations that this machine remembers
    #[command(subcommand, after_help = "Example: patroll rotations list")]
    Rotations(Rotations),

    /// Do what only an administrator of the workspace can
    #[command(
        subcommand,
        after_help = "Example: patroll admin tokens revoke --where 't.unused_for > days(180)'"
    )]
    Admin(Admin),

    /// Show the bundled scripts
    #[command(
        subcommand,
        after_help = "Example: patroll scripts show cleanup_expired > my_cleanup.rhai"
    )]
    Scripts(Scripts),

    /// Explain the functions that scripts have
    #[command(after_help = "Example: patroll docs tokens_create")]
    Docs {
        /// A function
        name: Option<String>,
    },

    /// Print what to install so that a script runs again and again
    ///
    /// The flags given here are those that it will run with. Nothing is installed.
    #[command(
        after_help = "Example: patroll schedule cleanup_expired --older-than 90d -p prod --every daily --as systemd"
    )]
    Schedule(Schedule),

    /// Serve a local workspace to try things on
    ///
    /// Listens on loopback until Ctrl-C; with a command, runs that against it and passes on its exit code. It is not a real
    /// workspace, and forgets everything at its end unless --state keeps it.
    #[command(after_help = SANDBOX_EXAMPLE, after_long_help = about_sandbox())]
    Sandbox(Box<Sandbox>),

    /// Show how one signs in, without a secret
    #[command(subcommand, after_help = "Example: patroll auth describe -p prod")]
    Auth(Auth),

    /// Ask how to sign in, try it, and write it to the profile file
    #[command(
        after_help = "Example: patroll configure -p prod --host https://NAME.cloud.databricks.com"
    )]
    Configure,

    /// Show what was changed from this machine, and what was refused or left out
    ///
    /// `--profile` shows one profile's; `--audit-log` names another log than the usual one.
    #[command(after_help = "Example: patroll audit --since 24h --effect revoke_token")]
    Audit(Audit),

    /// Print a completion script for a shell
    #[command(
        after_help = "Example: patroll completions bash > ~/.local/share/bash-completion/completions/patroll"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

const SANDBOX_EXAMPLE: &str =
    "Example: patroll sandbox -- sh -c 'patroll run cleanup_expired && patroll tokens list'";

/// Explains faults, and what can be done to a sandbox while it serves.
fn about_sandbox() -> String {
    let faults = crate::sandbox::fault_forms();
    let control = "While it serves, without a token:\n\
                   POST /.sandbox/faults  \"create:cut-after\"  makes trouble; GET lists it, DELETE ends it\n\
                   POST /.sandbox/clock   {\"advance\": \"90d\"}  moves its time on\n\
                   GET  /.sandbox/log                        tells what was asked and changed";
    format!("Faults: {faults}\n\n{control}\n\n{SANDBOX_EXAMPLE}")
}

/// What is to be done with tokens.
#[derive(Debug, Subcommand)]
pub enum Tokens {
    /// Create a token and print it, value included, as JSON
    #[command(
        after_help = "Example: patroll tokens create --comment 'ci deploy' --lifetime 30d --to-file token.txt"
    )]
    Create {
        /// What the token is for
        #[arg(long, value_name = "TEXT")]
        comment: String,
        /// How long it will live, in seconds (7776000, which is 90 days, if nothing is said)
        #[arg(
            long,
            value_name = "N",
            conflicts_with = "lifetime",
            allow_negative_numbers = true,
            value_parser = globals::lifetime_in_seconds
        )]
        lifetime_seconds: Option<Duration>,
        /// How long it will live, such as 90d or 36h
        #[arg(long, value_name = "DURATION", value_parser = globals::lifetime, allow_hyphen_values = true)]
        lifetime: Option<Duration>,
        /// What it may do; everything if nothing is said
        #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
        scopes: Option<Vec<String>>,
        /// Write the value to this new file, readable by its owner alone, instead of stdout
        #[arg(long, value_name = "FILE")]
        to_file: Option<PathBuf>,
    },

    /// List the tokens of the signed-in user
    #[command(after_help = "Example: patroll tokens list --where 't.age > days(90)' --output csv")]
    List {
        /// Only those for which this is true, an expression about `t`
        #[arg(long = "where", value_name = "EXPR")]
        condition: Option<String>,
    },

    /// Replace a token everywhere it lives, or go on with what an earlier run began
    ///
    /// Does what is due and returns: a token is replaced in time, and the old one revoked once the grace is over.
    #[command(
        after_help = "Example: patroll tokens rotate --slot ci -p prod --to-profile prod --older-than 60d"
    )]
    Rotate(Box<Rotate>),

    /// Revoke tokens
    #[command(
        after_help = "Example: patroll tokens revoke --where 't.comment == \"old job\"' --dry-run"
    )]
    Revoke {
        /// A token's id, or the first 8 or more letters of one; `-` reads ids from stdin
        #[arg(value_name = "ID", conflicts_with_all = ["condition", "token_id"])]
        ids: Vec<String>,
        /// A token's id, as with the retired CLI
        #[arg(long, value_name = "ID", num_args = 1)]
        token_id: Vec<String>,
        /// All for which this is true, an expression about `t`
        #[arg(long = "where", value_name = "EXPR", conflicts_with = "token_id")]
        condition: Option<String>,
        /// Be content if a token is gone already
        #[arg(long)]
        if_exists: bool,
    },
}

/// What is to be done with the bundled scripts.
#[derive(Debug, Subcommand)]
pub enum Scripts {
    /// List them
    #[command(after_help = "Example: patroll scripts list")]
    List,
    /// Print one, ready to be copied and edited
    #[command(after_help = "Example: patroll scripts show cleanup_expired > my_cleanup.rhai")]
    Show {
        /// Its name
        name: String,
    },
}

/// What is to be shown of signing in.
#[derive(Debug, Subcommand)]
pub enum Auth {
    /// Show host, profile, method and every attribute with where it came from; makes no request
    #[command(after_help = "Example: patroll auth describe -p prod -o json")]
    Describe,
    /// Sign in, and say who one is, where, and whether tokens may be managed
    #[command(after_help = "Example: patroll auth check -p prod")]
    Check,
    /// Show all profiles
    #[command(after_help = "Example: patroll auth profiles --check")]
    Profiles {
        /// Sign in with each, and say which are valid
        #[arg(long)]
        check: bool,
    },
}

/// A command line, understood.
#[derive(Debug)]
pub struct Typed {
    /// The global flags.
    pub asked: Asked,
    /// What is to be done; none for the bare word `patroll`.
    pub command: Option<Command>,
    /// What stands behind a script's name.
    pub arguments: Arguments,
    /// The global flags as they were typed, where a script is named.
    pub flags: Vec<Given>,
}

/// Turns the command line into data.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Typed, Unparsed> {
    let words: Vec<OsString> = words.into_iter().collect();
    let wants_json = unparsed::wants_json(&words);
    read(words).map_err(|error| Unparsed::new(error, wants_json))
}

fn read(words: Vec<OsString>) -> Result<Typed, clap::Error> {
    // Built once: of a short run, this is a good part.
    let command = Line::command();
    let parts = split::split(words, &command)?;
    let matches = narrow(&command, &parts.patroll)
        .try_get_matches_from(&parts.patroll)
        // Help and mistakes are told by who knows all commands.
        .or_else(|_| command.try_get_matches_from(&parts.patroll))?;
    let mut line = Line::from_arg_matches(&matches)?;
    if let Some(Command::Run { arguments, .. } | Command::Schedule(Schedule { arguments, .. })) =
        &mut line.command
    {
        arguments.clear();
    }
    Ok(Typed {
        asked: line.flags.globals.into_asked(line.flags.permissions),
        command: line.command,
        arguments: parts.script,
        flags: parts.flags,
    })
}

/// Leaves out the commands that are not typed: each would get a copy of every global flag, which takes longer than all else
/// that is done with a command line.
fn narrow(command: &clap::Command, words: &[OsString]) -> clap::Command {
    let is_typed = |name: &str| words.iter().any(|word| word == name);
    let typed = command.get_subcommands().filter(|command| is_typed(command.get_name())).cloned();
    let bare = clap::Command::new("patroll").version(env!("CARGO_PKG_VERSION"));
    let bare = bare.disable_help_subcommand(true).disable_version_flag(true);
    Flags::augment_args(bare).subcommands(typed)
}

/// Returns a shell's completion script.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Line::command(), "patroll", &mut script);
    script
}
