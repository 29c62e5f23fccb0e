//! `patroll tokens create | list | revoke`: the retired Tokens CLI, carried on.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use crate::api::tokens::OwnRule;
use crate::api::tokens::{Created, Minted, NewToken, Revoked, Target, create, list, revoke};
use crate::cli::Tokens;
use crate::clock::Duration;
use crate::error::Error;
use crate::files::NewFile;
use crate::gate::{Admission, Effect, Origin};
use crate::output::{
    Column, Format, csv, indent, is_discarded, readable_table, token_table, tokens_json,
};
use crate::process::read_stdin;
use crate::script::filter_tokens;
use crate::session::Session;
use crate::token::Token;
use crate::workspace::Workspace;

/// The retired CLI's lifetime where none was given.
const USUAL_LIFETIME: Duration = Duration::from_seconds(7_776_000);

/// A prefix shorter than this is no way to name a token.
const SHORTEST_PREFIX: usize = 8;

/// The length of an id on a real workspace.
const ID_LENGTH: usize = 64;

/// What is read from stdin at most.
const LARGEST_STDIN: u64 = 16 << 20;

/// Does what was typed.
pub fn execute(session: &Arc<Session>, tokens: Tokens) -> Result<(), Error> {
    match tokens {
        Tokens::Create { comment, lifetime_seconds, lifetime, scopes, to_file } => {
            let lifetime = lifetime.or(lifetime_seconds).unwrap_or(USUAL_LIFETIME);
            create_one(session, &NewToken { comment, lifetime, scopes }, to_file.as_deref())
        }
        Tokens::List { condition } => show_list(session, condition.as_deref()),
        Tokens::Rotate(rotate) => super::rotations::rotate(session, *rotate),
        Tokens::Revoke { ids, token_id, condition, if_exists } => {
            let targets = match condition {
                Some(condition) => find_by_condition(session, &condition)?,
                None => find_by_ids(session, &read_ids(session, ids, token_id)?, if_exists)?,
            };
            revoke_all(session, &targets, if_exists)
        }
    }
}

