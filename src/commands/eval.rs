//! `patroll eval EXPR`.

use std::sync::Arc;

use crate::error::Error;
use crate::script::evaluate;
use crate::session::Session;

/// Evaluates the expression and shows its result.
pub fn execute(session: &Arc<Session>, expression: &str) -> Result<(), Error> {
    evaluate(session, expression)
}
