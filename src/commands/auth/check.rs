//! `patroll auth check`: signs in, and says who one is, where, and whether tokens may be managed.

use serde_json::{Value, json};

use crate::api::{identity, tokens};
use crate::clock::Duration;
use crate::error::{Error, exit};
use crate::output::{Format, Table, csv, indent};
use crate::session::Session;
use crate::token::Token;
use crate::workspace::Workspace;

/// A credential that dies sooner than this deserves a warning.
const SOON: Duration = Duration::from_days(14);

/// Checks the run's own workspace.
pub fn execute(session: &Session) -> Result<(), Error> {
    let workspace = session.workspace()?;
    let client = workspace.client();
    let user = forgive(identity::who_am_i(client))?.ok();
    let listed = forgive(tokens::list(client).map(|listing| listing.tokens))?;
    let policy = identity::policy(client);
    let own = listed.as_ref().ok().and_then(|tokens| tokens.iter().find(|token| token.is_own()));
    let facts = [
        ("host", json!(workspace.place().host)),
        ("profile", json!(workspace.place().profile)),
        ("workspace_id", json!(identity::workspace_id(client))),
        ("auth_type", json!(client.auth_type())),
        ("source", json!(client.source())),
        ("user", json!(user)),
        (
            "may_manage_tokens",
            json!(listed.is_ok() && policy.as_ref().is_none_or(|policy| policy.is_enabled)),
        ),
        ("max_lifetime_days", json!(policy.and_then(|policy| policy.max_lifetime_days))),
        ("expires", json!(own.map(|token| token.expires().to_string()))),
    ];
    show(session, &facts)?;
    if let Some(own) = own {
        warn_if_dying(session, workspace, own);
    }
    match listed {
        Err(Error::Api(failure)) => {
            session.output().warn(&format!("tokens may not be managed: {failure}"));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Keeps apart a missing permission, which is an answer too, and every other failure.
fn forgive<T>(result: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match result {
        Err(Error::Api(failure)) if failure.status == 403 => Ok(Err(Error::Api(failure))),
        Err(error) => Err(error),
        Ok(value) => Ok(Ok(value)),
    }
}

fn show(session: &Session, facts: &[(&str, Value)]) -> Result<(), Error> {
    let output = session.output();
    if output.format() == Format::Json {
        let object: Value =
            facts.iter().cloned().map(|(name, value)| (name.to_owned(), value)).collect();
        return output.line(&indent(&object.to_string()));
    }
    let mut table = Table::new(["what", "value"]);
    table.rows = facts
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            vec![
                (*name).to_owned(),
                value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            ]
        })
        .collect();
    let is_csv = output.format() == Format::Csv;
    output.line(&if is_csv { csv(&table) } else { table.draw(output.width()) })
}

fn warn_if_dying(session: &Session, workspace: &Workspace, own: &Token) {
    let left = own.expires_in();
    if left < SOON {
        let source = workspace.client().source();
        session
            .output()
            .warn(&format!("the credential from {source} expires in {left}: rotate it"));
    }
}

/// Returns the code of what is wrong with a workspace, for those who check many.
pub fn try_sign_in(workspace: &Workspace) -> Result<Option<String>, (u8, String)> {
    match forgive(identity::who_am_i(workspace.client())) {
        Ok(user) => Ok(user.ok()),
        Err(error) => Err((error.exit_code().max(exit::FAILED), error.to_string())),
    }
}
