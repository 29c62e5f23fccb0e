//! What every line of a run has in common: the network it crosses, whom it tells, what ends it.

use std::sync::Arc;

use super::retry::Pace;
use crate::clock::Clock;
use crate::output::Output;
use crate::settings::Network;
use crate::stop::Stop;

/// The means to reach hosts.
#[derive(Clone)]
pub struct Means {
    /// The networks between here and there.
    pub network: Arc<Network>,
    /// What the automation that this runs in is called, if it is in one.
    pub automation: Option<&'static str>,
    /// Where things are said.
    pub output: Arc<Output>,
    /// What ends the run.
    pub stop: Arc<Stop>,
    /// The run's now.
    pub clock: Arc<Clock>,
    /// How many requests may be on their way at once.
    pub jobs: usize,
    /// How patient it is.
    pub pace: Pace,
}
