//! `patroll run SCRIPT [ARGS…]`.

use std::sync::Arc;

use crate::error::Error;
use crate::script::{Arguments, Program, Source};
use crate::session::Session;

/// Loads the script and runs it.
pub fn execute(session: &Arc<Session>, script: &str, arguments: Arguments) -> Result<(), Error> {
    let source = Source::load(script, session.stop())?;
    Program { source, arguments }.run(session)
}
