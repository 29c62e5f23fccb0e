//! Who works in a workspace: its users and service principals, by SCIM (`/api/2.0/preview/scim/v2/*`, RFC 7644).

use serde::{Deserialize, Deserializer};

use super::Client;
use crate::error::Error;
use crate::gate::Origin;
use crate::wire::Request;

/// Few requests, and an answer of a sane length.
const PAGE: usize = 1000;

/// Of whom there are lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// People.
    User,
    /// What signs in for jobs.
    ServicePrincipal,
}

impl Kind {
    /// Returns what the API calls the name by which one of them signs in.
    pub fn name_field(self) -> &'static str {
        match self {
            Self::User => "userName",
            Self::ServicePrincipal => "applicationId",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::User => "Users",
            Self::ServicePrincipal => "ServicePrincipals",
        }
    }
}

/// Somebody who can own tokens.
#[derive(Clone, Debug)]
pub struct User {
    /// The number that tokens know the owner by.
    pub id: i64,
    /// The name to sign in with.
    pub name: String,
    /// What people call them.
    pub display_name: String,
    /// Whether they may still sign in; so they may where nothing says otherwise.
    pub is_active: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(deserialize_with = "number")]
    id: i64,
    user_name: Option<String>,
    application_id: Option<String>,
    display_name: Option<String>,
    active: Option<bool>,
}

impl Resource {
    fn read(self, kind: Kind) -> User {
        let name = match kind {
            Kind::User => self.user_name,
            Kind::ServicePrincipal => self.application_id,
        };
        User {
            id: self.id,
            name: name.unwrap_or_default(),
            display_name: self.display_name.unwrap_or_default(),
            is_active: self.active.unwrap_or(true),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    total_results: usize,
    #[serde(default, rename = "Resources")]
    resources: Vec<Resource>,
}

/// Lists all of a kind.
pub fn list(client: &Client, kind: Kind, origin: &Origin) -> Result<Vec<User>, Error> {
    client.gate.admit_look(origin)?;
    let mut users: Vec<User> = Vec::new();
    loop {
        let path = format!(
            "/api/2.0/preview/scim/v2/{}?attributes=id,{},displayName,active&startIndex={}&count={PAGE}",
            kind.path(),
            kind.name_field(),
            users.len() + 1,
        );
        let answer = client.read(&Request::get(path))?;
        let page: Page =
            serde_json::from_str(&answer.body).map_err(|reason| answer.malformed(&reason))?;
        let is_last = page.resources.is_empty();
        users.extend(page.resources.into_iter().map(|resource| resource.read(kind)));
        if is_last || users.len() >= page.total_results {
            return Ok(users);
        }
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
