//! Puts an edit of the profile file on disk, through the gate's permit.

use std::path::Path;

use super::edit::{Edit, apply};
use super::malformed;
use crate::error::Error;
use crate::files;
use crate::gate::Permit;
use crate::secret::Secret;

/// Makes the change to the file at `path`, which is made if it is not there; whoever writes at the same time loses nothing.
pub fn write(permit: Permit, path: &Path, edit: &Edit) -> Result<(), Error> {
    files::edit(permit, path, files::Access::Private, |bytes| {
        let text = std::str::from_utf8(bytes).map_err(|_| malformed(path, "it is not UTF-8"))?;
        apply(text, edit).map(Secret::unregistered).map_err(|problem| malformed(path, &problem))
    })
}
