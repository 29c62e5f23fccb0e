//! An address that says neither yes nor no to a caller, as one behind a firewall that drops everything.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use rustix::net::listen;

/// A door with a full waiting room.
pub struct Silence {
    _door: TcpListener,
    /// Those who fill it.
    _waiting: Vec<TcpStream>,
    host: String,
}

impl Silence {
    /// Begins to say nothing.
    pub fn new() -> Self {
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        // Nobody is ever let in, and there is hardly room to wait.
        listen(&door, 0).unwrap();
        let address = door.local_addr().unwrap();
        let knock = || TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok();
        let waiting = std::iter::from_fn(knock).collect();
        Self { _door: door, _waiting: waiting, host: format!("http://{address}") }
    }

    /// Tells its address.
    pub fn host(&self) -> &str {
        &self.host
    }
}
