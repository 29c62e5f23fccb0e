//! A sandbox whose time stands still, with tokens that are known by name.

use std::cell::RefCell;
use std::time::Instant;

use base64::Engine as _;
use patroll::sandbox::{Address, Options, Sandbox};
use serde_json::{Value, json};

use super::process::PATIENCE;

/// When everything happens: 2026-11-23, at noon.
const NOW: i64 = 1_795_435_200_000;

/// A day in the hours that ages and lifetimes are given in.
pub const DAY: i64 = 24;

/// What a list of 100,000 tokens fits in.
const LARGEST: u64 = 64 << 20;

const HOUR: i64 = 60 * 60 * 1000;

/// A workspace to act on.
pub struct World {
    sandbox: Sandbox,
    /// Ids and the names they go by in outputs.
    names: RefCell<Vec<(String, String)>>,
    /// Which entries of the write log are the test's own preparations.
    prepared: RefCell<Vec<usize>>,
    /// The operations that the test itself has asked for.
    asked: RefCell<Vec<String>>,
}

impl World {
    /// Starts a workspace with no token but the one signed in with, which is named `own`.
    pub fn new() -> Self {
        Self::of(|_| {})
    }

    /// Starts a workspace with other options; made-up tokens are named `t1`, `t2`, … as they are listed.
    pub fn of(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { tokens: 1, now: Some(NOW), ..Options::default() };
        change(&mut options);
        let world = Self {
            sandbox: Sandbox::start(options).unwrap(),
            names: RefCell::default(),
            prepared: RefCell::default(),
            asked: RefCell::default(),
        };
        world.name_all();
        world
    }

    fn name_all(&self) {
        let mut others = 0;
        for token in self.list() {
            let is_own = token["comment"] == "patroll sandbox";
            others += usize::from(!is_own);
            let name = if is_own { "own".to_owned() } else { format!("t{others}") };
            self.names.borrow_mut().push((text(&token["token_id"]), name));
        }
    }

    /// Tells where it is and what opens it.
    pub fn address(&self) -> &Address {
        &self.sandbox.workspaces()[0]
    }

    /// Adds a token that was made `age` hours ago to live `lifetime` hours, named by its comment; gives its id.
    pub fn token(&self, comment: &str, age: i64, lifetime: i64) -> String {
        self.token_named(comment, comment, age, lifetime)
    }

    /// Adds a token whose name in outputs is not its comment.
    pub fn token_named(&self, name: &str, comment: &str, age: i64, lifetime: i64) -> String {
        self.sandbox.advance(-age * HOUR);
        let body = json!({ "comment": comment, "lifetime_seconds": lifetime * 3600 });
        let made = self.call("POST", "/api/2.0/token/create", &body);
        self.sandbox.advance(age * HOUR);
        self.prepared.borrow_mut().push(self.sandbox.writes().len() - 1);
        let id = text(&made["token_info"]["token_id"]);
        self.names.borrow_mut().push((id.clone(), name.to_owned()));
        id
    }

    /// Makes a token that lives `lifetime` hours, and gives its id and its value.
    pub fn mint(&self, comment: &str, lifetime: i64) -> (String, String) {
        let body = json!({ "comment": comment, "lifetime_seconds": lifetime * 3600 });
        let made = self.call("POST", "/api/2.0/token/create", &body);
        self.prepared.borrow_mut().push(self.sandbox.writes().len() - 1);
        let id = text(&made["token_info"]["token_id"]);
        self.names.borrow_mut().push((id.clone(), comment.to_owned()));
        (id, text(&made["token_value"]))
    }

    /// Lets time pass, in milliseconds.
    pub fn advance(&self, ms: i64) {
        self.sandbox.advance(ms);
    }

    /// Gives a token about a job that the runner beside the workspace signs for `audience`.
    pub fn voucher(&self, audience: &str) -> String {
        let signed = self.ask(
            "github",
            "GET",
            &format!("/actions/id-token?audience={audience}"),
            &json!({}),
        );
        text(&signed["value"])
    }

    /// Gives the account that the workspace belongs to.
    pub fn account(&self) -> String {
        text(&self.ask("config", "GET", "/.well-known/databricks-config", &json!({}))["account_id"])
    }

    /// Makes a scope for secrets.
    pub fn scope(&self, name: &str) {
        self.call("POST", "/api/2.0/secrets/scopes/create", &json!({ "scope": name }));
        self.prepared.borrow_mut().push(self.sandbox.writes().len() - 1);
    }

    /// Gives a secret's value.
    pub fn secret(&self, scope: &str, key: &str) -> String {
        let path = format!("/api/2.0/secrets/get?scope={scope}&key={key}");
        let found = self.ask("get", "GET", &path, &json!({}));
        let bytes = base64::engine::general_purpose::STANDARD.decode(text(&found["value"]));
        String::from_utf8(bytes.unwrap()).unwrap()
    }

