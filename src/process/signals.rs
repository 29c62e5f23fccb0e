//! Ctrl-C and SIGTERM: the first ends the run in order, the second at once; a session of the REPL outlives both.

use std::sync::Arc;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::tty::restore_terminal;
use crate::error::{Error, exit};
use crate::stop::Stop;

/// Watches for signals from now on.
pub fn watch(stop: &Arc<Stop>) -> Result<(), Error> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM]).map_err(|error| Error::io("watch", "signals", &error))?;
    let stop = Arc::clone(stop);
    let watcher = move || {
        for signal in signals.forever() {
            let (error, code) = match signal {
                SIGTERM => (Error::Terminated, exit::TERMINATED),
                _ => (Error::Interrupted, exit::INTERRUPTED),
            };
            if !stop.signal(&error) {
                restore_terminal();
                std::process::exit(i32::from(code));
            }
        }
    };
    let spawned = thread::Builder::new().name("signals".to_owned()).spawn(watcher);
    spawned.map(drop).map_err(|error| Error::io("watch", "signals", &error))
}
