//! The workspace as its administrator sees it, by a client of the harness's own.

use std::sync::{Arc, Weak};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use patroll::sandbox::Sandbox;
use serde_json::{Value, json};

/// A way to call one workspace that no rotation can cut off.
#[derive(Clone)]
pub struct Api {
    host: String,
    /// The workspace's address as patroll knows it.
    pub shown: String,
    /// The service principal whose tokens the slot's are, if they are not the administrator's own.
    principal: Option<String>,
    authorization: String,
    /// The workspace stops when its world ends, whoever still looks at it.
    sandbox: Weak<Sandbox>,
}

impl Api {
    /// Signs in by the administrator's password.
    pub fn to(sandbox: &Arc<Sandbox>, shown: String, principal: Option<String>) -> Self {
        let address = &sandbox.workspaces()[0];
        let pair = STANDARD.encode(format!("{}:{}", address.user, address.password));
        let (host, authorization) = (address.host.clone(), format!("Basic {pair}"));
        Self { shown, principal, host, authorization, sandbox: Arc::downgrade(sandbox) }
    }

    /// Makes a call; nothing if it is refused.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Option<Value> {
        self.ask_as(&self.authorization, method, path, body)
    }

    /// Makes a token of the administrator's own.
    pub fn create(&self, comment: &str, days: i64, scopes: &Value) -> Value {
        let body =
            json!({ "comment": comment, "lifetime_seconds": days * 86_400, "scopes": scopes });
        self.ask("POST", "/api/2.0/token/create", &body).unwrap()
    }

    /// Makes a token of whom the slot's belong to, if there is room for one more.
    pub fn try_create_slots(&self, comment: &str, days: i64, scopes: &Value) -> Option<Value> {
        let mut body =
            json!({ "comment": comment, "lifetime_seconds": days * 86_400, "scopes": scopes });
        let path = match &self.principal {
            None => "/api/2.0/token/create",
            Some(principal) => {
                body["application_id"] = principal.as_str().into();
                "/api/2.0/token-management/on-behalf-of/tokens"
            }
        };
        self.ask("POST", path, &body)
    }

    /// Revokes a token, if it is there.
    pub fn revoke(&self, id: &str) {
        let path = format!("/api/2.0/token-management/tokens/{id}");
        self.ask("DELETE", &path, &json!({}));
    }

    /// Gives the id of the token with this value.
    pub fn id_of(&self, value: &str) -> String {
        let known = self.sandbox.upgrade().and_then(|sandbox| sandbox.token_id(value));
        known.unwrap_or_else(|| "none of the workspace's".to_owned())
    }

    /// Gives a secret, past all trouble that is made for others.
    pub fn secret(&self, scope: &str, key: &str) -> Option<String> {
        let encoded = self.sandbox.upgrade()?.secret(scope, key)?;
        String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
    }

    /// Tells whether the workspace lets somebody in by this value.
    pub fn accepts(&self, value: &str) -> bool {
        let authorization = format!("Bearer {value}");
        // A token that may do less is let in too, and then told so.
        self.ask_as(&authorization, "GET", "/api/2.0/tokens/introspect", &json!({})).is_some()
    }

    /// Gives every token that is listed and has not expired at `now`.
    pub fn living(&self, now: i64) -> Vec<Value> {
        let path = match &self.principal {
            None => "/api/2.0/token/list",
            Some(_) => "/api/2.0/token-management/tokens",
        };
        let listed = self.ask("GET", path, &json!({})).unwrap();
        let is_alive = |token: &&Value| {
            let expiry = token["expiry_time"].as_i64().unwrap();
            expiry == -1 || expiry > now
        };
        listed["token_infos"].as_array().unwrap().iter().filter(is_alive).cloned().collect()
    }

    fn ask_as(&self, authorization: &str, method: &str, path: &str, body: &Value) -> Option<Value> {
        let url = format!("{}{path}", self.host);
        let answer = match method {
            "GET" => ureq::get(&url).header("Authorization", authorization).call(),
            "DELETE" => ureq::delete(&url).header("Authorization", authorization).call(),
            _ => ureq::post(&url).header("Authorization", authorization).send(body.to_string()),
        };
        serde_json::from_str(&answer.ok()?.body_mut().read_to_string().ok()?).ok()
    }
}
