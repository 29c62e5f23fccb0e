//! A request as data: what is called, with what, and what it is for; how it is sent is `exchange`'s.

use std::sync::Arc;

use serde_json::Value;
use ureq::http::Method;

/// A call of the API, below the host; not `Debug`, because a body can hold a secret.
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Arc<[u8]>>,
    pub(super) naming: Option<&'static str>,
    purpose: Option<String>,
}

impl Request {
    /// Asks for what is at `path`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into(), None)
    }

    /// Sends `body` to `path`.
    pub fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::new(Method::POST, path.into(), Some(body.to_string().into_bytes().into()))
    }

    fn new(method: Method, path: String, body: Option<Arc<[u8]>>) -> Self {
        Self { method, path, body, naming: None, purpose: None }
    }

    /// Says where in the answer the id of what was made stands, as a JSON pointer (RFC 6901).
    #[must_use]
    pub fn naming(mut self, pointer: &'static str) -> Self {
        self.naming = Some(pointer);
        self
    }

    /// Says what the request is for, as errors say it: `creating a token`.
    #[must_use]
    pub fn doing(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = Some(purpose.into());
        self
    }

    /// Returns method and path.
    pub(super) fn call(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns what the request is for.
    pub(super) fn purpose(&self) -> String {
        self.purpose.clone().unwrap_or_else(|| self.call())
    }
}
