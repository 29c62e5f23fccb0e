//! Tells whether a request body was ever asked for, because no error of the HTTP client does.
//!
//! The body is read only once a connection stands and the head has been written: unread, the server cannot have had a
//! complete request.

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A body that remembers having been read.
pub struct Probe {
    body: Cursor<Arc<[u8]>>,
    is_read: Arc<AtomicBool>,
}

/// What remains here when the body is given away.
pub struct Receipt(Arc<AtomicBool>);

impl Probe {
    /// Wraps `body`.
    pub fn new(body: Arc<[u8]>) -> (Self, Receipt) {
        let is_read = Arc::new(AtomicBool::new(false));
        (Self { body: Cursor::new(body), is_read: Arc::clone(&is_read) }, Receipt(is_read))
    }
}

impl Receipt {
    /// Returns whether any of the body may have been sent.
    pub fn is_sent(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Read for Probe {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.is_read.store(true, Ordering::Release);
        self.body.read(buffer)
    }
}
