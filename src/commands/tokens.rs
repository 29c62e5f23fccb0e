//! `patroll tokens create | list | revoke`: the retired Tokens CLI, carried on.

use std::path::Path;
use std::sync::Arc;

use super::revoke::{self, Named, Whose};
use crate::api::admin;
use crate::api::tokens::{Created, Listing, Minted, NewToken, create, list};
use crate::cli::Tokens;
use crate::clock::Duration;
use crate::error::Error;
use crate::files::NewFile;
use crate::gate::{Admission, Effect, Origin};
use crate::output::{
    Column, Format, csv, indent, is_discarded, readable_table, token_table, tokens_json,
};
use crate::script::filter_tokens;
use crate::session::Session;
use crate::workspace::Workspace;

/// The retired CLI's lifetime where none was given.
pub const USUAL_LIFETIME: Duration = Duration::from_seconds(7_776_000);

/// Does what was typed.
pub fn execute(session: &Arc<Session>, tokens: Tokens) -> Result<(), Error> {
    match tokens {
        Tokens::Create { comment, lifetime_seconds, lifetime, scopes, to_file } => {
            let lifetime = lifetime.or(lifetime_seconds).unwrap_or(USUAL_LIFETIME);
            create_one(session, &NewToken { comment, lifetime, scopes }, None, to_file.as_deref())
        }
        Tokens::List { condition } => {
            let list = || list(session.workspace()?.client());
            show_list(session, list, condition.as_deref(), &Column::usual())
        }
        Tokens::Rotate(rotate) => super::rotations::rotate(session, *rotate),
        Tokens::Revoke { mut ids, token_id, condition, if_exists } => {
            ids.extend(token_id);
            revoke::execute(session, Whose::Own, Named { ids, condition, if_exists })
        }
    }
}

/// Creates a token and shows it, or writes its value to a file that was proven writable before.
pub fn create_one(
    session: &Session,
    new: &NewToken,
    application_id: Option<&str>,
    to_file: Option<&Path>,
) -> Result<(), Error> {
    if to_file.is_none() && !session.gate().is_dry() && is_discarded() {
        return Err(usage(
            "stdout leads nowhere, so the value would be lost",
            "keep it with --to-file FILE",
        ));
    }
    let workspace = session.workspace()?;
    let file = to_file.map(|path| reserve(session, workspace, path)).transpose()?.flatten();
    let (client, origin) = (workspace.client(), Origin::default());
    let created = match application_id {
        Some(application_id) => admin::create(client, application_id, new, &origin)?,
        None => create(client, new, &origin)?,
    };
    let Created::Made(made) = created else { return Ok(()) };
    if to_file.is_none() {
        made.value.reveal();
        let answer = indent(made.expose_answer());
        return session.output().reveal(&answer).map_err(|error| lost(session, &made, error));
    }
    if let Some(file) = file {
        file.put(&made.value).map_err(|error| lost(session, &made, error))?;
    }
    session.output().line(&indent(&format!("{{\"token_info\":{}}}", made.token.raw())))
}

/// Says that a token lives whose value nobody has, before the reason why.
fn lost(session: &Session, made: &Minted, error: Error) -> Error {
    session.output().error(&Error::ValueLost { token_ids: vec![made.token.token_id().to_owned()] });
    error
}

fn reserve(
    session: &Session,
    workspace: &Workspace,
    path: &Path,
) -> Result<Option<NewFile>, Error> {
    let effect = Effect::WriteFile { path: path.display().to_string() };
    match session.gate().admit(effect, workspace.place(), &Origin::default())? {
        Admission::Go(permit) => NewFile::reserve(permit, path).map(Some),
        Admission::Dry(_) => Ok(None),
    }
}

/// Shows the tokens that `list` has, or those of them that a condition picks.
pub fn show_list(
    session: &Arc<Session>,
    list: impl Fn() -> Result<Listing, Error> + Sync,
    condition: Option<&str>,
    columns: &[Column],
) -> Result<(), Error> {
    let (body, tokens) = match condition {
        Some(condition) => (None, filter_tokens(session, || Ok(list()?.tokens), condition)?),
        None => list().map(|listing| (Some(listing.body), listing.tokens))?,
    };
    let output = session.output();
    match (output.format(), body) {
        (Format::Json, Some(body)) => output.line(&indent(&body)),
        (Format::Json, None) => output.line(&tokens_json(&tokens, Some("token_infos"))),
        (Format::Csv, _) => output.line(&csv(&token_table(&tokens, columns))),
        (Format::Auto | Format::Table, _) => {
            let table = readable_table(&tokens, columns, output.width());
            output.line(&table.draw(output.width()))
        }
    }
}

/// Returns the error that says that something was typed wrongly, and what to type.
pub fn usage(problem: &str, hint: &str) -> Error {
    Error::Usage { problem: problem.to_owned(), hint: Some(hint.to_owned()) }
}
