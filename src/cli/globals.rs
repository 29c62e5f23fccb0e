//! The flags that every command has, and the readers of durations and times.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::permissions::Permissions;
use crate::clock::{Duration, Time};
use crate::output::{Format, LogFormat};
use crate::settings::{Asked, Color, Fleet, MOST_JOBS, Shard};

/// The flags that every command has; they can stand anywhere before `--`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Globals {
    /// Use this profile of the profile file; it beats the environment. Several, or a pattern such as 'prod-*', run a
    /// script on each
    #[arg(short, long, global = true, value_name = "NAME")]
    profile: Vec<String>,
    /// Run a script on the workspace of every profile
    #[arg(long, global = true)]
    all_profiles: bool,
    /// Run a script on every host in this file (`-` is stdin), with one OAuth credential
    #[arg(long, global = true, value_name = "FILE")]
    workspaces: Option<OsString>,
    /// Take only every N-th of several workspaces, beginning with the I-th; N alone takes I from `JOB_COMPLETION_INDEX`
    #[arg(long, global = true, value_name = "I/N", value_parser = Shard::parse, allow_hyphen_values = true)]
    shard: Option<Shard>,
    /// Use the workspace at this address
    #[arg(long, global = true, value_name = "URL")]
    host: Option<String>,
    /// Read profiles from this file instead of ~/.databrickscfg
    #[arg(long, global = true, value_name = "FILE")]
    config_file: Option<PathBuf>,
    /// Trust the certificates in this file too; can be given several times
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Vec<PathBuf>,
    /// Show this certificate to servers that ask for one
    #[arg(long, global = true, value_name = "FILE")]
    client_cert: Option<PathBuf>,
    /// Read the key of --client-cert from this file, if it is not in the same
    #[arg(long, global = true, value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,
    /// Remember in this folder: the audit log, rotations, locks
    #[arg(long, global = true, value_name = "FOLDER")]
    state_dir: Option<PathBuf>,
    /// Say which token is the one signed in with, where its value does not tell
    #[arg(long, global = true, value_name = "ID")]
    own_token_id: Option<String>,
    /// Use a fresh local workspace, forgotten at the end
    #[arg(long, global = true)]
    sandbox: bool,
    /// Change nothing; list what would have been done
    #[arg(short = 'n', long, global = true)]
    dry_run: bool,
    /// Write data in this form; auto is a table on a terminal and JSON otherwise
    #[arg(short, long, global = true, value_name = "FORM", hide_possible_values = false)]
    output: Option<Form>,
    /// Use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    color: When,
    /// Stop after this time, such as 90s or 10m; off a terminal after an hour if nothing is said
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, allow_hyphen_values = true)]
    timeout: Option<Duration>,
    /// Have at most this many requests on their way at once, where there are many to make (32 if not said); of several
    /// workspaces, work on so many at a time (8)
    #[arg(short, long, global = true, value_name = "N", value_parser = jobs)]
    jobs: Option<usize>,
    /// Show each request and the causes of errors, but no secret
    #[arg(long, global = true)]
    debug: bool,
    /// Say nothing but data, changes, warnings and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Answer yes to every question
    #[arg(short, long, global = true)]
    yes: bool,
    /// Write the audit log to this file, or `-` for stdout, from dry runs too
    #[arg(long, global = true, value_name = "FILE")]
    audit_log: Option<PathBuf>,
    /// Write messages to stderr in this form: lines for people, or a JSON object a line
    #[arg(
        long,
        global = true,
        value_name = "FORM",
        default_value = "text",
        hide_default_value = true
    )]
    log_format: Log,
    /// Write the run's figures for Prometheus to this file
    #[arg(long, global = true, value_name = "FILE")]
    metrics_file: Option<PathBuf>,
    /// Run only while no other run of this machine holds the lock of this name
    #[arg(long, global = true, value_name = "NAME", value_parser = lock_name)]
    lock: Option<String>,
    /// Wait for the lock so long, instead of not at all
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, requires = "lock", allow_hyphen_values = true)]
    wait: Option<Duration>,
    /// Begin at random within this time, unless somebody watches
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, allow_hyphen_values = true)]
    jitter: Option<Duration>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Auto,
    #[value(alias = "text")]
    Table,
    Json,
    Csv,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Log {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl Globals {
    /// Returns what was typed.
    pub fn into_asked(self, permissions: Permissions) -> Asked {
        let (profile, fleet) = Fleet::of_profiles(self.profile);
        Asked {
            profile,
            fleet: Fleet {
                all_profiles: self.all_profiles,
                workspaces: self.workspaces.map(PathBuf::from),
                shard: self.shard,
                ..fleet
            },
            host: self.host,
            config_file: self.config_file,
            ca_file: self.ca_file,
            client_cert: self.client_cert,
            client_key: self.client_key,
            state_dir: self.state_dir,
            own_token_id: self.own_token_id,
            is_sandbox: self.sandbox,
            sandbox: None,
            dry_run: self.dry_run,
            read_only: permissions.is_read_only(),
            limits: permissions.limits(),
            max_memory: permissions.max_memory(),
            grants: permissions.into_grants(),
            output: self.output.map(|form| match form {
                Form::Auto => Format::Auto,
                Form::Table => Format::Table,
                Form::Json => Format::Json,
                Form::Csv => Format::Csv,
            }),
            color: match self.color {
                When::Auto => Color::Auto,
                When::Always => Color::Always,
                When::Never => Color::Never,
            },
            timeout: self.timeout,
            jobs: self.jobs,
            debug: self.debug,
            quiet: self.quiet,
            yes: self.yes,
            audit_log: self.audit_log,
            log_format: match self.log_format {
                Log::Text => LogFormat::Text,
                Log::Json => LogFormat::Json,
            },
            metrics_file: self.metrics_file,
            lock: self.lock,
            wait: self.wait,
            jitter: self.jitter,
        }
    }
}

/// Reads how many may be at work at once.
fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=MOST_JOBS) => Ok(count),
        _ => Err(format!("it is not a number from 1 to {MOST_JOBS}")),
    }
}

