//! `patroll eval EXPR`.

use std::sync::Arc;

use super::fleet;
use crate::error::Error;
use crate::gate::Askers;
use crate::metrics::Metrics;
use crate::script::evaluate;
use crate::session::Session;
use crate::settings::Member;

/// Evaluates the expression and shows its result, on each of several workspaces if there are.
pub fn execute(
    session: &Arc<Session>,
    members: Option<&[Member]>,
    askers: &Askers,
    expression: &str,
    metrics: Option<&Metrics>,
) -> Result<(), Error> {
    match members {
        Some(members) => {
            fleet::execute(session, members, askers, metrics, &|part| evaluate(part, expression))
        }
        None => evaluate(session, expression),
    }
}
