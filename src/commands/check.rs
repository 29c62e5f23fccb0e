//! `patroll check SCRIPT…`.

use crate::error::{Error, exit};
use crate::script::{Source, find_mistakes};

/// Compiles every script and tells what is wrong; says nothing if nothing is.
pub fn execute(scripts: &[String]) -> Result<(), Error> {
    let sources = scripts.iter().map(|word| Source::load(word)).collect::<Result<Vec<_>, _>>()?;
    let mut mistakes = find_mistakes(&sources)?;
    for mistake in &mut mistakes {
        mistake.exit_code = exit::USAGE;
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Mistakes { mistakes }) }
}
