//! `patroll check SCRIPT…`.

use std::sync::Arc;

use crate::error::{Error, exit};
use crate::script::find_mistakes;
use crate::stop::Stop;

/// Compiles every script and tells what is wrong; says nothing if nothing is.
pub fn execute(scripts: &[String], stop: &Arc<Stop>) -> Result<(), Error> {
    let mut mistakes = find_mistakes(scripts, stop)?;
    for mistake in &mut mistakes {
        mistake.exit_code = exit::USAGE;
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Mistakes { mistakes }) }
}
