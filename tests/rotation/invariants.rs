//! What must hold, looked at with every change of the workspace, after every run, and once everything is calm again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use patroll::sandbox::Write;
use serde_json::Value;

use super::api::Api;
use super::report::{Promise, Violation};
use super::runs::Ran;
use super::sink::Sink;
use super::subject::Subject;
use super::world::World;

/// How long the old token outlives its successor's arrival, and an hour.
const PAST_GRACE_HOURS: i64 = 25;

/// How long the old token lives on.
const GRACE_MS: i64 = 24 * 60 * 60 * 1000;

/// What is known of the tokens while runs come and go.
pub struct Watch {
    sinks: Vec<Sink>,
    root: PathBuf,
    api: Api,
    /// Tokens that are nobody's business here.
    others: BTreeSet<String>,
    /// The slot's tokens: the first, and all that runs have made.
    pub slot: BTreeSet<String>,
    revoked: BTreeSet<String>,
    /// The tokens that sinks have held.
    was_held: BTreeSet<String>,
    /// Those of them that a stranger has taken out of a sink.
    taken_out: BTreeSet<String>,
    /// When runs made tokens.
    made: BTreeMap<String, i64>,
    /// Whether the old token has a grace.
    pub has_grace: bool,
    scopes: Value,
    /// Sinks that the case itself has broken, by place.
    pub broken: BTreeSet<usize>,
    /// How much trouble there has been.
    pub faults: usize,
    pub violations: Vec<Violation>,
}

impl Watch {
    /// Begins without a token.
    pub fn over(sinks: &[Sink], root: &Path, api: &Api) -> Self {
        Self {
            sinks: sinks.to_vec(),
            root: root.to_owned(),
            api: api.clone(),
            others: BTreeSet::new(),
            slot: BTreeSet::new(),
            revoked: BTreeSet::new(),
            was_held: BTreeSet::new(),
            taken_out: BTreeSet::new(),
            made: BTreeMap::new(),
            has_grace: false,
            scopes: Value::Null,
            broken: BTreeSet::new(),
            faults: 0,
            violations: Vec::new(),
        }
    }

    /// Takes the tokens that are nobody's business, and the first of the slot.
    pub fn begin(&mut self, others: &[Value], first: &Value) {
        self.others = others.iter().map(id).collect();
        self.slot.insert(id(first));
        self.was_held.insert(id(first));
        self.scopes = first["scopes"].clone();
    }

    /// Looks at one more sink from now on.
    pub fn add_sink(&mut self, sink: Sink) {
        self.sinks.push(sink);
    }

    /// Sees a change of the workspace, before whoever made it is answered.
    pub fn see(&mut self, write: &Write) {
        let Some(id) = write.token_id.clone() else { return };
        if write.what.starts_with("created") {
            self.made.insert(id.clone(), write.at_ms);
            self.slot.insert(id);
        } else if write.what.starts_with("revoked") {
            if self.others.contains(&id) && !self.revoked.contains(&id) {
                self.break_promise(Promise::RevokeOnProof, "a stranger's token was revoked");
            }
            self.look_at_grace(&id, write.at_ms);
            self.revoked.insert(id);
        }
        self.look_at_sinks(Promise::Available, &write.what);
    }

    /// Sees whether a token that sinks have held is revoked only when its heir is old enough.
    fn look_at_grace(&mut self, id: &str, now: i64) {
        // A stranger may end what he likes, and what he has taken out of a sink was not replaced by us.
        let is_ours = self.was_held.contains(id)
            && !self.revoked.contains(id)
            && !self.taken_out.contains(id);
        if !self.has_grace || !is_ours {
            return;
        }
        let held = self.sinks.iter().filter_map(|sink| sink.read(&self.root, &self.api));
        let heirs: Vec<_> = held
            .map(|value| self.api.id_of(&value))
            .filter(|held| held != id && self.slot.contains(held))
            .collect();
        let is_early =
            |heir: &String| self.made.get(heir).is_some_and(|made| now - made < GRACE_MS);
        if heirs.iter().any(is_early) {
            self.break_promise(
                Promise::RevokeOnProof,
                "a token was revoked before its grace was over",
            );
        }
    }

