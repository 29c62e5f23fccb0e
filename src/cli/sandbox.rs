//! What can be typed behind `patroll sandbox`.

use std::ffi::OsString;
use std::path::PathBuf;

use super::globals;
use crate::clock::{Duration, Time};

/// How the local workspace behaves.
#[derive(Debug, clap::Args)]
pub struct Sandbox {
    /// Listen on this port of loopback (any free one if not said); workspaces take this and the following
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// How many tokens there are to begin with
    #[arg(long, default_value_t = 40)]
    pub tokens: usize,
    /// How many workspaces there are; a command finds the profiles sandbox-1, sandbox-2, … for them
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub workspaces: Option<OsString>,
    /// Keep everything in this file
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Answer every request this much later
    #[arg(long, value_name = "DURATION", value_parser = globals::duration)]
    pub latency: Option<Duration>,
    /// Bear this many requests a second, and answer more with 429 and Retry-After
    #[arg(long, value_name = "N")]
    pub rate_limit: Option<u32>,
    /// Make up other data
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Let time stand still at this instant
    #[arg(long, value_name = "TIME", value_parser = globals::time)]
    pub now: Option<Time>,
    /// Give tokens random ids instead of the hash of their value
    #[arg(long)]
    pub random_ids: bool,
    /// How long expired tokens are still listed (24h if not said)
    #[arg(long, value_name = "DURATION", value_parser = globals::duration)]
    pub expired_linger: Option<Duration>,
    /// Make trouble, such as `create:status=503,times=2`; can be given several times
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<String>,
    /// The command to run against it
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
