//! Files that effects write: private, whole or not at all, and proven writable before the call that cannot be undone.

mod edit;

use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::durable::folder_of;
use crate::error::{Error, reason};
use crate::gate::{Outcome, Permit};
use crate::secret::Secret;

pub use edit::{Access, check_editable, clear_leftover, edit, follow};

/// No file that tells a run something is larger.
const SMALL: u64 = 16 << 20;

/// A new file that can be written for certain, beside its final name until it is.
pub struct NewFile {
    path: PathBuf,
    temporary: NamedTempFile,
    permit: Permit,
}

impl NewFile {
    /// Makes room for the file `path`, which must not exist yet.
    pub fn reserve(permit: Permit, path: &Path) -> Result<Self, Error> {
        if path.symlink_metadata().is_ok() {
            return Err(refused(permit, path, "it exists already".to_owned()));
        }
        match NamedTempFile::new_in(folder_of(path)) {
            Ok(temporary) => Ok(Self { path: path.to_owned(), temporary, permit }),
            Err(error) => Err(refused(permit, path, reason(&error))),
        }
    }

    /// Writes the secret with mode 0600, and gives the file its name once it is on disk.
    pub fn put(self, secret: &Secret) -> Result<(), Error> {
        let Self { path, temporary, permit } = self;
        let written =
            fill(temporary, secret).and_then(|temporary| Ok(temporary.persist_noclobber(&path)?));
        conclude(permit, &path, written)
    }
}

/// Reads a plain file of at most `longest` bytes, through links.
pub fn read(path: &Path, longest: u64) -> Result<Vec<u8>, Error> {
    let failed =
        |reason: String| Error::Io { action: "read", subject: path.display().to_string(), reason };
    let system = |error: io::Error| failed(reason(&error));
    // Looked at before it is opened: a pipe would be waited for.
    if !path.metadata().map_err(system)?.is_file() {
        return Err(failed("it is no plain file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(system)?;
    file.take(longest + 1).read_to_end(&mut bytes).map_err(system)?;
    if bytes.len() as u64 > longest {
        return Err(failed(format!("it is longer than {} MiB", longest >> 20)));
    }
    Ok(bytes)
}

/// Reads what a run is told by a file, or by a pipe: what by mistake has no end must not take all memory.
pub fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(SMALL + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > SMALL {
        return Err(io::Error::other(format!("it is longer than {} MiB", SMALL >> 20)));
    }
    Ok(bytes)
}

/// Puts a text in the place of the file `path`, as a whole or not at all, with the mode it had or the usual one.
pub fn replace_text(permit: Permit, path: &Path, text: &str) -> Result<(), Error> {
    if is_odd(path) {
        return Err(refused(permit, path, ODD.to_owned()));
    }
    let write = || {
        let mode = path.metadata().map(|metadata| metadata.permissions().mode());
        let mut builder = tempfile::Builder::new();
        // The process's mask takes away what it does from every new file.
        let mut temporary =
            builder.permissions(Permissions::from_mode(0o666)).tempfile_in(folder_of(path))?;
        if let Ok(mode) = mode {
            temporary.as_file().set_permissions(Permissions::from_mode(mode))?;
        }
        temporary.write_all(text.as_bytes())?;
        temporary.as_file().sync_all()?;
        Ok(temporary.persist(path)?)
    };
    conclude(permit, path, write())
}

/// Fails if `replace` would: the file is something else than a plain one, or nothing can be made beside it.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    if is_odd(path) {
        return Err(unwritable(path, ODD.to_owned()));
    }
    // Made and gone at once: the only way to know is to try.
    NamedTempFile::new_in(folder_of(path))
        .map(drop)
        .map_err(|error| unwritable(path, reason(&error)))
}

/// Puts the secret in the place of the file `path`, as a whole or not at all, with mode 0600.
pub fn replace(permit: Permit, path: &Path, secret: &Secret) -> Result<(), Error> {
    if is_odd(path) {
        return Err(refused(permit, path, ODD.to_owned()));
    }
    let written = NamedTempFile::new_in(folder_of(path))
        .and_then(|temporary| fill(temporary, secret))
        .and_then(|temporary| Ok(temporary.persist(path)?));
    conclude(permit, path, written)
}

fn fill(mut temporary: NamedTempFile, secret: &Secret) -> io::Result<NamedTempFile> {
    let file = temporary.as_file_mut();
    file.set_permissions(Permissions::from_mode(0o600))?;
    writeln!(file, "{}", secret.expose())?;
    file.sync_all()?;
    Ok(temporary)
}

/// Makes the new name last through a power cut, and closes the permit with what came of it all.
fn conclude(permit: Permit, path: &Path, written: io::Result<File>) -> Result<(), Error> {
    match written.and_then(|_| File::open(folder_of(path))?.sync_all()) {
        Ok(()) => {
            done(permit);
            Ok(())
        }
        Err(error) => Err(refused(permit, path, reason(&error))),
    }
}

fn done(permit: Permit) {
    permit.close(&Outcome::Done { made: None, request_id: None });
}

fn refused(permit: Permit, path: &Path, reason: String) -> Error {
    permit.close(&Outcome::Refused { code: "IO".to_owned(), request_id: None });
    unwritable(path, reason)
}

fn unwritable(path: &Path, reason: String) -> Error {
    Error::Io { action: "write", subject: path.display().to_string(), reason }
}

const ODD: &str = "it is a link, or no plain file";

fn is_odd(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| !metadata.is_file())
}
