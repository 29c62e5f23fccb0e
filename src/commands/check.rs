//! `patroll check SCRIPT…`.

use crate::error::Error;
use crate::script::{Source, find_mistakes};

/// Compiles every script and tells what is wrong; says nothing if nothing is.
pub fn execute(scripts: &[String]) -> Result<(), Error> {
    let sources = scripts.iter().map(|word| Source::load(word)).collect::<Result<Vec<_>, _>>()?;
    let mistakes = find_mistakes(&sources)?;
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Mistakes { mistakes }) }
}
