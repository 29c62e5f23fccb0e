//! `patroll check SCRIPT…`.

use std::sync::Arc;

use crate::error::{Error, exit};
use crate::output::Output;
use crate::script::{Checked, check};
use crate::stop::Stop;

/// Compiles every script and tells what is wrong; if nothing is, what each asks for.
pub fn execute(scripts: &[String], output: &Output, stop: &Arc<Stop>) -> Result<(), Error> {
    let Checked { mut mistakes, headers } = check(scripts, stop)?;
    for mistake in &mut mistakes {
        mistake.exit_code = exit::USAGE;
    }
    if !mistakes.is_empty() {
        return Err(Error::Mistakes { mistakes });
    }
    for (name, header) in &headers {
        if let Some(flags) = header.flags() {
            output.line(&format!("{name} needs {flags}"))?;
        }
        if header.is_read_only {
            output.line(&format!("{name} is read-only"))?;
        }
    }
    Ok(())
}
