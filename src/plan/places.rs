//! The workspaces of a plan: reached as it says, or as the command line does, and never another than it means.

use std::collections::HashMap;
use std::sync::Arc;

use crate::api::{admin, identity, tokens};
use crate::error::Error;
use crate::gate::Origin;
use crate::session::Session;
use crate::token::Token;

/// Tokens by id, as they are now.
pub type Tokens = HashMap<String, Token>;

/// What is seen of a workspace on one side of it: one's own tokens, or an administrator's view.
pub struct Side {
    /// The session on that workspace.
    pub session: Arc<Session>,
    /// Whoever signs in; none on the administrator's side.
    pub user: Option<String>,
    /// The tokens.
    pub tokens: Tokens,
}

impl Side {
    /// Lists what is there. The administrator's side is seen as a script that `origin` names would: by a grant.
    pub fn look(session: &Arc<Session>, is_by_admin: bool, origin: &Origin) -> Result<Self, Error> {
        let client = session.workspace()?.client();
        let (user, listing) = if is_by_admin {
            (None, admin::list(client, &admin::Creator::default(), origin)?)
        } else {
            (Some(identity::who_am_i(client)?), tokens::list(client)?)
        };
        let tokens =
            listing.tokens.into_iter().map(|token| (token.token_id().to_owned(), token)).collect();
        Ok(Self { session: Arc::clone(session), user, tokens })
    }
}

/// Returns the session on the workspace that a profile leads to; on the run's own if there is none, or if the command line
/// names the workspace itself.
pub fn reach(session: &Arc<Session>, profile: Option<&str>) -> Result<Arc<Session>, Error> {
    let asked = session.settings().asked();
    let is_named = asked.profile.is_some() || asked.host.is_some() || asked.sandbox.is_some();
    match profile {
        Some(profile) if !is_named => session.on(profile),
        _ => Ok(Arc::clone(session)),
    }
}
