//! Who one is to a workspace, which workspace that is, and what it lets people do with tokens.

use serde_json::Value;

use super::Client;
use crate::error::Error;
use crate::wire::{Answer, Request};

/// What a workspace says of tokens; only its administrators may ask.
pub struct Policy {
    /// Whether there are tokens at all.
    pub is_enabled: bool,
    /// The longest lifetime of a new one, where one is set.
    pub max_lifetime_days: Option<i64>,
}

/// Returns the name of whoever signs in: a user's, or a service principal's application id.
pub fn who_am_i(client: &Client) -> Result<String, Error> {
    let answer = client.read(&Request::get("/api/2.0/preview/scim/v2/Me"))?;
    let body = parse(&answer)?;
    let name =
        ["userName", "applicationId", "displayName"].iter().find_map(|key| body[*key].as_str());
    name.map(str::to_owned).ok_or_else(|| answer.unusable("JSON without userName"))
}

/// Returns the workspace's number, where it tells; the call is undocumented, so its failure says nothing.
pub fn workspace_id(client: &Client) -> Option<String> {
    let answer = client.read(&Request::get("/api/2.0/tokens/introspect")).ok()?;
    let id =
        parse(&answer).ok()?["principal_context"]["authentication_scope"]["workspace_id"].take();
    match id {
        Value::Number(id) => Some(id.to_string()),
        Value::String(id) => Some(id),
        _ => None,
    }
}

/// Returns the workspace's policy, where it may be read.
pub fn policy(client: &Client) -> Option<Policy> {
    let path = "/api/2.0/workspace-conf?keys=enableTokensConfig,maxTokenLifetimeDays";
    let body = parse(&client.read(&Request::get(path)).ok()?).ok()?;
    Some(Policy {
        is_enabled: body["enableTokensConfig"].as_str() != Some("false"),
        max_lifetime_days: body["maxTokenLifetimeDays"].as_str().and_then(|days| days.parse().ok()),
    })
}

fn parse(answer: &Answer) -> Result<Value, Error> {
    serde_json::from_str(&answer.body).map_err(|error| answer.malformed(&error))
}
