//! A request as data: what is called, with what, and what it is for; how it is sent is `exchange`'s.

use std::sync::Arc;

use serde_json::Value;
use ureq::http::Method;

use super::form;

/// A call of the API, below the host; not `Debug`, because a body can hold a secret.
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Arc<[u8]>>,
    pub(super) media_type: &'static str,
    pub(super) is_effect: bool,
    pub(super) naming: Option<&'static str>,
    /// Whether a workspace's API is asked; otherwise any text is an answer.
    pub(super) is_api: bool,
    purpose: Option<String>,
}

/// No list of tokens is this long; what is, is not read.
const LONGEST_ANSWER: u64 = 256 << 20;

/// What is read of the answer of a host that is no workspace.
const LONGEST_ANSWER_ELSEWHERE: u64 = 8 << 20;

impl Request {
    /// Asks for what is at `path`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into(), None)
    }

    /// Sends `body` to `path`.
    pub fn post(path: impl Into<String>, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { is_effect: true, ..Self::new(Method::POST, path.into(), Some(body.into())) }
    }

    /// Removes what is at `path`.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { is_effect: true, ..Self::new(Method::DELETE, path.into(), None) }
    }

    /// Sends `fields` to `path` as a form, which asks for a credential and changes nothing else.
    pub fn form(path: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let body = form::body(fields).into_bytes();
        let media_type = "application/x-www-form-urlencoded";
        Self { media_type, ..Self::new(Method::POST, path.into(), Some(body.into())) }
    }

    fn new(method: Method, path: String, body: Option<Arc<[u8]>>) -> Self {
        let media_type = "application/json";
        Self {
            method,
            path,
            body,
            media_type,
            is_effect: false,
            naming: None,
            is_api: true,
            purpose: None,
        }
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

    /// Says that no workspace is asked, so that any text is an answer and the path may be nobody's business.
    #[must_use]
    pub fn elsewhere(mut self) -> Self {
        self.is_api = false;
        self
    }

    /// Returns whether no workspace is asked.
    pub(super) fn is_elsewhere(&self) -> bool {
        !self.is_api
    }

    /// Returns how long an answer may be.
    pub(super) fn longest_answer(&self) -> u64 {
        if self.is_api { LONGEST_ANSWER } else { LONGEST_ANSWER_ELSEWHERE }
    }

    /// Returns method and path, without a query, which can hold what is nobody's business.
    pub(super) fn call(&self) -> String {
        if !self.is_api {
            return self.method.to_string();
        }
        let path = self.path.split('?').next().unwrap_or(&self.path);
        format!("{} {path}", self.method)
    }

    /// Returns what the request is for.
    pub(super) fn purpose(&self) -> String {
        self.purpose.clone().unwrap_or_else(|| self.call())
    }
}
