//! `patroll configure`: asks how to sign in, tries it, and only then writes the profile.

use crate::api::{identity, tokens};
use crate::error::Error;
use crate::gate::{Admission, Effect, Origin};
use crate::process::Terminal;
use crate::profile::{self, DEFAULT, Edit};
use crate::secret::Secret;
use crate::session::Session;
use crate::settings::sign_in_keys;

/// Asks, checks, writes.
pub fn execute(session: &Session) -> Result<(), Error> {
    if session.settings().asked().is_sandbox {
        return Err(Error::Usage {
            problem: "a sandbox needs no profile, and configure writes one".to_owned(),
            hint: Some("leave --sandbox out".to_owned()),
        });
    }
    let terminal = Terminal::open(session.output(), session.stop())?;
    let profile = session.settings().asked().profile.clone().unwrap_or_else(|| DEFAULT.to_owned());
    let mut given = vec![("host", ask_host(session, &terminal)?)];
    given.extend(ask_credential(&terminal)?);
    check(session, &profile, &given)?;
    write(session, &profile, &given)
}

fn ask_host(session: &Session, terminal: &Terminal<'_>) -> Result<Secret, Error> {
    if let Some(host) = &session.settings().asked().host {
        return Ok(Secret::unregistered(host.as_str()));
    }
    let host = terminal.ask("address of the workspace: ")?;
    required(host, "an address").map(Secret::unregistered)
}

/// Asks for a token, or for a service principal's id and secret.
fn ask_credential(terminal: &Terminal<'_>) -> Result<Vec<(&'static str, Secret)>, Error> {
    let token = terminal.ask_hidden("token (empty for a service principal): ")?;
    if !token.is_empty() {
        return Ok(vec![("token", Secret::new(token))]);
    }
    let client_id = required(terminal.ask("client id: ")?, "a client id")?;
    let secret = required(terminal.ask_hidden("client secret: ")?, "a client secret")?;
    Ok(vec![("client_id", Secret::unregistered(client_id)), ("client_secret", Secret::new(secret))])
}

fn required(text: String, what: &str) -> Result<String, Error> {
    if text.is_empty() {
        return Err(Error::Usage {
            problem: format!("without {what} there is no profile"),
            hint: None,
        });
    }
    Ok(text)
}

/// Signs in with what was typed; a credential that may not ask who it is may still list tokens.
fn check(session: &Session, profile: &str, given: &[(&'static str, Secret)]) -> Result<(), Error> {
    let given: Vec<_> = given.iter().map(|(name, value)| (*name, value)).collect();
    let workspace = session.connect(session.settings().connection_from(profile, &given)?)?;
    let host = &workspace.place().host;
    match identity::who_am_i(workspace.client()) {
        Ok(user) => session.output().note(&format!("signed in to {host} as {user}")),
        Err(Error::Api(failure)) if failure.status == 403 => {
            tokens::list(workspace.client())?;
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

fn write(session: &Session, profile: &str, given: &[(&'static str, Secret)]) -> Result<(), Error> {
    let path = session.settings().config_file();
    // What would contradict or pin what was just typed.
    let replaced = sign_in_keys().filter(|key| !given.iter().any(|(name, _)| name == key));
    let edit = Edit {
        profile: profile.to_owned(),
        set: given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.expose().to_owned()))
            .collect(),
        remove: replaced.map(str::to_owned).collect(),
    };
    let effect =
        Effect::WriteProfile { profile: profile.to_owned(), path: path.display().to_string() };
    let place = crate::gate::Place { profile: Some(profile.to_owned()), ..Default::default() };
    match session.gate().admit(effect, &place, &Origin::default())? {
        Admission::Dry(_) => Ok(()),
        Admission::Go(permit) => profile::write(permit, &path, &edit),
    }
}
