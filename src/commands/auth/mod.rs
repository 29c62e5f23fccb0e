//! `patroll auth describe | check | profiles`: how one signs in, seen without a secret.

mod check;
mod describe;
mod profiles;

use std::sync::Arc;

use crate::cli::Auth;
use crate::error::Error;
use crate::session::Session;

/// Does what was typed.
pub fn execute(session: &Arc<Session>, auth: &Auth) -> Result<(), Error> {
    match auth {
        Auth::Describe => describe::execute(session),
        Auth::Check => check::execute(session),
        Auth::Profiles { check } => profiles::execute(session, *check),
    }
}