    /// Sees whether every sink holds a living token.
    fn look_at_sinks(&mut self, promise: Promise, when: &str) {
        for (place, sink) in self.sinks.clone().iter().enumerate() {
            let value = sink.read(&self.root, &self.api);
            let held = value.as_deref().map(|value| self.api.id_of(value));
            let is_alive = held.as_ref().is_some_and(|id| {
                (self.slot.contains(id) || self.others.contains(id)) && !self.revoked.contains(id)
            });
            if !is_alive && !self.broken.contains(&place) {
                let state = if value.is_some() { "a dead token" } else { "no token" };
                self.break_promise(promise, &format!("{} holds {state} ({when})", sink.word()));
            }
            self.was_held.extend(held.filter(|id| self.slot.contains(id)));
        }
    }

    /// Counts a token as a stranger's, which nobody may revoke.
    pub fn is_strangers(&mut self, id: &str) {
        self.slot.remove(id);
        self.others.insert(id.to_owned());
    }

    /// Counts a token that a stranger has revoked, who may.
    pub fn revoked_by_stranger(&mut self, id: &str) {
        self.revoked.insert(id.to_owned());
        self.faults += 1;
    }

    /// Counts a token as taken out of a sink by a stranger.
    pub fn taken_out_by_stranger(&mut self, id: String) {
        self.taken_out.insert(id);
    }

    /// Notes a broken promise.
    pub fn break_promise(&mut self, promise: Promise, what: &str) {
        self.violations.push(Violation { promise, what: what.to_owned() });
    }
}

impl World {
    /// Notes a broken promise.
    pub fn break_promise(&self, promise: Promise, what: &str) {
        self.watch.lock().unwrap().break_promise(promise, what);
    }

    /// Sees whether every sink holds a living token now.
    pub fn look(&self, when: &str) {
        self.watch.lock().unwrap().look_at_sinks(Promise::Available, when);
    }

    /// Judges a run that has ended, by what it said, asked for and left.
    pub fn judge(&self, ran: &Ran, is_disturbed: bool) {
        let end = ran.code.map_or("killed".to_owned(), |code| format!("exit {code}"));
        if ran.creations > 1 {
            self.break_promise(
                Promise::OneMint,
                &format!("{} creations in one run", ran.creations),
            );
        }
        if ran.code.is_none() && !is_disturbed {
            self.break_promise(
                Promise::Ends,
                &format!("it hung, or a signal ended it\n{}", ran.stderr),
            );
        }
        if ran.stderr.contains("panicked") {
            self.break_promise(Promise::Ends, &format!("it panicked\n{}", ran.stderr));
        }
        self.search(is_disturbed);
        let mut watch = self.watch.lock().unwrap();
        watch.faults += usize::from(is_disturbed);
        watch.look_at_sinks(Promise::Available, &format!("{end}\n{}", ran.stderr));
        drop(watch);
        let strays = self.strays();
        let faults = self.watch.lock().unwrap().faults;
        if strays.len() > faults {
            let what = format!("{} strays after {faults} faults ({end})", strays.len());
            self.break_promise(Promise::BoundedStrays, &what);
        }
        self.compare_scopes();
    }

    /// Searches everything but the sinks for values; a file that a disturbed run has left beside a sink is forgiven until
    /// the next run, if nobody else can read it.
    fn search(&self, is_disturbed: bool) {
        let root = self.root.path();
        let sinks: Vec<_> = self.sinks.iter().filter_map(|sink| sink.path(root)).collect();
        let mut files = Vec::new();
        walk(root, &mut files);
        for (path, text) in files.into_iter().filter(|(path, _)| !sinks.contains(path)) {
            // What a sink's own command leaves behind is its own.
            if !has_value(&text) || path.starts_with(root.join("vault")) {
                continue;
            }
            let is_beside = sinks.iter().any(|sink| sink.parent() == path.parent());
            let mode = fs::metadata(&path).map_or(0, |metadata| metadata.permissions().mode());
            if !(is_disturbed && is_beside && mode & 0o777 == 0o600) {
                let what = format!("{} holds a value", path.strip_prefix(root).unwrap().display());
                self.break_promise(Promise::SecretNowhere, &what);
            }
        }
    }

    /// Gives the slot's living tokens that no sink holds, but for one that a sink has held: it has its grace.
    fn strays(&self) -> Vec<Value> {
        let held: BTreeSet<_> = self.held().into_iter().flatten().collect();
        let living = self.living();
        let watch = self.watch.lock().unwrap();
        let outside: Vec<_> =
            living.into_iter().filter(|token| !held.contains(&id(token))).collect();
        let graced = outside.iter().position(|token| watch.was_held.contains(&id(token)));
        let mut strays = outside;
        if let Some(place) = graced {
            strays.remove(place);
        }
        strays
    }

