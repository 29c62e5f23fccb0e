//! Who sends a request: the headers that say so, each a secret.

use std::borrow::Cow;

use crate::secret::Secret;

/// The headers of one who signs in.
#[derive(Clone)]
pub struct Signature {
    pub(super) method: &'static str,
    pub(super) headers: Vec<(Cow<'static, str>, Secret)>,
}

impl Signature {
    /// Says nothing of who asks.
    pub fn none() -> Self {
        Self { method: "", headers: Vec::new() }
    }

    /// Takes the whole `Authorization` header, and the name of the way to sign in, which the User-Agent tells.
    pub fn new(method: &'static str, authorization: Secret) -> Self {
        Self { method, headers: vec![("authorization".into(), authorization)] }
    }

    /// Takes a bearer token.
    pub fn bearer(method: &'static str, value: &Secret) -> Self {
        Self::new(method, Secret::new(format!("Bearer {}", value.expose())))
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: Secret) -> Self {
        self.headers.push((name.into(), value));
        self
    }

    /// Returns whether `value` is what it signs with.
    pub fn holds(&self, value: &Secret) -> bool {
        let value = value.expose();
        self.headers.iter().any(|(_, said)| {
            said.expose() == value || said.expose().strip_prefix("Bearer ") == Some(value)
        })
    }
}
