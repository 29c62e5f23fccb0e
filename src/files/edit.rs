//! Changes a file that others change too: under a lock, as a whole or not at all, and nobody's but our own.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{conclude, folder_of, refused};
use crate::error::{Error, reason};
use crate::gate::Permit;
use crate::secret::Secret;

/// Why a file was not changed.
enum Failure {
    System(io::Error),
    Meaning(Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Replaces what `path` holds by what `change` makes of it, with mode 0600; a link is followed, a missing file is empty.
pub fn edit(
    permit: Permit,
    path: &Path,
    change: impl Fn(&[u8]) -> Result<Secret, Error>,
) -> Result<(), Error> {
    let target = follow(path);
    match rewrite(&target, change) {
        Ok(file) => conclude(permit, &target, Ok(file)),
        Err(Failure::System(error)) => Err(refused(permit, path, reason(&error))),
        Err(Failure::Meaning(error)) => {
            drop(refused(permit, path, String::new()));
            Err(error)
        }
    }
}

fn rewrite(path: &Path, change: impl Fn(&[u8]) -> Result<Secret, Error>) -> Result<File, Failure> {
    let mut locked = lock(path)?;
    if locked.metadata()?.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other("it belongs to another user").into());
    }
    let mut bytes = Vec::new();
    locked.read_to_end(&mut bytes)?;
    let changed = change(&bytes).map_err(Failure::Meaning)?;
    let mut temporary = NamedTempFile::new_in(folder_of(path))?;
    temporary.as_file().set_permissions(Permissions::from_mode(0o600))?;
    temporary.write_all(changed.expose().as_bytes())?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error.into())
}

/// Opens the file and waits until it is ours alone; another writer's rename may put a new file in its place meanwhile.
fn lock(path: &Path) -> io::Result<File> {
    loop {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .mode(0o600)
            .truncate(false)
            .open(path)?;
        file.lock()?;
        let (locked, named) = (file.metadata()?, fs::metadata(path));
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (locked.dev(), locked.ino())) {
            return Ok(file);
        }
    }
}

/// Returns where the file really lies, so that a link to it stays one.
fn follow(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match path.read_link() {
        Ok(target) => folder_of(path).join(target),
        Err(_) => path.to_owned(),
    }
}
