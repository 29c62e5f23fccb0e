//! What a file has beside its mode and must not lose with its place: access lists, labels, a user's own attributes.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{XattrFlags, fremovexattr, fsetxattr, getxattr, listxattr};
use rustix::io::{Errno, retry_on_intr};

/// Who else may read it; its mask stands in the place of the group's bits of the mode.
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";

/// What the system's policy calls it; only some may set that, and a new file has one of its own.
const LABEL: &[u8] = b"security.selinux";

/// The kernel gives no more names, and no longer value.
const LONGEST: usize = 1 << 16;

/// Gives a new file the attributes of the one whose place it takes; an access list only where the mode lets others read.
pub fn keep(file: &File, path: &Path, mode: u32) -> io::Result<()> {
    let is_shared = mode & 0o070 != 0;
    let mut has_list = false;
    for name in names(path)? {
        if name == ACCESS_LIST && !is_shared {
            continue;
        }
        let mut value = vec![0; LONGEST];
        let length = match retry_on_intr(|| getxattr(path, name.as_slice(), &mut value[..])) {
            Err(Errno::NODATA) => continue,
            length => length?,
        };
        match retry_on_intr(|| {
            fsetxattr(file, name.as_slice(), &value[..length], XattrFlags::empty())
        }) {
            Err(_) if name == LABEL => {}
            set => set?,
        }
        has_list |= name == ACCESS_LIST;
    }
    if is_shared && !has_list {
        forget_inherited_list(file)?;
    }
    Ok(())
}

/// Takes away the access list that a folder gives to what is new in it: the mode would open it to those in there.
fn forget_inherited_list(file: &File) -> io::Result<()> {
    match retry_on_intr(|| fremovexattr(file, ACCESS_LIST)) {
        Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Returns the names of those attributes of a file that are kept; none where there is no file, or no attributes.
fn names(path: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut list = vec![0; LONGEST];
    let length = match retry_on_intr(|| listxattr(path, &mut list[..])) {
        Err(Errno::NOENT | Errno::OPNOTSUPP | Errno::NOSYS) => 0,
        length => length?,
    };
    // Others are about the content, or the kernel's own.
    let is_kept =
        |name: &[u8]| name.starts_with(b"user.") || name.starts_with(b"system.") || name == LABEL;
    let names = list[..length].split(|byte| *byte == 0);
    Ok(names.filter(|name| is_kept(name)).map(<[u8]>::to_vec).collect())
}
