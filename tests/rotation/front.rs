//! TLS before the workspaces of one worker: the front stays, the workspaces behind it come and go on one port.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

use crate::support::{Authority, Front};

/// Below the ports that clients get of the system, so that none takes it between two workspaces.
static NEXT: AtomicU16 = AtomicU16::new(20_000);

/// A front, and the port on which the workspaces behind it have to listen.
pub struct Desk {
    pub host: String,
    pub authority: PathBuf,
    pub inner: u16,
    _front: Front,
    _folder: TempDir,
}

impl Desk {
    /// Opens one.
    pub fn open() -> Arc<Self> {
        let inner = free_port();
        let authority = Authority::new();
        let front =
            Front::new(&authority.sign(&["127.0.0.1"]), &format!("http://127.0.0.1:{inner}"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, authority.pem()).unwrap();
        let host = format!("https://127.0.0.1:{}", front.port());
        Arc::new(Self { host, authority: path, inner, _front: front, _folder: folder })
    }
}

fn free_port() -> u16 {
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
