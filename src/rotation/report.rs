//! What a run tells about a slot in the end.

use serde::Serialize;

use crate::clock::Time;

/// What a run found and did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The slot.
    pub slot: String,
    /// The state it was found in.
    pub before: &'static str,
    /// The state it is in.
    pub after: &'static str,
    /// Why a token was replaced, if one was.
    pub reason: Option<&'static str>,
    /// The id of the token that the sinks hold, or are to hold.
    pub token_id: String,
    /// The id of the token that it replaces, while that lives.
    pub old_token_id: Option<String>,
    /// What was done, in order.
    pub done: Vec<String>,
    /// When the old token may be revoked, if that is what is waited for.
    pub waits_until: Option<Time>,
    /// When the token is due.
    pub next: Time,
    /// The sinks of which nothing was read back.
    pub unverified: Vec<String>,
    /// The places that the journal knows or knew and the run was not told of, or told to forget.
    pub left_out: Vec<String>,
    /// How many strays may still live.
    pub strays: usize,
}
