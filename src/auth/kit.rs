//! What it takes to make a credential: the workspace's line, the means to reach others, and what is remembered.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Error;
use crate::host::split_url;
use crate::state::StateDir;
use crate::wire::{Http, Means};

/// The tools of signing in.
#[derive(Clone)]
pub struct Kit {
    /// The means to reach whoever hands out credentials.
    pub means: Means,
    /// The way to the workspace itself, whose connection signing in shares.
    pub http: Option<Arc<Http>>,
    /// Where it is remembered which address hands out credentials; nowhere in a dry run.
    pub state: Option<StateDir>,
    /// Where programs are looked for.
    pub search_path: Vec<PathBuf>,
}

/// An address that hands out credentials.
#[derive(Clone)]
pub struct Endpoint {
    /// The way to its host.
    pub http: Arc<Http>,
    /// Path and query there.
    pub path: String,
    /// The whole of it.
    pub url: String,
}

impl Kit {
    /// Returns the endpoint at `url`, over the workspace's own connection where that leads there.
    pub fn endpoint(&self, url: &str) -> Result<Endpoint, Error> {
        let (host, path) = split_url(url).map_err(|reason| Error::HostInvalid {
            text: url.to_owned(),
            source_name: "the way to sign in".to_owned(),
            reason,
        })?;
        let shared = self.http.as_ref().filter(|http| *http.host() == host);
        let http = match shared {
            Some(http) => Arc::clone(http),
            None => Arc::new(Http::new(host, self.means.clone())?),
        };
        Ok(Endpoint { http, path, url: url.to_owned() })
    }

    /// Returns where a program lies.
    pub fn find_program(search_path: &[PathBuf], name: &str) -> Option<PathBuf> {
        search_path.iter().map(|folder| folder.join(name)).find(|path| path.is_file())
    }
}