    /// Adds a token of a service principal, named by its comment, to live `lifetime` hours; gives its value.
    pub fn token_of(&self, application_id: &str, comment: &str, lifetime: i64) -> String {
        let body = json!({
            "application_id": application_id,
            "comment": comment,
            "lifetime_seconds": lifetime * 3600,
        });
        let path = "/api/2.0/token-management/on-behalf-of/tokens";
        let made = self.call("POST", path, &body);
        self.prepared.borrow_mut().push(self.sandbox.writes().len() - 1);
        self.names.borrow_mut().push((text(&made["token_info"]["token_id"]), comment.to_owned()));
        text(&made["token_value"])
    }

    /// Gives the application id of a service principal.
    pub fn service(&self) -> String {
        let found = self.call("GET", "/api/2.0/preview/scim/v2/ServicePrincipals", &json!({}));
        text(&found["Resources"][0]["applicationId"])
    }

    /// Revokes a token, as if somebody else had.
    pub fn revoke(&self, id: &str) {
        self.call("POST", "/api/2.0/token/delete", &json!({ "token_id": id }));
        self.prepared.borrow_mut().push(self.sandbox.writes().len() - 1);
    }

    /// Lets a token do nothing but this from now on, as if somebody else had said so.
    pub fn narrow(&self, id: &str, scope: &str) {
        let body = json!({ "token": { "scopes": [scope] }, "update_mask": "scopes" });
        self.ask("patch", "PATCH", &format!("/api/2.0/token/{id}"), &body);
        self.prepared.borrow_mut().push(self.sandbox.writes().len() - 1);
    }

    /// Gives the id of a named token.
    pub fn id(&self, name: &str) -> String {
        let names = self.names.borrow();
        names.iter().find(|(_, known)| known == name).unwrap().0.clone()
    }

    /// Gives every token that is listed.
    pub fn list(&self) -> Vec<Value> {
        let answer = self.call("GET", "/api/2.0/token/list", &json!({}));
        answer["token_infos"].as_array().cloned().unwrap_or_default()
    }

    /// Asks for trouble.
    pub fn fault(&self, text: &str) {
        self.sandbox.inject(text.parse().unwrap());
    }

    /// Gives what runs have changed, a line each.
    pub fn writes(&self) -> String {
        let writes = self.sandbox.writes();
        let prepared = self.prepared.borrow();
        let runs = writes.iter().enumerate().filter(|(index, _)| !prepared.contains(index));
        let lines = runs.map(|(_, write)| {
            let id = write.token_id.as_deref().unwrap_or_default();
            let name = self.names().into_iter().find(|(known, _)| known == id);
            format!("{} [{}]\n", write.what, name.map_or_else(|| id.to_owned(), |(_, name)| name))
        });
        lines.collect()
    }

    /// Counts the requests that runs have made.
    pub fn requests(&self) -> usize {
        self.sandbox.requests() - self.asked.borrow().len()
    }

    /// Counts the requests of one operation that runs have made.
    pub fn requests_of(&self, operation: &str) -> usize {
        let asked = self.asked.borrow().iter().filter(|asked| *asked == operation).count();
        self.sandbox.requests_of(operation) - asked
    }

    /// Waits until a run has asked for an operation.
    #[track_caller]
    pub fn await_request_of(&self, operation: &str) {
        let begun = Instant::now();
        while self.requests_of(operation) == 0 {
            assert!(begun.elapsed() < PATIENCE, "nobody has asked for {operation}");
            std::thread::yield_now();
        }
    }

    /// Gives ids and names, those of tokens that runs have made included.
    pub fn names(&self) -> Vec<(String, String)> {
        let mut names = self.names.borrow().clone();
        let made =
            self.sandbox.writes().into_iter().filter(|write| write.what.starts_with("created"));
        let mut count = 0;
        for id in made.filter_map(|write| write.token_id) {
            if !names.iter().any(|(known, _)| *known == id) {
                count += 1;
                names.push((id, format!("new-{count}")));
            }
        }
        names
    }

    /// Makes a call as the administrator, whose password stays good whatever happens to tokens.
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(path.rsplit('/').next().unwrap(), method, path, body)
    }

    fn ask(&self, operation: &str, method: &str, path: &str, body: &Value) -> Value {
        self.asked.borrow_mut().push(operation.to_owned());
        let address = self.address();
        let pair = format!("{}:{}", address.user, address.password);
        let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
        let url = format!("{}{path}", address.host);
        let answer = match method {
            "GET" => ureq::get(&url).header("Authorization", &basic).call(),
            "PATCH" => ureq::patch(&url).header("Authorization", &basic).send(body.to_string()),
            _ => ureq::post(&url).header("Authorization", &basic).send(body.to_string()),
        };
        let answer =
            answer.unwrap().body_mut().with_config().limit(LARGEST).read_to_string().unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
