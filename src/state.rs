//! patroll's own folder: the audit log, the history of the REPL, where signing in is done, and whatever else it must
//! remember between runs.
//!
//! Outside the gate by name (see `gate`): what is written here is memory about effects, not an effect.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::folder;

/// The state folder; made, readable by its owner alone, when first written to.
#[derive(Clone, Debug)]
pub struct StateDir(PathBuf);

impl StateDir {
    /// Names the folder without touching it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns where `name` lies in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Returns what `name` holds, if it is there.
    pub fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(name)).ok()
    }

    /// Puts `text` in the place of what `name` holds, as a whole, with mode 0600.
    pub fn replace(&self, name: &str, text: &str) -> io::Result<()> {
        make_private(&self.0)?;
        let mut file = NamedTempFile::new_in(&self.0)?;
        file.write_all(text.as_bytes())?;
        file.persist(self.path(name)).map(drop).map_err(|error| error.error)
    }

    /// Opens `name` for appending, with mode 0600.
    pub fn append(&self, name: &str) -> io::Result<File> {
        make_private(&self.0)?;
        OpenOptions::new().append(true).create(true).mode(0o600).open(self.path(name))
    }

    /// Makes the folder, if it is not there.
    pub fn make(&self) -> io::Result<()> {
        make_private(&self.0)
    }

    /// Reads the last `most` bytes of `name`, whole lines only.
    pub fn read_tail(&self, name: &str, most: u64) -> io::Result<String> {
        let mut file = File::open(self.path(name))?;
        let start = file.metadata()?.len().saturating_sub(most);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let skipped = if start == 0 { 0 } else { text.find('\n').map_or(text.len(), |at| at + 1) };
        Ok(text[skipped..].to_owned())
    }
}

fn make_private(path: &Path) -> io::Result<()> {
    match DirBuilder::new().recursive(true).mode(0o700).create(path) {
        // Something else is there: what, a look inside tells.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => folder::names(path).map(drop),
        made => made,
    }
}
