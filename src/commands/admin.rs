//! `patroll admin tokens list | create | revoke`: the tokens of a whole workspace, for its administrators.

use std::sync::Arc;

use super::revoke::{self, Named, Whose};
use super::tokens::{USUAL_LIFETIME, create_one, show_list};
use crate::api::admin::{self, Creator};
use crate::api::tokens::NewToken;
use crate::cli::{Admin, AdminTokens};
use crate::error::Error;
use crate::gate::Origin;
use crate::output::Column;
use crate::session::Session;

/// Does what was typed.
pub fn execute(session: &Arc<Session>, Admin::Tokens(tokens): Admin) -> Result<(), Error> {
    match tokens {
        AdminTokens::List { created_by_username, created_by_id, condition } => {
            let creator = Creator { created_by_id, created_by_username };
            let origin = Origin::default();
            let list = || admin::list(session.workspace()?.client(), &creator, &origin);
            show_list(session, list, condition.as_deref(), &Column::managed())
        }
        AdminTokens::Create { application_id, comment, lifetime, scopes, to_file } => {
            let lifetime = lifetime.unwrap_or(USUAL_LIFETIME);
            let new = NewToken { comment, lifetime, scopes };
            create_one(session, &new, Some(&application_id), to_file.as_deref())
        }
        AdminTokens::Revoke { ids, condition, if_exists } => {
            revoke::execute(session, Whose::Anybodys, Named { ids, condition, if_exists })
        }
    }
}
