//! A request as data: what is called, with what, and what it is for; how it is sent is `exchange`'s.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;
use ureq::http::Method;

/// A call of the API, below the host; not `Debug`, because a body can hold a secret.
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
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
        Self { method, path, query: String::new(), body, naming: None, purpose: None }
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push(if self.query.is_empty() { '?' } else { '&' });
        encode(name, &mut self.query);
        self.query.push('=');
        encode(value, &mut self.query);
        self
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

    /// Returns method and path, without the query.
    pub(super) fn call(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns what the request is for.
    pub(super) fn purpose(&self) -> String {
        self.purpose.clone().unwrap_or_else(|| self.call())
    }
}

/// Appends `text` to `query` with everything but unreserved characters as `%XX` (RFC 3986, 2.3).
fn encode(text: &str, query: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(char::from(byte));
        } else {
            let _ = write!(query, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_break_out_of_the_query() {
        let request = Request::get("/a").query("name", "Zoë & co#/?").query("n", "1");
        assert_eq!(request.query, "?name=Zo%C3%AB%20%26%20co%23%2F%3F&n=1");
        assert_eq!(request.call(), "GET /a");
    }
}
