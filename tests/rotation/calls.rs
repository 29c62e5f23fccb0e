//! What a system call is about: its name, the file it means, and whether anybody outside can see that it was made.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use nix::libc::{self, c_long, user_regs_struct};
use nix::unistd::Pid;

/// The longest path that is read.
const LONGEST: usize = 1024;

/// A system call of a process that stands still.
#[derive(Clone, Debug)]
pub struct Call {
    pub pid: Pid,
    pub number: c_long,
    /// The file it means, as far as that is known: by name, or as what its descriptor is open on.
    pub path: Option<PathBuf>,
    /// The descriptor it is made on, if it is made on one.
    pub descriptor: Option<u64>,
    /// The flags with which a file is opened.
    flags: i32,
    /// What it returned; 0 before it has.
    pub result: i64,
}

/// How a call names its file.
enum Naming {
    /// By a folder's descriptor and a path, in these arguments.
    At(usize),
    /// By a path in the first argument.
    Path,
    /// By a descriptor in the first argument.
    Descriptor,
    None,
}

impl Call {
    /// Reads a call that a thread is about to make.
    pub fn entered(pid: Pid, memory: &File, registers: &user_regs_struct) -> Self {
        let arguments = [registers.rdi, registers.rsi, registers.rdx, registers.r10];
        let number = c_long::try_from(registers.orig_rax).unwrap_or(-1);
        let naming = naming(number);
        let path = match naming {
            Naming::At(at) => {
                read_path(memory, arguments[at + 1]).map(|path| resolve(pid, arguments[at], &path))
            }
            Naming::Path => read_path(memory, arguments[0])
                .map(|path| resolve(pid, u64::from(libc::AT_FDCWD.cast_unsigned()), &path)),
            Naming::Descriptor => open_on(pid, arguments[0]),
            Naming::None => None,
        };
        let descriptor = matches!(naming, Naming::Descriptor).then_some(arguments[0]);
        let flags = match number {
            libc::SYS_openat => (arguments[2] & 0xffff_ffff) as i32,
            libc::SYS_open => (arguments[1] & 0xffff_ffff) as i32,
            _ => 0,
        };
        Self { pid, number, path, descriptor, flags, result: 0 }
    }

    /// Tells whether it is about a file below `root`.
    pub fn is_below(&self, root: &Path) -> bool {
        self.path.as_ref().is_some_and(|path| path.starts_with(root))
    }

    /// Tells whether it is about a connection.
    pub fn is_network(&self) -> bool {
        let is_socket = self
            .path
            .as_ref()
            .is_some_and(|path| path.as_os_str().as_bytes().starts_with(b"socket:"));
        is_socket || matches!(self.number, libc::SYS_socket | libc::SYS_connect)
    }

    /// Tells whether it changes a folder: makes, names or removes a file.
    pub fn changes_folders(&self) -> bool {
        match self.number {
            libc::SYS_open | libc::SYS_openat => self.flags & libc::O_CREAT != 0,
            libc::SYS_creat
            | libc::SYS_mkdir
            | libc::SYS_mkdirat
            | libc::SYS_rmdir
            | libc::SYS_rename
            | libc::SYS_renameat
            | libc::SYS_renameat2
            | libc::SYS_link
            | libc::SYS_linkat
            | libc::SYS_symlink
            | libc::SYS_symlinkat
            | libc::SYS_unlink
            | libc::SYS_unlinkat => true,
            _ => false,
        }
    }

    /// Tells whether it makes a file last.
    pub fn syncs(&self) -> bool {
        matches!(self.number, libc::SYS_fsync | libc::SYS_fdatasync)
    }

    /// Tells whether it writes to a file.
    pub fn writes(&self) -> bool {
        matches!(self.number, libc::SYS_write | libc::SYS_pwrite64 | libc::SYS_writev)
    }

    /// Tells whether somebody outside could see that it was made: a file below `root` changed, a connection used, a
    /// process begun or awaited.
    pub fn has_effect(&self, root: &Path) -> bool {
        let is_file = self.is_below(root)
            && (self.changes_folders()
                || self.syncs()
                || self.writes()
                || self.flags & (libc::O_TRUNC | libc::O_WRONLY | libc::O_RDWR) != 0
                || matches!(
                    self.number,
                    libc::SYS_ftruncate | libc::SYS_fchmod | libc::SYS_chmod | libc::SYS_flock
                ));
        let is_process =
            matches!(self.number, libc::SYS_vfork | libc::SYS_wait4 | libc::SYS_waitid);
        is_file || self.is_network() || is_process
    }
}

fn naming(number: c_long) -> Naming {
    match number {
        libc::SYS_openat
        | libc::SYS_mkdirat
        | libc::SYS_unlinkat
        | libc::SYS_newfstatat
        | libc::SYS_statx
        | libc::SYS_faccessat
        | libc::SYS_faccessat2
        | libc::SYS_readlinkat
        | libc::SYS_fchmodat => Naming::At(0),
        // What comes of it is what matters.
        libc::SYS_renameat | libc::SYS_renameat2 | libc::SYS_linkat => Naming::At(2),
        libc::SYS_symlinkat => Naming::At(1),
        libc::SYS_open
        | libc::SYS_creat
        | libc::SYS_mkdir
        | libc::SYS_rmdir
        | libc::SYS_unlink
        | libc::SYS_rename
        | libc::SYS_link
        | libc::SYS_stat
        | libc::SYS_lstat
        | libc::SYS_access
        | libc::SYS_readlink
        | libc::SYS_chmod => Naming::Path,
        libc::SYS_read
        | libc::SYS_write
        | libc::SYS_pread64
        | libc::SYS_pwrite64
        | libc::SYS_readv
        | libc::SYS_writev
        | libc::SYS_fsync
        | libc::SYS_fdatasync
        | libc::SYS_ftruncate
        | libc::SYS_fchmod
        | libc::SYS_fstat
        | libc::SYS_flock
        | libc::SYS_lseek
        | libc::SYS_getdents64
        | libc::SYS_close
        | libc::SYS_sendto
        | libc::SYS_recvfrom
        | libc::SYS_sendmsg
        | libc::SYS_recvmsg
        | libc::SYS_shutdown
        | libc::SYS_connect => Naming::Descriptor,
        _ => Naming::None,
    }
}

fn read_path(memory: &File, address: u64) -> Option<PathBuf> {
    let mut bytes = vec![0; LONGEST];
    let count = memory.read_at(&mut bytes, address).ok()?;
    let end = bytes[..count].iter().position(|byte| *byte == 0)?;
    Some(PathBuf::from(OsStr::from_bytes(&bytes[..end])))
}

/// Makes a path whole that begins in a folder's descriptor, or where the process works.
fn resolve(pid: Pid, folder: u64, path: &Path) -> PathBuf {
    if path.is_absolute() {
        return path.to_owned();
    }
    let is_here = folder & 0xffff_ffff == u64::from(libc::AT_FDCWD.cast_unsigned());
    let base = if is_here { "cwd".to_owned() } else { format!("fd/{}", folder & 0xffff_ffff) };
    let base = std::fs::read_link(format!("/proc/{pid}/{base}")).unwrap_or_default();
    if path.as_os_str().is_empty() { base } else { base.join(path) }
}

fn open_on(pid: Pid, descriptor: u64) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/fd/{}", descriptor & 0xffff_ffff)).ok()
}
