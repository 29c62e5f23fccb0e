//! One case's world: a workspace with a token to rotate and others to leave alone, sinks that hold it, a home, and a
//! watch over every change. What must hold in it is `invariants`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use patroll::sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::api::Api;
use super::front::Desk;
use super::invariants::Watch;
use super::report::Violation;
use super::sink::{SCOPE, Sink};

/// When everything happens: 2026-11-23, at noon.
const NOW: i64 = 1_795_435_200_000;
const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;

/// What a world is to be.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that a world may be or not")]
pub struct Setup {
    pub seed: u64,
    pub sinks: Vec<Sink>,
    /// Whether the token may not do everything.
    pub is_scoped: bool,
    /// Whether runs sign in by the very token that is rotated: by the first sink, which is a profile.
    pub is_own: bool,
    /// Whether the workspace is reached over TLS.
    pub desk: Option<Arc<Desk>>,
    /// Whether the workspace is known by a name, which has to be looked up.
    pub is_named: bool,
    /// Whether tokens have ids that do not follow from their values.
    pub has_random_ids: bool,
    /// Whether the token is a service principal's, for whom an administrator acts.
    pub is_on_behalf: bool,
    /// By how much the workspace's clock is ahead of this machine's.
    pub years: i64,
    /// The name of the slot, and the comment of its token.
    pub slot: String,
}

impl Setup {
    /// A file that holds the token, as simple as can be.
    pub fn simple(seed: u64) -> Self {
        let sinks = vec![Sink::File("token")];
        let slot = "deploy".to_owned();
        Self {
            seed,
            sinks,
            is_scoped: false,
            is_own: false,
            desk: None,
            is_named: false,
            has_random_ids: false,
            is_on_behalf: false,
            years: 0,
            slot,
        }
    }

    /// A profile that rotates itself, and a file.
    pub fn own(seed: u64) -> Self {
        let sinks = vec![Sink::Profile("rotated".to_owned()), Sink::File("token")];
        Self { sinks, is_own: true, ..Self::simple(seed) }
    }
}

