//! Searches everything that a run says and leaves behind for secrets.

use base64::Engine as _;

use super::words::shape_length;
use super::{Folder, World};

/// How the base64 of something that begins with `dapi` and a digit begins.
const ENCODED_START: &str = "ZGFwa";

/// How a signed token begins: the base64 of `{"alg":`.
const SIGNED_START: &str = "eyJhbGciOi";

/// What must not be seen.
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Collects a world's secrets, as they are and as base64; what looks like a token value is one in any world.
    pub fn of(world: Option<&World>) -> Self {
        let Some(world) = world else { return Self(Vec::new()) };
        let address = world.address();
        let pair = format!("{}:{}", address.user, address.password);
        let plain = [&address.token, &address.client_secret, &address.password, &pair];
        let encode = |text: &&String| base64::engine::general_purpose::STANDARD.encode(text);
        let encoded: Vec<_> = plain.iter().map(encode).collect();
        Self(plain.into_iter().cloned().chain(encoded).collect())
    }

    /// Adds a secret that the test itself has made up.
    pub fn add(&mut self, secret: &str) {
        self.0.push(secret.to_owned());
    }

    /// Returns the first secret in `text`.
    pub fn find(&self, text: &str) -> Option<String> {
        let known = self.0.iter().find(|secret| text.contains(*secret)).cloned();
        known.or_else(|| find_shape(text)).or_else(|| {
            let starts = [ENCODED_START, SIGNED_START].into_iter();
            starts.filter_map(|start| text.find(start)).min().map(|at| text[at..].to_owned())
        })
    }

    /// Panics if a file that runs have left holds a secret, but for those named in `meant`.
    #[track_caller]
    pub fn assert_none_left(&self, folder: &Folder, meant: &[String]) {
        for (path, content) in folder.left() {
            let is_meant = meant.iter().any(|name| path.ends_with(name));
            let found = self.find(&String::from_utf8_lossy(&content));
            assert!(is_meant || found.is_none(), "{} holds a secret: {found:?}", path.display());
        }
    }
}

/// Returns what looks like a token value, as real ones and the sandbox's do.
fn find_shape(text: &str) -> Option<String> {
    let starts = text.match_indices("dapi").map(|(at, _)| &text[at..]);
    let lengths = starts.map(|rest| (rest, shape_length(rest, "dapi", "", &[32])));
    let bearers = text.match_indices("oauth-").map(|(at, _)| &text[at..]);
    let bearers = bearers.map(|rest| (rest, shape_length(rest, "oauth-", "", &[48])));
    lengths.chain(bearers).find_map(|(rest, length)| Some(rest[..length?].to_owned()))
}
