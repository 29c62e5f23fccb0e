//! Writing a session down: the one file the REPL itself writes, beside its history.
//!
//! Outside the gate by name (see `gate`): it is what was typed, written where it was said, and a dry run is where one
//! tries what is worth keeping. A file that a session has not written is never replaced.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::{Error, reason};
use crate::secret;

/// How a file begins that a session has written.
const MARK: &str = "// Saved from a session of patroll.";

/// Writes a script, whole or not at all; returns its lines.
pub fn save(file: &str, script: &str) -> Result<usize, Error> {
    let path = Path::new(file);
    if script.is_empty() {
        return Err(failed(file, "no input has succeeded yet".to_owned()));
    }
    if secret::holds_secret(script) {
        return Err(failed(file, "an input holds a token value".to_owned()));
    }
    if !is_ours_to_write(path) {
        return Err(failed(file, "it exists already, and no session has written it".to_owned()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written =
        NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).and_then(|mut temporary| {
            write!(temporary, "{MARK}\n\n{script}")?;
            temporary.as_file().sync_all()?;
            Ok(temporary.persist(path)?)
        });
    written.map_err(|error| failed(file, reason(&error)))?;
    Ok(script.lines().count())
}

/// Returns the file as `patroll run` takes it.
pub fn runnable(file: &str) -> String {
    let is_path =
        file.contains('/') || Path::new(file).extension().is_some_and(|end| end == "rhai");
    if is_path { file.to_owned() } else { format!("./{file}") }
}

fn is_ours_to_write(path: &Path) -> bool {
    match fs::read(path) {
        Ok(content) => content.starts_with(MARK.as_bytes()),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

fn failed(file: &str, reason: String) -> Error {
    Error::Io { action: "save the session to", subject: file.to_owned(), reason }
}
