//! Which token is the credential in use: how it is known, and what revoking it comes to.
//!
//! That an id is the SHA-256 of its value is a guess, so a hash counts as known only once a list has shown it; a target
//! that equals one is refused all the same.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

use sha2::{Digest, Sha256};

use crate::secret::Secret;
use crate::token::Token;

/// What to do about revoking the credential in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnRule {
    /// Refuse, also when it cannot be told which token it is: what a script gets.
    Refuse,
    /// Warn, and do it: what an id typed on the command line gets.
    Warn,
    /// Do it.
    Allow,
}

/// What is known about the credential's own token; nothing if it is no token.
pub struct OwnToken {
    is_token: bool,
    configured: Option<String>,
    hashes: RwLock<Vec<String>>,
    listed: OnceLock<String>,
    is_list_seen: AtomicBool,
}

impl OwnToken {
    /// Begins with the value, where the credential is a token, and the id that the settings name.
    pub fn new(value: Option<&Secret>, configured: Option<String>) -> Self {
        Self {
            is_token: value.is_some(),
            configured: configured.filter(|_| value.is_some()),
            hashes: RwLock::new(value.map(|value| hash_forms(value.expose())).unwrap_or_default()),
            listed: OnceLock::new(),
            is_list_seen: AtomicBool::new(false),
        }
    }

    /// Returns whether the credential is a token at all.
    pub fn is_token(&self) -> bool {
        self.is_token
    }

    /// Returns whether `token_id` is, or by its hash could be, the credential in use.
    pub fn could_be(&self, token_id: &str) -> bool {
        let hashes = self.hashes.read().unwrap_or_else(PoisonError::into_inner);
        self.matches(&hashes, token_id)
    }

    fn matches(&self, hashes: &[String], token_id: &str) -> bool {
        self.configured.iter().chain(hashes).any(|own| own == token_id)
    }

    /// Takes note of the value that the credential has now; the one it had is still nobody else's.
    pub fn renew(&self, value: &Secret) {
        let mut hashes = self.hashes.write().unwrap_or_else(PoisonError::into_inner);
        hashes.extend(hash_forms(value.expose()));
        self.is_list_seen.store(false, Ordering::Release);
    }

    /// Returns whether it is certain which token it is.
    pub fn is_known(&self) -> bool {
        self.configured.is_some() || self.listed.get().is_some()
    }

    /// Returns whether a list of all tokens has been looked through.
    pub fn is_list_seen(&self) -> bool {
        self.is_list_seen.load(Ordering::Acquire)
    }

    /// Marks the credential's token in a list of tokens, and remembers it; `is_whole` says that it has to be in there.
    pub fn recognise(&self, tokens: &mut [Token], is_whole: bool) {
        if !self.is_token {
            return;
        }
        let hashes = self.hashes.read().unwrap_or_else(PoisonError::into_inner);
        for token in tokens.iter_mut().filter(|token| self.matches(&hashes, token.token_id())) {
            token.mark_own();
            let _ = self.listed.set(token.token_id().to_owned());
        }
        if is_whole {
            self.is_list_seen.store(true, Ordering::Release);
        }
    }
}

/// Returns the ids that a token of this value could have: Azure appends `-` and digits to values.
pub fn hash_forms(value: &str) -> Vec<String> {
    let mut forms = vec![hash(value)];
    if let Some((bare, suffix)) = value.rsplit_once('-')
        && !suffix.is_empty()
        && suffix.bytes().all(|byte| byte.is_ascii_digit())
    {
        forms.push(hash(bare));
    }
    forms
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_value_with_and_without_its_suffix() {
        // From `printf abc | sha256sum`.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash_forms("abc"), [abc]);
        assert_eq!(hash_forms("abc-2")[1], abc);
        assert_eq!(hash_forms("abc-2").len(), 2);
        assert_eq!(hash_forms("abc-x").len(), 1);
        assert_eq!(hash_forms("abc-").len(), 1);
    }
}
