//! Files that survive a crash: put in their place as a whole, made to last through a power cut, and no copy left behind.
//!
//! What is written here has no name until it is whole. For the moment between its first name and its last one it stands
//! beside its place under a name that the next writer clears away, so that no value outlives a crash in a forgotten file.
//! Who may write, and whether, is decided elsewhere; two writers of one place have to hold a lock.

mod attributes;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatxAttributes, StatxFlags, linkat, open, statx};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::geteuid;

/// The mode of what holds a secret.
pub const PRIVATE: u32 = 0o600;

/// What proves that a disk has room: more than any token value.
const TRIAL: [u8; 4096] = [0; 4096];

/// Puts `bytes` in the place of what `path` holds, as a whole or not at all, with the permissions in `mode` and the
/// attributes that were there.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    clear_leftover(path)?;
    let beside = beside(path);
    let (mut file, is_named) = begin(path)?;
    let written = fill(&mut file, bytes, mode, path)
        .and_then(|()| if is_named { Ok(()) } else { name(&file, &beside) })
        .and_then(|()| fs::rename(&beside, path));
    if let Err(error) = written {
        // What was named has to go; what was not is gone with the file.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    sync_folder(path)
}

/// Proves that `replace` can write to `path`: its folder takes a new file, which may be its group's and have its
/// attributes, and its disk has room for one.
pub fn check_room(path: &Path) -> io::Result<()> {
    clear_leftover(path)?;
    let (mut file, is_named) = begin(path)?;
    let mode = fs::metadata(path).map_or(PRIVATE, |metadata| metadata.mode());
    let tried = keep_group(&file, path, mode)
        .and_then(|()| attributes::keep(&file, path, mode))
        .and_then(|()| file.write_all(&TRIAL))
        .and_then(|()| file.sync_all());
    if is_named {
        fs::remove_file(beside(path))?;
    }
    tried
}

/// Returns whether a file is mounted by itself, as into a container: nothing can take its place then.
pub fn is_mounted(path: &Path) -> bool {
    let found = statx(CWD, path, AtFlags::empty(), StatxFlags::BASIC_STATS);
    found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

/// Makes what `path` holds last, whoever wrote it.
pub fn make_lasting(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()?;
    sync_folder(path)
}

/// Removes what a writer that was killed left beside `path`.
pub fn clear_leftover(path: &Path) -> io::Result<()> {
    match fs::remove_file(beside(path)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns whether something stands beside `path` that a writer may have left.
pub fn has_leftover(path: &Path) -> bool {
    beside(path).symlink_metadata().is_ok()
}

/// Makes a folder that is its owner's alone, and those above it that are missing, so that they last.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folder(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_folder(path)
}

/// Makes the name of a folder last, and those of the folders above it, whoever made them: one that is there may have been
/// made by a run that died before it had seen to that. What belongs to somebody else was made by no run of ours.
pub fn make_folder_lasting(path: &Path) -> io::Result<()> {
    let path = path.canonicalize()?;
    for folder in path.ancestors().filter(|folder| folder.parent().is_some()) {
        if fs::metadata(folder)?.uid() != geteuid().as_raw() {
            break;
        }
        match sync_folder(folder) {
            // Whoever may not look into a folder made nothing there.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => break,
            synced => synced?,
        }
    }
    Ok(())
}

/// Opens a file that serves as a lock, private and empty.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(PRIVATE);
    options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path)
}

/// Returns the folder that `path` lies in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns where a new file stands before it takes the place of `path`.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder_of(path).join(format!(".{name}.patroll-new"))
}

/// Begins a file in the folder of `path`: without a name where the file system can do that, else under the one beside it.
fn begin(path: &Path) -> io::Result<(File, bool)> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    match retry_on_intr(|| open(folder_of(path), flags, mode)) {
        Ok(file) => Ok((File::from(file), false)),
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => {
            let mut options = OpenOptions::new();
            let file = options.read(true).write(true).create_new(true).mode(PRIVATE);
            Ok((file.open(beside(path))?, true))
        }
        Err(error) => Err(error.into()),
    }
}

fn fill(file: &mut File, bytes: &[u8], mode: u32, path: &Path) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))?;
    keep_group(file, path, mode)?;
    attributes::keep(file, path, mode)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Leaves a file that a group may read to that group.
fn keep_group(file: &File, path: &Path, mode: u32) -> io::Result<()> {
    let Ok(before) = fs::metadata(path) else { return Ok(()) };
    if mode & 0o070 == 0 || file.metadata()?.gid() == before.gid() {
        return Ok(());
    }
    std::os::unix::fs::fchown(file, None, Some(before.gid()))
}

/// Gives a file without a name its first one.
fn name(file: &File, path: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    retry_on_intr(|| linkat(CWD, &own, CWD, path, AtFlags::SYMLINK_FOLLOW)).map_err(Into::into)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mounted_by_itself_is_told_from_what_only_lies_there() {
        assert!(is_mounted(Path::new("/proc")));
        assert!(!is_mounted(Path::new("/proc/self")));
        assert!(!is_mounted(Path::new("/proc/nothing")));
    }
}
