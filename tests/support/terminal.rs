//! A pseudo-terminal for a child's three streams, and what it showed as text.

use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::process::{Process, Stream};

/// Starts `command` on a terminal of this many columns.
pub fn start(mut command: Command, columns: u16) -> Process {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let slave = OpenOptions::new().read(true).write(true).open(name).unwrap();
    let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&slave, size).unwrap();
    command.stdin(slave.try_clone().unwrap()).stdout(slave.try_clone().unwrap()).stderr(slave);
    let child = command.process_group(0).spawn().unwrap();
    // The terminal ends when nobody holds its other side any more, and that is in here too.
    drop(command);
    let screen = File::from(master);
    let keyboard = screen.try_clone().unwrap();
    Process::watch(child, Stream::collect(screen), Stream::empty()).with_keyboard(keyboard)
}

/// Returns what a terminal got with plain line ends and escape sequences made visible.
pub fn show(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\x1b', "␛")
}
