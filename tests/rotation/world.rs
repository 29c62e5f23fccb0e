//! One case's world: a workspace with a token to rotate and others to leave alone, sinks that hold it, a home, and a
//! watch over every change. What must hold in it is `invariants`.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use nix::unistd::Pid;
use patroll::sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::api::{Api, id_of};
use super::calls::Call;
use super::front::Desk;
use super::invariants::Watch;
use super::report::Violation;
use super::sink::{SCOPE, Sink};
use super::subject::Subject;
use super::tracer::{self, Act, Side, Watchdog};

/// When everything happens: 2026-11-23, at noon.
const NOW: i64 = 1_795_435_200_000;
const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;

/// What a world is to be.
#[derive(Clone)]
pub struct Setup {
    pub seed: u64,
    pub sinks: Vec<Sink>,
    /// Whether the token may not do everything.
    pub is_scoped: bool,
    /// Whether runs sign in by the very token that is rotated: by the first sink, which is a profile.
    pub is_own: bool,
    /// Whether the workspace is reached over TLS.
    pub desk: Option<Arc<Desk>>,
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
        Self { seed, sinks, is_scoped: false, is_own: false, desk: None, years: 0, slot }
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
    authority: Option<PathBuf>,
    is_own: bool,
    /// What patroll signs in with: a token of the same user that no sink holds.
    pub credential: String,
    /// How many runs there have been.
    pub starts: usize,
    /// Words that are added to every run.
    pub words: Vec<String>,
    /// The mask that new files of a run are made with, if not the usual one.
    pub umask: Option<&'static str>,
}

/// What came of a run.
pub struct Ran {
    /// Its exit code; none if it was killed.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// The creations it asked for.
    pub creations: usize,
    /// All it asked for.
    pub requests: usize,
    /// What it changed in the workspace.
    pub writes: usize,
}

