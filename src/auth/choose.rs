//! Which way to sign in is taken: the pinned one, else the first for which everything is there.
//!
//! Two that contradict each other, and none at all, are errors that say what was found where, without values.

use std::path::PathBuf;

use super::Credential;
use super::kit::Kit;
use super::methods::{METHODS, Method};
use crate::error::Error;
use crate::settings::{Connection, Value};

/// Makes the credential that a connection's attributes describe.
pub fn choose(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    if let Some(pinned) = connection.attributes.value("auth_type") {
        return (find_pinned(connection, pinned, &kit.search_path)?.make)(connection, kit);
    }
    for method in candidates(connection, &kit.search_path)? {
        let made = (method.make)(connection, kit).and_then(|credential| {
            if method.is_probed { credential.sign().map(|_| credential) } else { Ok(credential) }
        });
        match made {
            // A program that is there need not be signed in.
            Err(error) if method.is_probed && !kit.means.stop.is_set() => {
                kit.means.output.debug(|| format!("not signed in by {}: {error}", method.name));
            }
            result => return result,
        }
    }
    Err(missing(connection))
}

/// Returns the name of the way that would be taken, asking nobody.
pub fn find_method(
    connection: &Connection,
    search_path: &[PathBuf],
) -> Result<&'static str, Error> {
    if let Some(pinned) = connection.attributes.value("auth_type") {
        return Ok(find_pinned(connection, pinned, search_path)?.name);
    }
    let first = candidates(connection, search_path)?.next();
    first.map(|method| method.name).ok_or_else(|| missing(connection))
}

fn find_pinned(
    connection: &Connection,
    pinned: &Value,
    search_path: &[PathBuf],
) -> Result<&'static Method, Error> {
    let name = pinned.text();
    let method = METHODS.iter().find(|method| method.name == name).ok_or_else(|| {
        Error::CredentialUnsupported {
            auth_type: name.to_owned(),
            source_name: pinned.source.to_string(),
            is_known: name.starts_with("google-") || name == "external-browser",
        }
    })?;
    let lacks = method.missing(connection, search_path);
    if lacks.is_empty() {
        return Ok(method);
    }
    Err(Error::CredentialIncomplete {
        auth_type: name.to_owned(),
        place: connection.place(),
        lacks,
    })
}

/// Returns the ways for which everything is there, in their order.
fn candidates<'c>(
    connection: &'c Connection,
    search_path: &'c [PathBuf],
) -> Result<impl Iterator<Item = &'static Method> + use<'c>, Error> {
    let families = connection.attributes.families();
    if families.len() > 1 {
        let found = families.iter().map(|(_, name, source)| format!("{name} ({source})")).collect();
        return Err(Error::CredentialAmbiguous { found });
    }
    Ok(METHODS.iter().filter(move |method| {
        !method.stands_back(connection) && method.missing(connection, search_path).is_empty()
    }))
}

fn missing(connection: &Connection) -> Error {
    if let Some((_, name, source)) =
        connection.attributes.families().iter().find(|(family, ..)| *family == "google")
    {
        let auth_type = match *name {
            "google_credentials" => "google-credentials",
            _ => "google-id",
        };
        let source_name = format!("{name} in {source}");
        return Error::CredentialUnsupported {
            auth_type: auth_type.to_owned(),
            source_name,
            is_known: true,
        };
    }
    let found = connection.attributes.iter();
    let found = found.map(|(attribute, value)| format!("{} ({})", attribute.name, value.source));
    Error::CredentialMissing { place: connection.place(), found: found.collect() }
}
