//! What can be wrong with a rotation, as data: said before anything is changed, or with both tokens still valid.

use std::path::PathBuf;

use thiserror::Error as Words;

use super::exit;

/// Why a rotation does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Words)]
pub enum RotationTrouble {
    /// The journal cannot be read, or is not as it was written.
    #[error("its journal {} cannot be trusted: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },

    /// The journal cannot be written.
    #[error("its journal {} cannot be written: {reason}", path.display())]
    Unwritable { path: PathBuf, reason: String },

    /// A name that no slot can have.
    #[error("`{name}` is no name for a slot")]
    Name { name: String },

    /// There is no journal of this slot.
    #[error("there is no such slot here")]
    Unknown { known: Vec<String> },

    /// The token bears this slot's stamp, but there is no journal.
    #[error("token {token_id} bears this slot's stamp, but there is no journal of it here")]
    Forgotten { token_id: String },

    /// The token bears the stamp of another slot.
    #[error("token {token_id} bears the stamp of the slot `{other}`")]
    Stamped { token_id: String, other: String },

    /// Another slot has this token or this sink.
    #[error("{what} belongs to the slot `{other}`")]
    Taken { what: String, other: String },

    /// No token is what was named.
    #[error("no listed token {named}")]
    NoToken { named: String },

    /// The comment names more than one token.
    #[error("the comment `{comment}` names more than one token: {}", list(tokens))]
    Several { comment: String, tokens: Vec<(String, String)> },

    /// Nothing says which token is meant.
    #[error("nothing says which token is to be replaced")]
    NoSelector,

    /// Nothing proves that the sinks hold the token.
    #[error("nothing proves that {sinks} holds token {token_id}")]
    Unproven { token_id: String, sinks: String },

    /// A sink was proven to hold another token.
    #[error("{sink} holds token {held}, not {token_id}")]
    OtherToken { sink: String, held: String, token_id: String },

    /// Nowhere to put a new value.
    #[error("it has no sink")]
    NoSink,

    /// Two sinks are one place.
    #[error("{sink} is named twice")]
    SinkTwice { sink: String },

    /// A sink that cannot be read, and nobody says that this is known.
    #[error("{sink} cannot be read, so nothing can be proven of it")]
    Unverified { sink: String },

    /// Sinks hold different values.
    #[error("the sinks disagree: {} hold different values", sinks.join(" and "))]
    Disagreement { sinks: Vec<String> },

    /// A sink holds a value that this slot does not know.
    #[error("{sink} holds a value that this slot never put there")]
    Conflict { sink: String },

    /// A sink that is remembered and no longer named may hold what will be revoked.
    #[error("{sink} is left out, and may still hold the token")]
    LeftOut { sink: String },

    /// No sink has this label.
    #[error("`{sink}` is none of its places")]
    NoPlace { sink: String, known: Vec<String> },

    /// A sink took the value and has another one.
    #[error("{sink} does not give back what was put there")]
    NotKept { sink: String },

    /// A sink that is no place for a value of this workspace.
    #[error("{sink} cannot take the value: {reason}")]
    SinkUnfit { sink: String, reason: String },

    /// The workspace is not the journal's.
    #[error("the journal is about {was}, and this run is about {is}")]
    OtherHost { was: String, is: String },

    /// The user is not the journal's.
    #[error("the token belongs to {was}, and the new one would belong to {is}")]
    OtherPrincipal { was: String, is: String },

