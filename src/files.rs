//! Files that effects write: private, whole or not at all, and proven writable before the call that cannot be undone.

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Error;
use crate::gate::{Outcome, Permit};
use crate::secret::Secret;

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
            permit.close(&Outcome::Refused { code: "FILE_EXISTS".to_owned(), request_id: None });
            return Err(Error::Io {
                action: "write",
                subject: path.display().to_string(),
                reason: "it exists already".into(),
            });
        }
        match NamedTempFile::new_in(folder_of(path)) {
            Ok(temporary) => Ok(Self { path: path.to_owned(), temporary, permit }),
            Err(error) => {
                permit.close(&Outcome::Refused { code: "IO".to_owned(), request_id: None });
                Err(Error::io("write", path.display(), &error))
            }
        }
    }

    /// Writes the secret with mode 0600, and gives the file its name once it is on disk.
    pub fn put(self, secret: &Secret) -> Result<(), Error> {
        match write(self.temporary, &self.path, secret) {
            Ok(()) => {
                self.permit.close(&Outcome::Done { made: None, request_id: None });
                Ok(())
            }
            Err(problem) => {
                self.permit.close(&Outcome::Refused { code: "IO".to_owned(), request_id: None });
                Err(Error::io("write", self.path.display(), &problem))
            }
        }
    }
}

fn write(mut temporary: NamedTempFile, path: &Path, secret: &Secret) -> std::io::Result<()> {
    let file = temporary.as_file_mut();
    file.set_permissions(Permissions::from_mode(0o600))?;
    writeln!(file, "{}", secret.expose())?;
    file.sync_all()?;
    temporary.persist_noclobber(path)?;
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
