//! `patroll check SCRIPT…`.

use crate::error::Error;
use crate::output::Output;

/// Compiles every script and reports what is wrong.
pub fn execute(_scripts: &[String], _output: &Output) -> Result<(), Error> {
    Ok(())
}
