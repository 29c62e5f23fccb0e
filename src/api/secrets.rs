//! The Secrets API: named values in scopes, put, read, listed and deleted (`/api/2.0/secrets/*`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::{Client, Written};
use crate::clock::Time;
use crate::error::Error;
use crate::gate::{Effect, Origin};
use crate::secret::Secret;
use crate::wire::{Answer, Repeat, Request, encode};

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It was made.
    Done,
    /// It needed no change: the scope was there, the secret gone.
    Already,
    /// A dry run: nothing was changed.
    Dry,
}

/// A secret of a scope; its value is not told by a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name in the scope.
    pub key: String,
    /// When it last got a value.
    pub last_updated: Time,
}

/// Gives a secret its value; one that has a value gets the new one.
pub fn put(
    client: &Client,
    scope: &str,
    key: &str,
    value: &Secret,
    origin: &Origin,
) -> Result<Changed, Error> {
    let body = json!({ "scope": scope, "key": key, "string_value": value.expose() });
    let request = Request::post("/api/2.0/secrets/put", &body)
        .doing(format!("putting the secret {scope}/{key}"));
    change(
        client,
        &Effect::PutSecret { scope: scope.to_owned(), key: key.to_owned() },
        origin,
        &request,
    )
}

/// Returns a secret's value.
pub fn get(client: &Client, scope: &str, key: &str) -> Result<Secret, Error> {
    #[derive(Deserialize)]
    struct Body {
        value: String,
    }
    let path = format!("/api/2.0/secrets/get?scope={}&key={}", encode(scope), encode(key));
    let answer = client.read(&Request::get(path))?;
    // No reason is quoted: it could quote the value.
    let unusable = |found| answer.unusable(found);
    let body: Body =
        serde_json::from_str(&answer.body).map_err(|_| unusable("JSON without a value"))?;
    let bytes = STANDARD.decode(body.value).map_err(|_| unusable("a value that is no base64"))?;
    let text = String::from_utf8(bytes).map_err(|_| unusable("a value that is no text"))?;
    Ok(Secret::new(text))
}

/// Lists the secrets of a scope.
pub fn list(client: &Client, scope: &str) -> Result<Vec<Listed>, Error> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        secrets: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        key: String,
        last_updated_timestamp: i64,
    }
    let answer =
        client.read(&Request::get(format!("/api/2.0/secrets/list?scope={}", encode(scope))))?;
    let body: Body = read(&answer)?;
    let listed =
        |row: Row| Listed { key: row.key, last_updated: Time::from_ms(row.last_updated_timestamp) };
    Ok(body.secrets.into_iter().map(listed).collect())
}

/// Takes a secret out of its scope.
pub fn delete(client: &Client, scope: &str, key: &str, origin: &Origin) -> Result<Changed, Error> {
    let request = Request::post("/api/2.0/secrets/delete", &json!({ "scope": scope, "key": key }))
        .doing(format!("deleting the secret {scope}/{key}"));
    let effect = Effect::DeleteSecret { scope: scope.to_owned(), key: key.to_owned() };
    match change(client, &effect, origin, &request) {
        Err(error) if error.is_gone() => Ok(Changed::Already),
        result => result,
    }
}

/// Makes a scope, which only its maker may use at first.
pub fn create_scope(client: &Client, scope: &str, origin: &Origin) -> Result<Changed, Error> {
    let request = Request::post("/api/2.0/secrets/scopes/create", &json!({ "scope": scope }))
        .doing(format!("creating the scope {scope}"));
    match change(client, &Effect::CreateScope { scope: scope.to_owned() }, origin, &request) {
        Err(Error::Api(failure)) if failure.code == "RESOURCE_ALREADY_EXISTS" => {
            Ok(Changed::Already)
        }
        result => result,
    }
}

/// Sends a change that can be sent twice.
fn change(
    client: &Client,
    effect: &Effect,
    origin: &Origin,
    request: &Request,
) -> Result<Changed, Error> {
    Ok(match client.write(effect, origin, request, Repeat::Always)? {
        Written::Done(_) => Changed::Done,
        Written::Dry(_) => Changed::Dry,
    })
}

fn read<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Error> {
    serde_json::from_str(&answer.body).map_err(|error| answer.malformed(&error))
}
