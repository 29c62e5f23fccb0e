//! Replacing a token everywhere it lives, so that at no instant a place holds a dead one, whatever crashes when.
//!
//! A slot is one rotated credential: its sinks, its policy, its journal. A run reads all three and the workspace
//! (`identify`), takes up what an earlier one left (`recover`), makes the new token if one is due (`mint`), puts it into
//! every sink (`publish`), and revokes the old one when the grace is over and every sink was seen to hold the new one
//! (`finish`). The order is `run`'s. Nothing here waits for the grace: a later run goes on.

mod abort;
mod adopt;
mod desk;
mod finish;
mod fingerprint;
mod forget;
mod hooks;
mod identify;
mod journal;
mod mint;
mod overview;
mod owner;
mod policy;
mod publish;
mod recover;
mod report;
mod run;
mod sink;
mod slot;
mod store;

use crate::error::Error;
use crate::gate::Origin;
use crate::session::Session;

pub use abort::{Aborted, abort};
pub use adopt::adopt;
pub use forget::forget;
pub use hooks::{Hooks, NoHooks};
pub use overview::{overview, plan};
pub use policy::{Policy, Request, Selector};
pub use report::Report;
pub use run::Reach;
use run::Rotation;
use sink::Bench;
pub use sink::{CommandSpec, FileSpec, Format, ProfileSpec, SecretSpec, Spec};
pub use slot::Slot;

/// Does what is due for one slot, or what is left to do of a rotation that was begun.
pub fn rotate(
    session: &Session,
    request: &Request,
    reach: Reach,
    hooks: &dyn Hooks,
    origin: &Origin,
) -> Result<Report, Error> {
    let bench = Bench { session, slot: &request.slot, origin };
    let mut rotation = Rotation::open(bench, request, reach, hooks)?;
    rotation.run()?;
    Ok(rotation.finish_report())
}

/// Ends what was begun for a slot, as its journal remembers it but for the places to forget; makes nothing new.
pub fn resume(
    session: &Session,
    slot: &Slot,
    forget: Vec<String>,
    origin: &Origin,
) -> Result<Report, Error> {
    let journal = store::peek(&session.settings().state_dir(), slot)?;
    let journal = journal.ok_or_else(|| abort::unknown(session, slot))?;
    let request = Request::of(&journal).forgetting(forget)?;
    rotate(session, &request, Reach::Finish, &NoHooks, origin)
}