    /// Gives the slot's living tokens.
    pub fn living(&self) -> Vec<Value> {
        let living = self.api.living(self.sandbox.now_ms());
        let watch = self.watch.lock().unwrap();
        living.into_iter().filter(|token| watch.slot.contains(&id(token))).collect()
    }

    fn compare_scopes(&self) {
        let living = self.living();
        let mut watch = self.watch.lock().unwrap();
        if living.iter().any(|token| token["scopes"] != watch.scopes) {
            watch.break_promise(
                Promise::NoWidening,
                "a new token has other scopes than the old one",
            );
        }
    }

    /// Runs undisturbed until the grace is over, and sees that nothing is left of the trouble.
    pub fn settle(&mut self, subject: &Subject) {
        // After two mints that came to nothing the third waits for a while.
        self.advance(1);
        let first = self.run(subject, false);
        self.advance(PAST_GRACE_HOURS);
        let second = self.run(subject, false);
        let told = format!(
            "first exit {:?}\n{}then exit {:?}\n{}",
            first.code, first.stderr, second.code, second.stderr
        );
        self.expect_calm(subject, &told);
    }

    /// Sees that the slot is as if nothing had ever happened.
    pub fn expect_calm(&mut self, subject: &Subject, told: &str) {
        let held = self.held();
        let is_broken = |place: &usize| self.watch.lock().unwrap().broken.contains(place);
        let values = self.sinks.iter().map(|sink| sink.read(self.root.path(), &self.api));
        let dead = values.enumerate().filter(|(place, value)| {
            !is_broken(place) && !value.as_ref().is_some_and(|value| self.api.accepts(value))
        });
        let dead: Vec<_> = dead.map(|(place, _)| self.sinks[place].word()).collect();
        if !dead.is_empty() {
            let what = format!("dead in the end: {}\n{told}", dead.join(", "));
            self.break_promise(Promise::Recovers, &what);
        }
        let living = self.living();
        let held = held.into_iter().enumerate().filter(|(place, _)| !is_broken(place));
        let held: BTreeSet<_> = held.filter_map(|(_, id)| id).collect();
        if living.len() != 1 || held.len() > 1 {
            let what = format!("{} living tokens in the end\n{told}", living.len());
            self.break_promise(Promise::NoStrays, &what);
        }
        if !subject.is_ours {
            return;
        }
        let journal = fs::read_to_string(self.journal()).unwrap_or_default();
        if !is_idle(&journal) {
            self.break_promise(
                Promise::Live,
                &format!("the journal is not idle: {journal}\n{told}"),
            );
        }
        self.expect_quiet(subject);
    }

    fn expect_quiet(&mut self, subject: &Subject) {
        let before = self.content();
        let ran = self.run(subject, false);
        let did = (ran.code, ran.requests, ran.writes, ran.stdout.len() + ran.stderr.len());
        let secrets = self.sinks.iter().filter(|sink| matches!(sink, Sink::Secret(_))).count();
        if did != (Some(0), 1 + secrets, 0, 0) {
            let what =
                format!("exit, requests, writes, letters: {did:?}\n{}{}", ran.stdout, ran.stderr);
            self.break_promise(Promise::Quiet, &what);
        }
        // To run a command is written down, also if it only reads.
        let is_written = self.sinks.iter().any(|sink| matches!(sink, Sink::Command(_)));
        if !is_written && self.content() != before {
            self.break_promise(Promise::Quiet, "a run with nothing to do changed a file");
        }
    }

    /// Gives every file of the home and the sinks.
    fn content(&self) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        for name in ["home", "work", "vault"] {
            walk(&self.root.path().join(name), &mut files);
        }
        files
    }
}

/// Tells whether a journal says that nothing is going on, and that there is no stray.
fn is_idle(journal: &str) -> bool {
    let journal = serde_json::from_str::<Value>(journal).unwrap_or_default();
    journal["journal"]["state"]["is"] == "idle"
}

fn id(token: &Value) -> String {
    token["token_id"].as_str().unwrap().to_owned()
}

/// Tells whether a text shows what looks like a token's value, plain or in base64.
fn has_value(text: &str) -> bool {
    let is_value = |at: usize| {
        let digits = text.as_bytes().get(at + 4..at + 36);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    text.match_indices("dapi").any(|(at, _)| is_value(at)) || text.contains("ZGFwa")
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            walk(&entry.path(), files);
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).unwrap_or_default();
            files.push((entry.path(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}
