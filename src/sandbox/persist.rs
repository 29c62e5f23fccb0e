//! The state file: everything a sandbox remembers, as JSON. It holds credentials and secrets, so it
//! is its owner's only, and it is replaced whole, so that it is never half written.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::options::StartError;
use super::store::Store;

/// What is written; a file with another number is refused.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    advanced_ms: i64,
    workspaces: &'a [Store],
}

/// What a state file said.
#[derive(Deserialize, Default)]
pub(super) struct State {
    version: u32,
    /// By how much the clock had been advanced, in milliseconds.
    pub(super) advanced_ms: i64,
    /// The workspaces, in order.
    pub(super) workspaces: Vec<Store>,
}

/// Reads a state file; one that does not exist yet says nothing.
pub(super) fn load(path: &Path) -> Result<State, StartError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(State::default()),
        Err(error) => return Err(StartError::State(path.to_owned(), error)),
    };
    let not_a_state = |reason: String| StartError::NotAState(path.to_owned(), reason);
    // The parser's own message may quote a value.
    let state: State = serde_json::from_slice(&bytes).map_err(|error| {
        not_a_state(format!("it breaks off or differs at line {}", error.line()))
    })?;
    if state.version != VERSION {
        return Err(not_a_state(format!("it is of version {}, not {VERSION}", state.version)));
    }
    Ok(state)
}

/// Replaces a state file.
pub(super) fn save(path: &Path, advanced_ms: i64, workspaces: &[Store]) -> io::Result<()> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are readable by their owner only, and stay so under their new name.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut writer = io::BufWriter::new(file.as_file_mut());
    serde_json::to_writer(&mut writer, &Written { version: VERSION, advanced_ms, workspaces })?;
    writer.flush()?;
    drop(writer);
    file.persist(path)?;
    Ok(())
}
