//! What a folder holds, read so that no failure of the disk is a panic: the standard library's reader asserts that closing
//! what it read succeeds.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{Dir, Mode, OFlags, open};
use rustix::io::{Errno, retry_on_intr};

/// Returns the names in a folder, in no order; none if there is no such folder.
pub fn names(path: &Path) -> io::Result<Vec<OsString>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = match retry_on_intr(|| open(path, flags, Mode::empty())) {
        Err(Errno::NOENT) => return Ok(Vec::new()),
        opened => opened?,
    };
    let mut names = Vec::new();
    for entry in Dir::new(folder)? {
        let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
        if name != "." && name != ".." {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_what_it_holds_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", ".b", "c d"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let mut found = names(folder.path()).unwrap();
        found.sort();
        assert_eq!(found, [".b", "a", "c d"]);
        assert_eq!(names(&folder.path().join("missing")).unwrap(), Vec::<OsString>::new());
        assert!(names(&folder.path().join("a")).is_err(), "a file is no folder");
    }
}
