//! Revoking by what was typed, one's own tokens or as an administrator anybody's: from ids, prefixes and conditions to
//! tokens, and what is said in the end.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::sync::Arc;

use super::tokens::usage;
use crate::api::Client;
use crate::api::admin::{self, Creator};
use crate::api::bulk::revoke_many;
use crate::api::tokens::{self, OwnRule, Revoked, Target};
use crate::error::Error;
use crate::gate::Origin;
use crate::output::Format;
use crate::process::read_stdin;
use crate::script::filter_tokens;
use crate::session::Session;
use crate::token::Token;

/// A prefix shorter than this is no way to name a token.
const SHORTEST_PREFIX: usize = 8;

/// The length of an id on a real workspace.
const ID_LENGTH: usize = 64;

/// What is read from stdin at most.
const LARGEST_STDIN: u64 = 16 << 20;

/// Whose tokens they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The caller's.
    Own,
    /// Everybody's, as an administrator.
    Anybodys,
}

impl Whose {
    fn list(self, session: &Session) -> Result<Vec<Token>, Error> {
        let client = session.workspace()?.client();
        let listing = match self {
            Self::Own => tokens::list(client)?,
            Self::Anybodys => admin::list(client, &Creator::default(), &Origin::default())?,
        };
        Ok(listing.tokens)
    }

    fn revoke(
        self,
        client: &Client,
        target: &Target,
        rule: OwnRule,
        origin: &Origin,
    ) -> Result<Revoked, Error> {
        match self {
            Self::Own => tokens::revoke(client, target, rule, origin),
            Self::Anybodys => admin::revoke(client, target, rule, origin),
        }
    }
}

/// Which tokens were meant.
pub struct Named {
    /// Their ids or prefixes of these; `-` stands for those on stdin.
    pub ids: Vec<String>,
    /// What is true for them.
    pub condition: Option<String>,
    /// Whether it does not matter that one is gone already.
    pub if_exists: bool,
}

/// Revokes what was typed. An id that was typed may be the credential in use; a condition never means that.
pub fn execute(session: &Arc<Session>, whose: Whose, named: Named) -> Result<(), Error> {
    let if_exists = named.if_exists;
    if let Some(condition) = named.condition {
        let tokens = filter_tokens(session, || whose.list(session), &condition)?;
        let targets = tokens.iter().map(Target::of).collect();
        return revoke_all(session, whose, targets, OwnRule::Refuse, if_exists);
    }
    let ids = read_ids(session, named.ids)?;
    let targets = find_by_ids(session, whose, &ids, if_exists)?;
    revoke_all(session, whose, targets, OwnRule::Warn, if_exists)
}

/// Reads the ids that were typed; `-` stands for those on stdin, one a line.
fn read_ids(session: &Session, mut ids: Vec<String>) -> Result<Vec<String>, Error> {
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
fn find_by_ids(
    session: &Session,
    whose: Whose,
    ids: &[String],
    if_exists: bool,
) -> Result<Vec<Target>, Error> {
    let mut listed: Option<Vec<Token>> = None;
    let mut targets: Vec<Target> = Vec::new();
    let mut known = HashSet::new();
    for id in ids {
        let target = if id.len() >= ID_LENGTH {
            Some(Target { token_id: id.clone(), comment: None })
        } else {
            if listed.is_none() {
                listed = Some(whose.list(session)?);
            }
            find_by_prefix(listed.as_deref().unwrap_or_default(), id, if_exists)?
        };
        targets.extend(target.filter(|target| known.insert(target.token_id.clone())));
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
        [token] => Ok(Some(Target::of(token))),
        [] if if_exists => Ok(None),
        several => Err(Error::TokenAmbiguous {
            text: prefix.to_owned(),
            candidates: several.iter().map(|token| token.token_id().to_owned()).collect(),
        }),
    }
}

/// Revokes what was named or picked; one alone fails in its own words.
fn revoke_all(
    session: &Session,
    whose: Whose,
    targets: Vec<Target>,
    rule: OwnRule,
    if_exists: bool,
) -> Result<(), Error> {
    let client = session.workspace()?.client();
    let output = session.output();
    let origin = Origin::default();
    let missing = match targets.as_slice() {
        [target] if rule == OwnRule::Warn => match whose.revoke(client, target, rule, &origin)? {
            Revoked::AlreadyGone => Some(target.token_id.clone()),
            Revoked::Done | Revoked::Dry => None,
        },
        _ => {
            revoke_many(client, targets, whose == Whose::Anybodys, rule, &origin)?.check()?.one_gone
        }
    };
    if let Some(text) = missing.filter(|_| !if_exists) {
        return Err(Error::TokenAmbiguous { text, candidates: Vec::new() });
    }
    if output.format() == Format::Json && !session.gate().is_dry() {
        return output.line("{}");
    }
    Ok(())
}
