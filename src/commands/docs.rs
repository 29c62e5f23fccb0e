//! `patroll docs [NAME]`.

use crate::error::Error;
use crate::output::Output;

/// Shows the table of functions, or one function's manual.
pub fn execute(_name: Option<&str>, _output: &Output) -> Result<(), Error> {
    Ok(())
}
