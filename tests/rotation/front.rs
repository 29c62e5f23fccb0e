//! TLS before the workspaces of one worker: the front stays, the workspaces behind it come and go.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use crate::support::{Authority, Front};

/// A front that is turned to one workspace after the other.
pub struct Desk {
    pub host: String,
    pub authority: PathBuf,
    pub front: Front,
    _folder: TempDir,
}

impl Desk {
    /// Opens one.
    pub fn open() -> Arc<Self> {
        let authority = Authority::new();
        let front = Front::new(&authority.sign(&["127.0.0.1", "localhost"]), "http://127.0.0.1:1");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, authority.pem()).unwrap();
        let host = format!("https://127.0.0.1:{}", front.port());
        Arc::new(Self { host, authority: path, front, _folder: folder })
    }
}
