//! Who is connected right now, how many may be, and how all of them are sent home. It knows nothing
//! of HTTP.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keeps the open connections of a sandbox.
pub(super) struct Lobby {
    capacity: usize,
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    is_closed: bool,
    arrived: u64,
    guests: HashMap<u64, Arc<TcpStream>>,
}

/// Stands for one open connection; dropping it makes room.
pub(super) struct Guest {
    lobby: Arc<Lobby>,
    number: u64,
}

impl Lobby {
    /// Makes room for `capacity` connections, at least one.
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), inner: Mutex::default(), changed: Condvar::new() }
    }

    /// Takes a connection in, as soon as there is room and unless the house closes.
    pub(super) fn admit(self: &Arc<Self>, stream: Arc<TcpStream>) -> Option<Guest> {
        let is_full = |inner: &mut Inner| !inner.is_closed && inner.guests.len() >= self.capacity;
        let waited = self.changed.wait_while(self.lock(), is_full);
        let mut inner = waited.unwrap_or_else(PoisonError::into_inner);
        if inner.is_closed {
            return None;
        }
        inner.arrived += 1;
        let number = inner.arrived;
        inner.guests.insert(number, stream);
        Some(Guest { lobby: Arc::clone(self), number })
    }

    /// Waits for `length`, or until the house closes, whichever comes first.
    pub(super) fn wait(&self, length: Duration) {
        if length.is_zero() {
            return;
        }
        let inner = self.lock();
        drop(self.changed.wait_timeout_while(inner, length, |inner| !inner.is_closed));
    }

    /// Tells whether the house has closed.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    /// Lets nobody in any more.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Cuts every connection and returns when the last of them is gone.
    pub(super) fn empty(&self) {
        let inner = self.lock();
        for stream in inner.guests.values() {
            // A peer that left first is what we want.
            drop(stream.shutdown(Shutdown::Both));
        }
        drop(self.changed.wait_while(inner, |inner| !inner.guests.is_empty()));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.lobby.lock().guests.remove(&self.number);
        self.lobby.changed.notify_all();
    }
}
