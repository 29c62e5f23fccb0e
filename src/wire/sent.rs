//! Tells whether a request body was ever asked for, because no error of the HTTP client does.
//!
//! The body is read only once a connection stands and the head has been written: unread, the server cannot have had a
//! complete request.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use super::line::Departure;

/// A body that is counted as on its way from its first byte on; it does not leave once the run is told to end.
pub struct Probe {
    body: Cursor<Arc<[u8]>>,
    departure: Departure,
}

impl Probe {
    /// Wraps `body`.
    pub fn new(body: Arc<[u8]>, departure: Departure) -> Self {
        Self { body: Cursor::new(body), departure }
    }
}

/// Returns the error of a write that did not leave.
pub fn stayed() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionAborted)
}

impl Read for Probe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.departure.leave() {
            return Err(stayed());
        }
        self.body.read(buffer)
    }
}
