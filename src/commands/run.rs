//! `patroll run SCRIPT [ARGS…]`.

use std::sync::Arc;

use super::fleet;
use crate::error::Error;
use crate::gate::Askers;
use crate::metrics::Metrics;
use crate::script::{Arguments, Program, Source};
use crate::session::Session;
use crate::settings::Member;

/// Loads the script and runs it, on each of several workspaces if there are.
pub fn execute(
    session: &Arc<Session>,
    members: Option<&[Member]>,
    askers: &Askers,
    script: &str,
    arguments: Arguments,
    metrics: Option<&Metrics>,
) -> Result<(), Error> {
    let program = Program { source: Source::load(script, session.stop())?, arguments };
    match members {
        // Help is the same everywhere.
        Some(members) if !program.arguments.wants_help => {
            fleet::execute(session, members, askers, metrics, &|part| program.clone().run(part))
        }
        _ => program.run(session),
    }
}