/// Reads a duration, with its hint in the message.
pub fn duration(text: &str) -> Result<Duration, String> {
    let length = Duration::parse(text).map_err(|error| explain(&error))?;
    if length < Duration::from_ms(0) { Err("it is below zero".to_owned()) } else { Ok(length) }
}

/// Reads how long a token is to live.
pub fn lifetime(text: &str) -> Result<Duration, String> {
    duration(text).and_then(at_least_a_second)
}

/// Reads how long a token is to live, in seconds.
pub fn lifetime_in_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "it is not a whole number".to_owned())?;
    at_least_a_second(Duration::from_seconds(seconds))
}

fn at_least_a_second(length: Duration) -> Result<Duration, String> {
    let shortest = Duration::from_seconds(1);
    if length < shortest { Err("a token lives for 1 s or longer".to_owned()) } else { Ok(length) }
}

/// Reads the name of a lock, which becomes that of a file.
fn lock_name(text: &str) -> Result<String, String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let is_name = (1..=64).contains(&text.len()) && text.chars().all(is_plain);
    if is_name && !text.starts_with('.') {
        return Ok(text.to_owned());
    }
    Err("a name has up to 64 letters, digits, `-`, `_` and `.`, and does not begin with a dot"
        .to_owned())
}

/// A point in time as people say it.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// At this time.
    At(Time),
    /// So long ago.
    Ago(Duration),
}

impl Moment {
    /// Returns the instant.
    pub fn before(self, now: Time) -> Time {
        match self {
            Self::At(time) => time,
            Self::Ago(length) => now.plus(length.negated()),
        }
    }
}

/// Reads an instant, or how long ago it was.
pub fn moment(text: &str) -> Result<Moment, String> {
    let time = || Time::parse(text).map(Moment::At);
    duration(text).map(Moment::Ago).or_else(|_| time()).map_err(|_| {
        format!(
            "`{text}` is neither a time nor a duration; write 2026-11-23, 2026-11-23T00:00Z or 24h"
        )
    })
}

/// Reads an instant, with its hint in the message.
pub fn time(text: &str) -> Result<Time, String> {
    Time::parse(text).map_err(|error| explain(&error))
}

fn explain(error: &crate::error::Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}
