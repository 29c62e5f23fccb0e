//! Changes a file that others change too: under a lock, as a whole or not at all, and nobody's but our own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::{done, refused};
use crate::durable::{self, PRIVATE, folder_of};
use crate::error::{Error, reason};
use crate::gate::Permit;
use crate::secret::Secret;

/// What becomes of the permissions of a file that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone may read it from now on.
    Private,
    /// Whoever could read it still can; a new one is its owner's alone.
    Kept,
}

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

/// Replaces what `path` holds by what `change` makes of it; a link is followed, a missing file is empty.
pub fn edit(
    permit: Permit,
    path: &Path,
    access: Access,
    change: impl Fn(&[u8]) -> Result<Secret, Error>,
) -> Result<(), Error> {
    match rewrite(&follow(path), access, change) {
        Ok(()) => {
            done(permit);
            Ok(())
        }
        Err(Failure::System(error)) => Err(refused(permit, path, reason(&error))),
        Err(Failure::Meaning(error)) => {
            drop(refused(permit, path, String::new()));
            Err(error)
        }
    }
}

/// Proves that `edit` can change `path`: it is ours to change, and there is room for a new one.
pub fn check_editable(path: &Path) -> Result<(), Error> {
    let target = follow(path);
    let check = || {
        if target.symlink_metadata().is_ok() {
            refuse_other_names(&lock(&target)?)?;
        }
        if durable::is_mounted(&target) {
            let why = "it is mounted by itself, so nothing can take its place: mount its folder";
            return Err(io::Error::other(why));
        }
        durable::check_room(&target)
    };
    check().map_err(|error| Error::io("write", path.display(), &error))
}

/// Removes what a writer that was killed left beside `path`; one that is still at work is waited for.
pub fn clear_leftover(path: &Path) -> io::Result<()> {
    let target = follow(path);
    if !durable::has_leftover(&target) {
        return Ok(());
    }
    let _lock = lock(&target)?;
    durable::clear_leftover(&target)
}

/// Returns where the file really lies, so that a link to it stays one.
pub fn follow(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match path.read_link() {
        Ok(target) => folder_of(path).join(target),
        Err(_) => path.to_owned(),
    }
}

fn rewrite(
    path: &Path,
    access: Access,
    change: impl Fn(&[u8]) -> Result<Secret, Error>,
) -> Result<(), Failure> {
    if !path.exists() {
        // What cannot be written is not to leave an empty file.
        change(b"").map_err(Failure::Meaning)?;
    }
    let mut locked = lock(path)?;
    refuse_other_names(&locked)?;
    let mut bytes = Vec::new();
    locked.read_to_end(&mut bytes)?;
    let changed = change(&bytes).map_err(Failure::Meaning)?;
    let mode = match access {
        Access::Private => PRIVATE,
        Access::Kept => locked.metadata()?.mode() & 0o777,
    };
    Ok(durable::replace(path, changed.expose().as_bytes(), mode)?)
}

/// Refuses a file that goes by another name too: under that, the old content would live on.
fn refuse_other_names(file: &File) -> io::Result<()> {
    if file.metadata()?.nlink() > 1 {
        return Err(io::Error::other("it has another name, a hard link, which would not change"));
    }
    Ok(())
}

/// Opens our own file and waits until it is ours alone; another writer's rename may put a new file in its place meanwhile.
fn lock(path: &Path) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::other("it is no plain file"));
    }
    loop {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .mode(PRIVATE)
            .truncate(false)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path)?;
        file.lock()?;
        let (locked, named) = (file.metadata()?, fs::metadata(path));
        if locked.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other("it belongs to another user"));
        }
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (locked.dev(), locked.ino())) {
            return Ok(file);
        }
    }
}
