//! The file of an audit log: whole lines, appended under a lock by however many runs, and put aside once it is large.
//!
//! What is no file of its own (a device, a pipe, stdout) can be looked at only: whether it will take a line. What a line
//! says is `audit`'s. A line that a full disk cut short is taken back, and one that a power cut left without
//! its end is ended before the next.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FallocateFlags, OFlags, fallocate, fcntl_setfl};
use rustix::io::{Errno, retry_on_intr};

use crate::output::is_null;

/// A log that has grown to this is put aside, and a new one begun.
const LARGEST: u64 = 10 << 20;

/// Hardly a line is longer.
const LINE: u64 = 1 << 10;

/// How many logs that were put aside are kept.
const KEPT: usize = 9;

/// An open log.
pub struct LogFile {
    path: PathBuf,
    file: File,
    /// Whether it is a file of its own: neither a device, nor a pipe, nor a link to something.
    is_plain: bool,
}

impl LogFile {
    /// Opens a log, a new one with mode 0600; fails for a pipe that nobody reads, and for a device.
    pub fn open(path: &Path) -> io::Result<Self> {
        let is_odd = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600);
        let file = if is_odd {
            let file = options.custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path)?;
            fcntl_setfl(&file, OFlags::APPEND)?;
            check_taker(&file)?;
            file
        } else {
            options.read(true).open(path)?
        };
        let is_plain = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        Ok(Self { path: path.to_owned(), file, is_plain })
    }

    /// Sets aside the room that so many lines will take.
    pub fn make_room(&mut self, lines: usize) -> io::Result<()> {
        if self.is_plain {
            self.lock_current()?;
        }
        let made = make_room(&self.file, lines);
        let _ = self.file.unlock();
        made
    }

    /// Appends a line, whole or not at all.
    pub fn append(&mut self, line: &str) -> io::Result<()> {
        if !self.is_plain {
            return self.file.write_all(line.as_bytes());
        }
        self.lock_current()?;
        let appended = self.append_locked(line);
        let _ = self.file.unlock();
        appended
    }

    fn append_locked(&mut self, line: &str) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let written =
            self.end_last_line(length).and_then(|()| self.file.write_all(line.as_bytes()));
        if written.is_err() {
            // A line without an end would take the next one with it.
            let _ = self.file.set_len(length);
        }
        written
    }

    fn end_last_line(&mut self, length: u64) -> io::Result<()> {
        if length == 0 {
            return Ok(());
        }
        let mut last = [0];
        self.file.seek(SeekFrom::Start(length - 1))?;
        self.file.read_exact(&mut last)?;
        if last == *b"\n" { Ok(()) } else { self.file.write_all(b"\n") }
    }

    /// Locks what lies at the path now, with room for a line: another run may have put aside what was opened here.
    fn lock_current(&mut self) -> io::Result<()> {
        loop {
            match self.file.lock() {
                // Where there are no locks, appending has to do.
                Err(error) if error.kind() != ErrorKind::Unsupported => return Err(error),
                _ => {}
            }
            let own = self.file.metadata()?;
            let is_current = fs::metadata(&self.path)
                .is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino()));
            // A log that cannot be put aside grows on: that is better than none.
            if is_current && (own.len() < LARGEST || put_aside(&self.path).is_err()) {
                return Ok(());
            }
            *self = Self::open(&self.path)?;
        }
    }
}

/// Sets aside the room in a file that so many lines will take, unseen by those who read it: what is done has to be written
/// down afterwards, on a disk that may be full by then. Of what is no file it is asked whether it takes lines at all.
pub fn make_room(file: &File, lines: usize) -> io::Result<()> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return check_taker(file);
    }
    let room = LARGEST.min(LINE.saturating_mul(lines as u64));
    match fallocate(file, FallocateFlags::KEEP_SIZE, metadata.len(), room.max(1)) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error.into()),
        // Not every file system can do it.
        _ => Ok(()),
    }
}

/// Fails for what would not take a line: a pipe whose reader has gone, and a device that may be full, as only writing
/// tells. A terminal and `/dev/null` always take one.
fn check_taker(file: &File) -> io::Result<()> {
    let metadata = file.metadata()?;
    let kind = metadata.file_type();
    let is_device = kind.is_block_device() || kind.is_char_device();
    if is_device && !file.is_terminal() && !is_null(&metadata) {
        return Err(io::Error::other(
            "it is a device, and only a terminal or /dev/null can be one",
        ));
    }
    let mut looked = [PollFd::new(file, PollFlags::OUT)];
    retry_on_intr(|| poll(&mut looked, Some(&Timespec::default())))?;
    if looked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) {
        return Err(io::Error::other("its reader has gone"));
    }
    Ok(())
}

/// Returns the files of a log that there are, the oldest first; fails where that cannot be seen.
pub fn files_of(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let old = (1..=KEPT).rev().map(|number| aside(path, number));
    for path in old.chain([path.to_owned()]) {
        match path.symlink_metadata() {
            Ok(_) => files.push(path),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(files)
}

/// Moves a log and those before it on by one; the last of them goes.
fn put_aside(path: &Path) -> io::Result<()> {
    for number in (1..KEPT).rev() {
        match fs::rename(aside(path, number), aside(path, number + 1)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(path, aside(path, 1))
}

fn aside(path: &Path, number: usize) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}