/// A place to rotate in.
pub struct World {
    pub root: TempDir,
    pub sandbox: Arc<Sandbox>,
    pub api: Api,
    pub sinks: Vec<Sink>,
    pub slot: String,
    pub watch: Arc<Mutex<Watch>>,
    /// Where patroll finds the workspace.
    pub host: String,
    pub authority: Option<PathBuf>,
    pub is_own: bool,
    /// Whether the sinks cannot prove which token they hold, so that somebody has to vouch for it.
    pub is_vouched: bool,
    /// The service principal whose token it is, if it is not the caller's.
    pub principal: Option<String>,
    /// What patroll signs in with: a token of the same user that no sink holds.
    pub credential: String,
    /// How many runs there have been.
    pub starts: usize,
    /// Words that are added to every run.
    pub words: Vec<String>,
    /// What is typed instead of the script that rotates, if it is another command.
    pub instead: Option<Vec<String>>,
    /// What a shell does before it becomes a run: `umask 077`.
    pub before: Option<String>,
    /// Variables that a run has beside the usual ones, or has not.
    pub variables: Vec<(&'static str, Option<PathBuf>)>,
    /// Whether trouble outlives the run that it was made for.
    pub keeps_trouble: bool,
}

impl World {
    /// Makes it, with the token 80 of its 90 days old and in every sink.
    pub fn new(setup: &Setup) -> Self {
        let options = Options {
            tokens: 1,
            seed: setup.seed,
            now: Some(NOW + setup.years * 365 * DAY),
            report_scopes: true,
            random_ids: setup.has_random_ids,
            ..Options::default()
        };
        let sandbox = Arc::new(Sandbox::start(options).unwrap());
        if let Some(desk) = &setup.desk {
            desk.front.turn_to(&sandbox.workspaces()[0].host);
        }
        let address = &sandbox.workspaces()[0];
        let shown = match &setup.desk {
            Some(desk) => desk.host.clone(),
            None if setup.is_named => address.host.replace("127.0.0.1", "localhost"),
            None => address.host.clone(),
        };
        let principal = setup.is_on_behalf.then(|| address.client_id.clone());
        let api = Api::to(&sandbox, shown, principal.clone());
        let root = tempfile::tempdir_in(folder()).unwrap();
        for name in ["home", "work", "tmp", "vault"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let authority = setup.desk.as_ref().map(|desk| desk.authority.clone());
        let mut world = Self {
            credential: String::new(),
            watch: Arc::new(Mutex::new(Watch::over(&setup.sinks, root.path(), &api))),
            root,
            sandbox,
            sinks: setup.sinks.clone(),
            slot: setup.slot.clone(),
            host: api.shown.clone(),
            api,
            authority,
            is_own: setup.is_own,
            is_vouched: setup.has_random_ids,
            principal,
            starts: 0,
            words: Vec::new(),
            instead: None,
            before: None,
            variables: Vec::new(),
            keeps_trouble: false,
        };
        world.furnish(setup);
        world
    }

    fn furnish(&mut self, setup: &Setup) {
        let scopes = scopes(setup.is_scoped);
        if self.sinks.iter().any(|sink| matches!(sink, Sink::Secret(_))) {
            self.api
                .ask("POST", "/api/2.0/secrets/scopes/create", &json!({ "scope": SCOPE }))
                .unwrap();
        }
        let create = |comment: &str, days: i64| self.api.create(comment, days, &json!([]));
        let text = |made: &Value| made["token_value"].as_str().unwrap().to_owned();
        let credential = text(&create("credential", 730));
        self.sandbox.advance(-80 * DAY);
        for comment in
            ["other", "deploy-2", &format!("forged patroll:{}:0123456789abcdef", setup.slot)]
        {
            create(comment, 90);
        }
        let others = self.api.living(self.sandbox.now_ms());
        let made = self.api.try_create_slots(&setup.slot, 90, &scopes).unwrap();
        for sink in &self.sinks {
            sink.write(self.root.path(), &self.api, &text(&made));
        }
        self.sandbox.advance(80 * DAY);
        self.watch.lock().unwrap().begin(&others, &made["token_info"]);
        let theirs = Arc::clone(&self.watch);
        self.sandbox.watch(move |write| theirs.lock().unwrap().see(write));
        let keep = self.root.path().join("keep");
        fs::write(&keep, include_str!("orders/keep.sh")).unwrap();
        fs::set_permissions(&keep, fs::Permissions::from_mode(0o755)).unwrap();
        self.credential = credential;
    }

    /// Adds a token of a slot beside the first, 80 of its 90 days old and in a sink of its own.
    pub fn add_slot(&mut self, slot: &str, sink: Sink) {
        self.sandbox.advance(-80 * DAY);
        let made = self.api.create(slot, 90, &json!([]));
        self.sandbox.advance(80 * DAY);
        sink.write(self.root.path(), &self.api, made["token_value"].as_str().unwrap());
        self.sinks.push(sink.clone());
        self.watch.lock().unwrap().add_sink(sink);
    }

    /// Makes the slot's first token once more, and puts it into every sink.
    pub fn begin_anew(&self, is_scoped: bool) {
        self.sandbox.advance(-80 * DAY);
        let made = self.api.try_create_slots(&self.slot, 90, &scopes(is_scoped)).unwrap();
        self.sandbox.advance(80 * DAY);
        for sink in &self.sinks {
            sink.write(self.root.path(), &self.api, made["token_value"].as_str().unwrap());
        }
    }

    /// Makes a token that is nobody's business here; gives its value.
    pub fn strangers_value(&self) -> String {
        let made = self.api.create("stranger", 90, &json!([]));
        let value = made["token_value"].as_str().unwrap().to_owned();
        self.watch.lock().unwrap().is_strangers(&self.api.id_of(&value));
        value
    }

    /// Lets hours pass.
    pub fn advance(&self, hours: i64) {
        self.sandbox.advance(hours * HOUR);
    }

    /// Tells where a rotation is remembered.
    pub fn journal(&self) -> PathBuf {
        self.root.path().join(format!("home/.local/state/patroll/rotations/{}.json", self.slot))
    }

    /// Gives the ids that the sinks hold, one for each sink; none where there is no value.
    pub fn held(&self) -> Vec<Option<String>> {
        let read = |sink: &Sink| {
            sink.read(self.root.path(), &self.api).map(|value| self.api.id_of(&value))
        };
        self.sinks.iter().map(read).collect()
    }

    /// Gives the promises that were broken.
    pub fn violations(&self) -> Vec<Violation> {
        self.watch.lock().unwrap().violations.clone()
    }
}

fn scopes(is_scoped: bool) -> Value {
    if is_scoped { json!(["authentication", "scim", "secrets"]) } else { json!([]) }
}

/// Tells where worlds are made: in memory, if there is such a place.
fn folder() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new(env!("CARGO_TARGET_TMPDIR")) }
}
