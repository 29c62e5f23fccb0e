//! patroll's own folder: the audit log today, and whatever else it must remember between runs.
//!
//! Outside the gate by name (see `gate`): what is written here is memory about effects, not an effect.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

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

    /// Opens `name` for appending, with mode 0600.
    pub fn append(&self, name: &str) -> io::Result<File> {
        make_private(&self.0)?;
        OpenOptions::new().append(true).create(true).mode(0o600).open(self.path(name))
    }
}

fn make_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
