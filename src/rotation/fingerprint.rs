//! How a value is recognised without being held: a salted SHA-256 of it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// What makes one journal's fingerprints no other's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salt(String);

impl Salt {
    /// Makes a new one.
    pub fn new() -> Self {
        Self(format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)))
    }

    /// Returns the fingerprint of a value.
    pub fn fingerprint(&self, value: &Secret) -> Fingerprint {
        let digest = Sha256::new().chain_update(&self.0).chain_update(value.expose()).finalize();
        Fingerprint(hex(&digest))
    }
}

/// A value's fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

/// Returns bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
