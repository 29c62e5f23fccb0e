//! Runs a command that somebody typed, with our terminal and a few more variables.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;

/// Runs `command` to its end and returns its exit code, 128 and the signal's number if one ended it.
pub fn run_with_variables(command: &[OsString], variables: &[(&str, &str)]) -> Result<u8, Error> {
    let Some((program, arguments)) = command.split_first() else { return Ok(0) };
    let status = Command::new(program).args(arguments).envs(variables.iter().copied()).status();
    let status = status.map_err(|error| Error::io("run", program.to_string_lossy(), &error))?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Returns where patroll itself lies.
pub fn own_program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(|error| Error::io("find", "patroll itself", &error))
}
