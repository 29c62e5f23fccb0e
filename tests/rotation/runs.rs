//! The runs of a world: what is typed, what is around it, and what is counted meanwhile.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::calls::Call;
use super::sink::{SCOPE, Sink};
use super::subject::Subject;
use super::tracer::{self, Act, Side, Watchdog};
use super::world::World;

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

/// How often it is looked whether a run hangs.
const GLANCE: Duration = Duration::from_millis(5);

/// Begins a run whose words go into files.
fn begin(command: &mut Command, root: &Path) -> Child {
    let said =
        |name: &str| File::options().append(true).create(true).open(root.join(name)).unwrap();
    command.stdin(Stdio::null()).stdout(said("stdout")).stderr(said("stderr"));
    command.spawn().unwrap()
}

impl World {
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
            words.extend(self.is_vouched.then(|| "--adopt".to_owned()));
            if let Some(principal) = &self.principal {
                words.extend(["--principal".to_owned(), principal.clone()]);
                words.push("--allow-admin".to_owned());
            }
        }
        if let Some(instead) = &self.instead {
            words.clone_from(instead);
        }
        words.extend(self.words.iter().cloned());
        let mut command = match &self.before {
            None => Command::new(&subject.binary),
            Some(before) => {
                let mut shell = Command::new("/bin/sh");
                shell.arg("-c").arg(format!("{before}; exec \"$0\" \"$@\"")).arg(&subject.binary);
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
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
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
                let mut child = begin(command, &root);
                let watchdog = Watchdog::over(Pid::from_raw(child.id().try_into().unwrap()));
                let code = child.wait().unwrap().code();
                watchdog.dismiss();
                code
            },
            subject,
        )
    }

    /// Runs a subject until it hangs, and sends it a signal then.
    pub fn run_and_tell(
        &mut self,
        subject: &Subject,
        signal: Signal,
        hangs: impl Fn(Pid) -> bool,
    ) -> Ran {
        let root = self.root.path().to_owned();
        let run = |command: &mut Command| {
            let mut child = begin(command, &root);
            let pid = Pid::from_raw(child.id().try_into().unwrap());
            let watchdog = Watchdog::over(pid);
            let mut is_told = false;
            let code = loop {
                if let Some(status) = child.try_wait().unwrap() {
                    break status.code();
                }
                if !is_told && hangs(pid) {
                    kill(pid, signal).unwrap();
                    is_told = true;
                }
                thread::sleep(GLANCE);
            };
            watchdog.dismiss();
            code
        };
        self.counted(true, run, subject)
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
        if !self.keeps_trouble {
            self.sandbox.calm();
        }
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
}