impl World {
    /// Makes it, with the token 80 of its 90 days old and in every sink.
    pub fn new(setup: &Setup) -> Self {
        let options = Options {
            tokens: 1,
            seed: setup.seed,
            now: Some(NOW + setup.years * 365 * DAY),
            report_scopes: true,
            ..Options::default()
        };
        let sandbox = Arc::new(Sandbox::start(options).unwrap());
        if let Some(desk) = &setup.desk {
            desk.front.turn_to(&sandbox.workspaces()[0].host);
        }
        let shown = setup.desk.as_ref().map(|desk| desk.host.clone());
        let api = Api::to(&sandbox, shown);
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
            starts: 0,
            words: Vec::new(),
            umask: None,
        };
        world.furnish(setup);
        world
    }

    fn furnish(&mut self, setup: &Setup) {
        let scopes =
            if setup.is_scoped { json!(["authentication", "scim", "secrets"]) } else { json!([]) };
        if self.sinks.iter().any(|sink| matches!(sink, Sink::Secret(_))) {
            self.api
                .ask("POST", "/api/2.0/secrets/scopes/create", &json!({ "scope": SCOPE }))
                .unwrap();
        }
        let create = |comment: &str, days: i64, scopes: &Value| {
            let body =
                json!({ "comment": comment, "lifetime_seconds": days * 86_400, "scopes": scopes });
            self.api.ask("POST", "/api/2.0/token/create", &body).unwrap()
        };
        let text = |made: &Value| made["token_value"].as_str().unwrap().to_owned();
        let credential = text(&create("credential", 730, &json!([])));
        self.sandbox.advance(-80 * DAY);
        for comment in
            ["other", "deploy-2", &format!("forged patroll:{}:0123456789abcdef", setup.slot)]
        {
            create(comment, 90, &json!([]));
        }
        let others = self.api.living(self.sandbox.now_ms());
        let made = create(&setup.slot, 90, &scopes);
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
        let body = json!({ "comment": slot, "lifetime_seconds": 90 * 86_400 });
        let made = self.api.ask("POST", "/api/2.0/token/create", &body).unwrap();
        self.sandbox.advance(80 * DAY);
        sink.write(self.root.path(), &self.api, made["token_value"].as_str().unwrap());
        self.sinks.push(sink.clone());
        self.watch.lock().unwrap().add_sink(sink);
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
        let read = |sink: &Sink| sink.read(self.root.path(), &self.api).map(|value| id_of(&value));
        self.sinks.iter().map(read).collect()
    }

    /// Prepares a run.
    pub fn command(&self, subject: &Subject) -> Command {
        self.command_for(subject, &self.slot, &self.sinks)
    }

    /// Prepares a run for one slot of several.
    pub fn command_for(&self, subject: &Subject, slot: &str, sinks: &[Sink]) -> Command {
        let root = self.root.path();
        // Runs that have begun may be about to read it.
        let script = root.join("work/rotate.rhai");
        if fs::read_to_string(&script).ok().as_deref() != Some(subject.script) {
            fs::write(&script, subject.script).unwrap();
        }
        let mut words = vec!["run".to_owned(), "./rotate.rhai".to_owned(), "--sinks".to_owned()];
        words.push(sinks.iter().map(Sink::word).collect::<Vec<_>>().join(","));
        words.extend(self.grants(sinks));
        if subject.is_ours {
            words.extend(["--slot".to_owned(), slot.to_owned()]);
            words.extend(["--keep".to_owned(), root.join("keep").display().to_string()]);
        }
        words.extend(self.words.iter().cloned());
        let mut command = match self.umask {
            None => Command::new(&subject.binary),
            Some(mask) => {
                let mut shell = Command::new("/bin/sh");
                shell
                    .arg("-c")
                    .arg(format!("umask {mask}; exec \"$0\" \"$@\""))
                    .arg(&subject.binary);
                shell
            }
        };
        command.args(words).env_clear().current_dir(root.join("work"));
        command.env("HOME", root.join("home")).env("TMPDIR", root.join("tmp"));
        command.env("PATH", "/usr/bin:/bin");
        if self.is_own {
            command.args(["--profile", "rotated"]);
        } else {
            command.env("DATABRICKS_HOST", &self.host);
            command.env("DATABRICKS_TOKEN", &self.credential);
        }
        if let Some(authority) = &self.authority {
            command.env("SSL_CERT_FILE", authority);
        }
        command
    }

    /// Gives the flags that let a script write its sinks.
    fn grants(&self, sinks: &[Sink]) -> Vec<String> {
        let mut words = vec!["--allow-write".to_owned(), ".".to_owned()];
        for sink in sinks {
            words.extend(match sink {
                Sink::File(_) => continue,
                Sink::Profile(name) => ["--allow-profile".to_owned(), name.clone()],
                Sink::Secret(_) => ["--allow-secret".to_owned(), SCOPE.to_owned()],
                Sink::Command(_) | Sink::Blind(_) => {
                    let keep = self.root.path().join("keep").display().to_string();
                    ["--allow-run".to_owned(), keep]
                }
            });
        }
        words
    }

    /// Runs a subject to its end, and judges what it said and left.
    pub fn run(&mut self, subject: &Subject, is_disturbed: bool) -> Ran {
        let root = self.root.path().to_owned();
        self.counted(
            is_disturbed,
            |command| {
                let said = |name: &str| {
                    File::options().append(true).create(true).open(root.join(name)).unwrap()
                };
                command.stdin(Stdio::null()).stdout(said("stdout")).stderr(said("stderr"));
                let mut child = command.spawn().unwrap();
                let watchdog = Watchdog::over(Pid::from_raw(child.id().try_into().unwrap()));
                let code = child.wait().unwrap().code();
                watchdog.dismiss();
                code
            },
            subject,
        )
    }

    /// Runs a subject under the tracer, and judges what it said and left.
    pub fn trace(&mut self, subject: &Subject, decide: impl FnMut(&Call, Side) -> Act) -> Ran {
        self.counted(true, |command| tracer::trace(command, decide), subject)
    }

    fn counted(
        &mut self,
        is_disturbed: bool,
        run: impl FnOnce(&mut Command) -> Option<i32>,
        subject: &Subject,
    ) -> Ran {
        self.starts += 1;
        self.watch.lock().unwrap().has_grace = subject.is_ours;
        for name in ["stdout", "stderr"] {
            fs::write(self.root.path().join(name), "").unwrap();
        }
        let before = self.counts();
        let code = run(&mut self.command(subject));
        let after = self.counts();
        self.sandbox.calm();
        let said = |name: &str| {
            String::from_utf8_lossy(&fs::read(self.root.path().join(name)).unwrap()).into_owned()
        };
        let ran = Ran {
            code,
            stdout: said("stdout"),
            stderr: said("stderr"),
            creations: after.0 - before.0,
            requests: after.1 - before.1,
            writes: after.2 - before.2,
        };
        self.judge(&ran, is_disturbed);
        ran
    }

    fn counts(&self) -> (usize, usize, usize) {
        let sandbox = &self.sandbox;
        let creations = sandbox.requests_of("create") + sandbox.requests_of("admin-create");
        (creations, sandbox.requests(), sandbox.writes().len())
    }

    /// Gives the promises that were broken.
    pub fn violations(&self) -> Vec<Violation> {
        self.watch.lock().unwrap().violations.clone()
    }
}

/// Tells where worlds are made: in memory, if there is such a place.
fn folder() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new(env!("CARGO_TARGET_TMPDIR")) }
}
