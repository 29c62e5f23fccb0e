//! Ctrl-C and SIGTERM: the first ends the run in order, the second at once.

use std::sync::Arc;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::error::{Error, exit};
use crate::stop::{Reason, Stop};

/// Watches for signals from now on.
pub fn watch(stop: &Arc<Stop>) -> Result<(), Error> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM]).map_err(|error| Error::io("watch", "signals", &error))?;
    let stop = Arc::clone(stop);
    let watcher = move || {
        for (count, signal) in signals.forever().enumerate() {
            let (error, code) = match signal {
                SIGTERM => (Error::Terminated, exit::TERMINATED),
                _ => (Error::Interrupted, exit::INTERRUPTED),
            };
            if count > 0 {
                std::process::exit(i32::from(code));
            }
            stop.set(Reason::Failed(error));
        }
    };
    let spawned = thread::Builder::new().name("signals".to_owned()).spawn(watcher);
    spawned.map(drop).map_err(|error| Error::io("watch", "signals", &error))
}