    /// The run signs in with the old token from a place that would keep it.
    #[error(
        "the run signs in with the token itself, from {source_name}, which would go on holding the dead one"
    )]
    DeadEnd { source_name: String },

    /// The grace is too long for the lifetime.
    #[error("a grace of {grace} is more than a third of the lifetime of {lifetime}")]
    Grace { grace: String, lifetime: String },

    /// A new token would be due at once.
    #[error(
        "a new token would be due again after {age}, which is no longer than the grace of {grace}"
    )]
    Restless { age: String, grace: String },

    /// The old token never expires, and nobody says how long the new one is to live.
    #[error("token {token_id} never expires, and nothing says how long the new one is to live")]
    NoLifetime { token_id: String },

    /// The workspace allows less.
    #[error("a lifetime of {asked} is longer than the workspace's maximum of {maximum}")]
    TooLong { asked: String, maximum: String },

    /// Other tokens have scopes, and this one's cannot be read.
    #[error("the scopes of token {token_id} cannot be read, so the new one could be allowed more")]
    ScopesUnreadable { token_id: String },

    /// The new token may do something else than the old one.
    #[error("the new token {token_id} may do {got}, where the old one may do {wanted}")]
    ScopesDiffer { token_id: String, wanted: String, got: String },

    /// Enough was tried for now.
    #[error("{count} tokens were asked for within a day; the next may be from {from}")]
    Enough { count: usize, from: String },

    /// The new token is not accepted.
    #[error("the workspace does not accept the new token {token_id}")]
    NotAccepted { token_id: String },

    /// A script's hook said no.
    #[error("`{hook}` said no")]
    Vetoed { hook: &'static str },

    /// The script that began it had hooks that nobody has now.
    #[error("it was begun with {}, which only its script has", hooks.join(" and "))]
    NoHooks { hooks: Vec<String> },

    /// It is under way, and its journal is sound.
    #[error("its journal is sound, and a rotation is under way")]
    UnderWay,

    /// A revocation was answered with "gone", and the list shows the token.
    #[error("the workspace says that token {token_id} is gone, and lists it all the same")]
    StillListed { token_id: String },

    /// There is nothing to give up.
    #[error("there is nothing to abort: {why}")]
    NothingToAbort { why: &'static str },

    /// A workspace on Azure makes no tokens on behalf of others.
    #[error("a workspace on Azure makes no tokens on behalf of a service principal")]
    NotOnAzure,
}

fn list(tokens: &[(String, String)]) -> String {
    let shown = |(id, comment): &(String, String)| format!("{id} ({comment})");
    tokens.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn give_up(sink: &str, trouble: &RotationTrouble) -> String {
    let first = match trouble {
        RotationTrouble::LeftOut { .. } => "name it again",
        _ => "both tokens stay valid; mend it",
    };
    format!("{first}, or give it up: `forget: [\"{sink}\"]` (--forget '{sink}')")
}

impl RotationTrouble {
    /// Returns what to type or look at next, about this slot.
    pub fn hint(&self, slot: &str) -> Option<String> {
        let hint = match self {
            Self::Damaged { .. } => format!(
                "nothing was changed; `patroll rotations adopt {slot}` with its sinks rebuilds it, `patroll rotations abort {slot}` puts it aside"
            ),
            Self::Unwritable { .. } => {
                "both tokens stay valid; make it writable, or name another folder with --state-dir"
                    .to_owned()
            }
            Self::Name { .. } => "a name has 1 to 40 of a-z, 0-9, `.`, `_` and `-`".to_owned(),
            Self::Unknown { known } if known.is_empty() => {
                "no token was rotated from here yet".to_owned()
            }
            Self::Unknown { known } | Self::NoPlace { known, .. } => {
                format!("there are: {}", known.join(", "))
            }
            Self::Forgotten { .. } => format!(
                "if it is rotated from nowhere else, `patroll rotations adopt {slot}` with its sinks rebuilds the journal"
            ),
            Self::Stamped { other, .. } => format!(
                "rotate it as `{other}`; where that is not known, `patroll rotations adopt {other}` with its sinks rebuilds it"
            ),
            Self::Taken { other, .. } => format!(
                "one token, and one place, belongs to one slot; `patroll rotations forget {other}` gives that one up"
            ),
            Self::LeftOut { sink } | Self::NotKept { sink } => give_up(sink, self),
            Self::NoToken { .. } => "`patroll tokens list` shows what is there".to_owned(),
            Self::Several { .. } => "name one by `token_id`; nothing was changed".to_owned(),
            Self::NoSelector => "name it by `token_id` or `comment`".to_owned(),
            Self::Unproven { .. } => {
                "if you know that it does, say `adopt: true` (--adopt) this once".to_owned()
            }
            Self::OtherToken { .. } => "name the token that the sink holds".to_owned(),
            Self::NoSink => "name one: to_profile, to_file, to_secret or to_command".to_owned(),
            Self::SinkTwice { .. } => "name each place once".to_owned(),
            Self::Unverified { .. } => {
                "say how to read it, or `unverified: true` if a put that succeeds is proof enough"
                    .to_owned()
            }
            Self::Disagreement { .. } => {
                "nothing was changed; make them hold the token's value, or leave the other out"
                    .to_owned()
            }
            Self::Conflict { .. } => format!(
                "somebody changed it, and both tokens stay valid; once it is right, `patroll rotations adopt {slot}` takes it as it is"
            ),
            Self::OtherHost { .. } | Self::OtherPrincipal { .. } => format!(
                "a slot stays on one workspace and with one user: use another name for another, or begin anew after `patroll rotations forget {slot}`"
            ),
            Self::DeadEnd { .. } => {
                "sign in with the profile that is a sink, or with another credential such as OAuth"
                    .to_owned()
            }
            Self::Grace { .. } => "shorten the grace, or lengthen the lifetime".to_owned(),
            Self::Restless { .. } => {
                "lengthen `older_than`, or shorten `expires_within` or the grace".to_owned()
            }
            Self::NoLifetime { .. } => "say `lifetime: \"90d\"` (--lifetime 90d)".to_owned(),
            Self::TooLong { .. } => "say a shorter `lifetime`; nothing was changed".to_owned(),
            Self::ScopesUnreadable { .. } => {
                "replace it by hand once, with scopes that the workspace lists".to_owned()
            }
            Self::ScopesDiffer { .. } | Self::NotAccepted { .. } => {
                "the old token stays in use, and the new one is revoked".to_owned()
            }
            Self::Enough { .. } => {
                "see why the ones before did not last: `patroll audit`; the old token stays in use"
                    .to_owned()
            }
            Self::NoHooks { .. } => {
                "run its script again, or another that rotates this slot".to_owned()
            }
            Self::StillListed { .. } => {
                "both tokens stay valid until the list shows that it is gone: run it again"
                    .to_owned()
            }
            Self::UnderWay => {
                format!(
                    "`patroll rotations resume {slot}` ends it, `patroll rotations abort {slot}` gives it up; after `patroll rotations forget {slot}` it can be adopted as it is"
                )
            }
            Self::NotOnAzure => {
                "sign in as the service principal (azure-client-secret) and rotate its own token"
                    .to_owned()
            }
            Self::NothingToAbort { .. } => format!(
                "`patroll rotations resume {slot}` ends what is open, `patroll rotations forget {slot}` forgets the slot"
            ),
            Self::SinkUnfit { .. } | Self::Vetoed { .. } => return None,
        };
        Some(hint)
    }

    /// Returns the exit code: wrong usage where the line or the script has to change.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Name { .. }
            | Self::Unknown { .. }
            | Self::NoSelector
            | Self::Several { .. }
            | Self::NoSink
            | Self::SinkTwice { .. }
            | Self::LeftOut { .. }
            | Self::NoPlace { .. }
            | Self::Unverified { .. }
            | Self::Grace { .. }
            | Self::Restless { .. }
            | Self::NoLifetime { .. }
            | Self::NotOnAzure => exit::USAGE,
            Self::StillListed { .. } => exit::UNKNOWN,
            _ => exit::FAILED,
        }
    }

    /// Returns the word a script sees as `err.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } | Self::Unwritable { .. } => "ROTATION_JOURNAL",
            Self::Conflict { .. } | Self::Disagreement { .. } => "ROTATION_CONFLICT",
            Self::Enough { .. } => "ROTATION_LIMIT",
            Self::Vetoed { .. } => "ROTATION_VETOED",
            _ => "ROTATION_REFUSED",
        }
    }
}
