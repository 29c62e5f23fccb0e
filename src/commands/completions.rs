//! `patroll completions SHELL`.

use crate::cli;
use crate::error::Error;
use crate::output::Output;

/// Prints the shell's completion script.
pub fn execute(shell: clap_complete::Shell, output: &Output) -> Result<(), Error> {
    output.reveal(String::from_utf8_lossy(&cli::completions(shell)).trim_end())
}