/// Creates a token and shows it, or writes its value to a file that was proven writable before.
fn create_one(session: &Session, new: &NewToken, to_file: Option<&Path>) -> Result<(), Error> {
    if to_file.is_none() && !session.gate().is_dry() && is_discarded() {
        return Err(usage(
            "stdout leads nowhere, so the value would be lost",
            "keep it with --to-file FILE",
        ));
    }
    let workspace = session.workspace()?;
    let file = to_file.map(|path| reserve(session, workspace, path)).transpose()?.flatten();
    let Created::Made(made) = create(workspace.client(), new, &Origin::default())? else {
        return Ok(());
    };
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

fn show_list(session: &Arc<Session>, condition: Option<&str>) -> Result<(), Error> {
    let list = || list(session.workspace()?.client());
    let (body, tokens) = match condition {
        Some(condition) => (None, filter_tokens(session, || Ok(list()?.tokens), condition)?),
        None => list().map(|listing| (Some(listing.body), listing.tokens))?,
    };
    let output = session.output();
    match (output.format(), body) {
        (Format::Json, Some(body)) => output.line(&indent(&body)),
        (Format::Json, None) => output.line(&tokens_json(&tokens, Some("token_infos"))),
        (Format::Csv, _) => output.line(&csv(&token_table(&tokens, &Column::usual()))),
        (Format::Auto | Format::Table, _) => {
            let table = readable_table(&tokens, &Column::usual(), output.width());
            output.line(&table.draw(output.width()))
        }
    }
}

/// Reads the ids that were typed; `-` stands for those on stdin, one a line.
fn read_ids(
    session: &Session,
    mut ids: Vec<String>,
    token_id: Vec<String>,
) -> Result<Vec<String>, Error> {
    ids.extend(token_id);
    if ids.iter().any(|id| id == "-") {
        ids.retain(|id| id != "-");
        if std::io::stdin().is_terminal() {
            return Err(usage(
                "`-` reads ids from stdin, which is a terminal",
                "pipe them in, one a line",
            ));
        }
        let text = read_stdin(session.stop(), LARGEST_STDIN)?;
        let text = String::from_utf8(text)
            .map_err(|_| usage("stdin is not UTF-8", "pipe ids in, one a line"))?;
        ids.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
        if ids.is_empty() {
            return Err(usage(
                "stdin holds no id",
                "whatever was to write the ids has written nothing",
            ));
        }
    }
    if ids.is_empty() {
        return Err(usage(
            "no token was named",
            "name ids, `-` for ids from stdin, or --where EXPR",
        ));
    }
    if let Some(bad) =
        ids.iter().find(|id| id.trim().is_empty() || id.contains(char::is_whitespace))
    {
        return Err(usage(
            &format!("`{bad}` is no token id"),
            "an id is 64 hex digits, or the first 8 or more of them",
        ));
    }
    Ok(ids)
}

/// Returns the tokens that the ids name; a prefix is looked up in the list, once.
fn find_by_ids(session: &Session, ids: &[String], if_exists: bool) -> Result<Vec<Target>, Error> {
    let mut listed: Option<Vec<Token>> = None;
    let mut targets: Vec<Target> = Vec::new();
    for id in ids {
        let target = if id.len() >= ID_LENGTH {
            Some(Target { token_id: id.clone(), comment: None })
        } else {
            if listed.is_none() {
                listed = Some(list(session.workspace()?.client())?.tokens);
            }
            find_by_prefix(listed.as_deref().unwrap_or_default(), id, if_exists)?
        };
        targets.extend(
            target.filter(|target| !targets.iter().any(|known| known.token_id == target.token_id)),
        );
    }
    Ok(targets)
}

fn find_by_prefix(
    tokens: &[Token],
    prefix: &str,
    if_exists: bool,
) -> Result<Option<Target>, Error> {
    let exact = tokens.iter().find(|token| token.token_id() == prefix);
    let matching: Vec<&Token> = match exact {
        Some(token) => vec![token],
        None if prefix.len() < SHORTEST_PREFIX => {
            return Err(usage(
                &format!("`{prefix}` is too short to name a token"),
                "write 8 or more letters of the id",
            ));
        }
        None => tokens.iter().filter(|token| token.token_id().starts_with(prefix)).collect(),
    };
    match matching.as_slice() {
        [token] => Ok(Some(target(token))),
        [] if if_exists => Ok(None),
        several => Err(Error::TokenAmbiguous {
            text: prefix.to_owned(),
            candidates: several.iter().map(|token| token.token_id().to_owned()).collect(),
        }),
    }
}

fn find_by_condition(session: &Arc<Session>, condition: &str) -> Result<Vec<Target>, Error> {
    let tokens = || Ok(list(session.workspace()?.client())?.tokens);
    let tokens = filter_tokens(session, tokens, condition)?;
    if let Some(own) = tokens.iter().find(|token| token.is_own()) {
        return Err(Error::OwnToken { token_id: own.token_id().to_owned() });
    }
    Ok(tokens.iter().map(target).collect())
}

fn target(token: &Token) -> Target {
    Target { token_id: token.token_id().to_owned(), comment: Some(token.comment().to_owned()) }
}

fn revoke_all(session: &Session, targets: &[Target], if_exists: bool) -> Result<(), Error> {
    let client = session.workspace()?.client();
    let output = session.output();
    let mut missing = None;
    for target in targets {
        match revoke(client, target, OwnRule::Warn, &Origin::default())? {
            Revoked::AlreadyGone if !if_exists => missing = Some(target.token_id.clone()),
            Revoked::Done | Revoked::AlreadyGone | Revoked::Dry => {}
        }
    }
    if let Some(text) = missing {
        return Err(Error::TokenAmbiguous { text, candidates: Vec::new() });
    }
    if output.format() == Format::Json && !session.gate().is_dry() {
        return output.line("{}");
    }
    Ok(())
}

fn usage(problem: &str, hint: &str) -> Error {
    Error::Usage { problem: problem.to_owned(), hint: Some(hint.to_owned()) }
}
