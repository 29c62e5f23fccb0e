//! The builder of a run: the binary with an empty environment and folders of its own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;

use rustix::process::Signal;

use super::process::{Ended, Process};
use super::secrecy::Secrets;
use super::terminal;
use super::words::Words;
use super::{Folder, Outcome, World};

/// A run about to be made.
pub struct Patroll<'w> {
    folder: Rc<Folder>,
    world: Option<&'w World>,
    /// Hosts and secrets that no world knows of.
    hosts: Vec<String>,
    secrets: Vec<String>,
    env: Vec<(String, String)>,
    args: Vec<String>,
    stdin: Option<Vec<u8>>,
    /// Where it starts, seen from the working folder.
    start: String,
    columns: Option<u16>,
    stdout: Option<Stdio>,
    is_typed: bool,
    reveals: bool,
    meant: Vec<String>,
    words: Vec<(String, String)>,
}

impl<'w> Patroll<'w> {
    /// Prepares a run in new folders.
    pub fn new() -> Self {
        Self::within(&Rc::new(Folder::new()))
    }

    /// Prepares a run in folders that an earlier one may have used.
    pub fn within(folder: &Rc<Folder>) -> Self {
        Self {
            folder: Rc::clone(folder),
            world: None,
            hosts: Vec::new(),
            secrets: Vec::new(),
            env: Vec::new(),
            args: Vec::new(),
            stdin: None,
            start: String::new(),
            columns: None,
            stdout: None,
            is_typed: false,
            reveals: false,
            meant: Vec::new(),
            words: Vec::new(),
        }
    }

    /// Signs in to a host by a token of the test's own, by the environment.
    pub fn to(mut self, host: &str) -> Self {
        self.hosts.push(host.to_owned());
        let token = "dapi-of-the-test";
        self.env("DATABRICKS_HOST", host).env("DATABRICKS_TOKEN", token).secret(token)
    }

    /// Signs in to a world by the environment.
    pub fn on(self, world: &'w World) -> Self {
        let address = world.address();
        self.beside(world)
            .env("DATABRICKS_HOST", &address.host)
            .env("DATABRICKS_TOKEN", &address.token)
    }

    /// Signs in to a world through a door before it, by the environment.
    pub fn through(mut self, world: &'w World, host: &str) -> Self {
        self.hosts.push(host.to_owned());
        let token = world.address().token.clone();
        self.beside(world).env("DATABRICKS_HOST", host).env("DATABRICKS_TOKEN", &token)
    }

    /// Knows a world's names and secrets without being told how to sign in to it.
    pub fn beside(mut self, world: &'w World) -> Self {
        self.world = Some(world);
        self
    }

    /// Adds a profile to `~/.databrickscfg`.
    pub fn profile(self, name: &str, lines: &str) -> Self {
        let path = self.folder.home().join(".databrickscfg");
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        self.config(format!("{before}[{name}]\n{lines}\n"))
    }

    /// Writes the whole of `~/.databrickscfg`.
    pub fn config(self, text: impl AsRef<[u8]>) -> Self {
        self.folder.write(self.folder.home().join(".databrickscfg"), text, 0o600);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file; a relative path begins in the working folder.
    pub fn file(self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Self {
        self.folder.write(path, content, 0o600);
        self
    }

    /// Adds arguments, separated by white space.
    pub fn args(mut self, line: &str) -> Self {
        self.args.extend(line.split_whitespace().map(str::to_owned));
        self
    }

    /// Adds one argument as it is.
    pub fn arg(mut self, word: &str) -> Self {
        self.args.push(word.to_owned());
        self
    }

    /// Runs a script that is written to `x.rhai`.
    pub fn script(self, text: &str) -> Self {
        self.file("x.rhai", text).args("run x.rhai")
    }

    /// Starts it in a folder below the working folder.
    pub fn starting_in(mut self, folder: &str) -> Self {
        folder.clone_into(&mut self.start);
        self
    }

    /// Gives it something to read.
    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// Puts it on a terminal of this many columns.
    pub fn terminal(mut self, columns: u16) -> Self {
        self.columns = Some(columns);
        self
    }

    /// Gives it a stdout that nobody reads any more.
    pub fn unread(mut self) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        self.stdout = Some(writer.into());
        self
    }

    /// Sends its stdout into a file.
    pub fn into_file(mut self, path: &str) -> Self {
        let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        self.stdout = Some(file.into());
        self
    }

    /// Gives it a stdin that is typed while it runs.
    pub fn typed(mut self) -> Self {
        self.is_typed = true;
        self
    }

    /// Watches for a secret that no world knows of.
    pub fn secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// Puts `word` in the place of something that differs from run to run.
    pub fn word(mut self, found: &str, word: &str) -> Self {
        self.words.push((found.to_owned(), word.to_owned()));
        self
    }

    /// Declares that showing a token value on stdout is what it is for.
    pub fn reveals(mut self) -> Self {
        self.reveals = true;
        self
    }

    /// Declares that a file with this name is meant to hold a token value.
    pub fn keeps(mut self, name: &str) -> Self {
        self.meant.push(name.to_owned());
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> Outcome {
        self.start().finish()
    }

    /// Starts it.
    pub fn start(mut self) -> Running<'w> {
        let stdin = self.stdin.take();
        let command = self.command();
        let process = match (self.columns, self.stdout.take()) {
            (Some(columns), _) => terminal::start(command, columns),
            (None, Some(stdout)) => Process::start_into(command, stdout),
            (None, None) if self.is_typed => Process::start_typing(command),
            (None, None) => Process::start(command, stdin),
        };
        Running { patroll: self, process }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patroll"));
        command.args(&self.args).env_clear().current_dir(self.folder.work().join(&self.start));
        command.env("HOME", self.folder.home()).env("TMPDIR", self.folder.temporary());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A run under way.
pub struct Running<'w> {
    patroll: Patroll<'w>,
    process: Process,
}

impl Running<'_> {
    /// Waits until it has said `marker` on stdout.
    pub fn await_stdout(self, marker: &str) -> Self {
        self.process.await_stdout(marker);
        self
    }

    /// Waits until it has said `marker` on stderr.
    pub fn await_stderr(self, marker: &str) -> Self {
        self.process.await_stderr(marker);
        self
    }

    /// Types something.
    pub fn type_in(self, text: &str) -> Self {
        self.process.type_in(text);
        self
    }

    /// Leaves nothing more to be read.
    pub fn end_input(self) -> Self {
        self.process.end_input();
        self
    }

    /// Sends a signal.
    pub fn signal(self, signal: Signal) -> Self {
        self.process.signal(signal);
        self
    }

    /// Waits for its end, and looks for secrets in everything it said and left.
    #[track_caller]
    pub fn finish(self) -> Outcome {
        let Patroll {
            folder,
            world,
            hosts,
            secrets: added,
            columns,
            reveals,
            meant,
            words: own,
            ..
        } = self.patroll;
        let Ended { stdout, stderr, code, cpu } = self.process.finish();
        let mut secrets = Secrets::of(world);
        for secret in &added {
            secrets.add(secret);
        }
        let spoken = if reveals { &stderr } else { &format!("{stdout}{stderr}") };
        assert_eq!(secrets.find(spoken), None, "it shows a secret:\n{stdout}\n{stderr}");
        secrets.assert_none_left(&folder, &meant);
        let words = Words::of(world, &hosts, &folder).with(own);
        let settle = |text: &str| {
            let text = if columns.is_some() { terminal::show(text) } else { text.to_owned() };
            words.settle(&text)
        };
        Outcome { stdout: settle(&stdout), stderr: settle(&stderr), code, cpu, folder }
    }
}
