//! Reads stdin to its end without being deaf meanwhile: a run that is told to end does not wait for a writer.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use crate::error::Error;
use crate::stop::Stop;

/// Reads at most `limit` bytes of stdin; fails as soon as the run is ending.
pub fn read_stdin(stop: &Arc<Stop>, limit: u64) -> Result<Vec<u8>, Error> {
    let (sender, receiver) = mpsc::channel();
    let teller = sender.clone();
    // None says that the run is ending. Whoever comes second finds nobody listening, which is fine.
    stop.on_set(move |_| drop(teller.send(None)));
    stop.check()?;
    let reader = move || drop(sender.send(Some(read(limit))));
    let spawned = thread::Builder::new().name("stdin".to_owned()).spawn(reader);
    spawned.map_err(|error| Error::io("read", "stdin", &error))?;
    match receiver.recv() {
        Ok(Some(read)) => read.map_err(|error| Error::io("read", "stdin", &error)),
        Ok(None) | Err(_) => Err(stop.check().err().unwrap_or(Error::Interrupted)),
    }
}

fn read(limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
