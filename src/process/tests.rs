//! Programs run as effects: what they get, what is kept of what they say, and that nothing of them stays behind.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::command::{Command, Ended, run};
use crate::clock::Clock;
use crate::error::Error;
use crate::gate::{Admission, Effect, Gate, Grants, Mode, Origin, Permit, Place};
use crate::output::{Format, LogFormat, Manner, Output};
use crate::secret::Secret;
use crate::state::StateDir;
use crate::stop::Stop;

const LONG: Duration = Duration::from_secs(60);

struct Desk {
    gate: Gate,
    stop: Arc<Stop>,
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stop = Arc::<Stop>::default();
        let manner = Manner {
            format: Format::Json,
            color: None,
            quiet: true,
            debug: false,
            log: LogFormat::Text,
        };
        let output = Arc::new(Output::new(manner, Arc::clone(&stop)));
        let gate = Gate::new(
            Mode::Live,
            Grants::default(),
            Arc::<Clock>::default(),
            StateDir::new(folder.path()),
            output,
            Arc::clone(&stop),
        );
        Self { gate, stop, folder }
    }

    fn permit(&self) -> Permit {
        let effect =
            Effect::RunCommand { program: "sh".to_owned(), arguments: Vec::new(), is_look: false };
        match self.gate.admit(effect, &Place::default(), &Origin::default()).unwrap() {
            Admission::Go(permit) => permit,
            Admission::Dry(_) => unreachable!("this is no dry run"),
        }
    }

    fn shell(&self, script: &str, stdin: Option<&str>, limit: Duration) -> Result<Ended, Error> {
        let stdin = stdin.map(Secret::unregistered);
        let arguments = ["-c".to_owned(), script.to_owned()];
        let environment = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        let command = Command {
            program: Path::new("/bin/sh"),
            arguments: &arguments,
            stdin: stdin.as_ref(),
            environment: &environment,
            limit,
        };
        run(self.permit(), &command, &self.stop)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn outcomes(&self) -> Vec<String> {
        let text = fs::read_to_string(self.file("audit.jsonl")).unwrap_or_default();
        let outcome = |line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["outcome"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        text.lines().map(outcome).collect()
    }
}

fn told(ended: Result<Ended, Error>) -> String {
    match ended {
        Ok(ended) => {
            format!("{} | {} | {}", ended.code, ended.stdout.expose(), ended.stderr.trim_end())
        }
        Err(error) => format!("{} {error}", error.exit_code()),
    }
}

#[test]
fn what_a_program_says_and_how_it_ends_is_told() {
    let desk = Desk::new();
    let cases = [
        ("cat; echo done >&2", Some("a\nsecret\n"), "0 | a\nsecret | done"),
        ("cat", None, "0 |  | "),
        ("exit 3", Some("unread"), "3 |  | "),
        ("kill -TERM $$", None, "143 |  | "),
        ("printf '\\377'", None, "1 `/bin/sh` said something on stdout that is no text"),
        ("head -c 2000000 /dev/zero", None, "1 `/bin/sh` said more than 1048576 bytes on stdout"),
        ("head -c 2000000 /dev/zero >&2; echo x", None, "0 | x | "),
    ];
    for (script, stdin, expected) in cases {
        let said = told(desk.shell(script, stdin, LONG));
        assert_eq!(said.replace('\0', ""), expected, "{script}");
    }
    assert_eq!(desk.outcomes(), ["done", "done", "EXIT_3", "EXIT_143", "done", "done", "done"]);
}

#[test]
fn its_environment_is_what_was_given() {
    let desk = Desk::new();
    assert_eq!(told(desk.shell("echo $PATH $HOME", None, LONG)), "0 | /usr/bin:/bin | ");
}

#[test]
fn a_program_that_cannot_be_run_is_an_error() {
    let desk = Desk::new();
    let command = Command {
        program: &desk.file("missing"),
        arguments: &[],
        stdin: None,
        environment: &[],
        limit: LONG,
    };
    let error = run(desk.permit(), &command, &desk.stop).map(|_| ()).unwrap_err();
    assert!(error.to_string().ends_with("cannot be run: no such file or directory"), "{error}");
    assert_eq!(desk.outcomes(), ["IO"]);
}

/// A program that begins another which holds its streams, notes both, and never ends.
const ENDLESS: &str = "sleep 1000 & echo $! $$ > \"$0\"; sleep 1000";

fn endless(desk: &Desk) -> String {
    ENDLESS.replace("$0", desk.file("pids").to_str().unwrap())
}

fn are_gone(desk: &Desk) -> bool {
    let pids = fs::read_to_string(desk.file("pids")).unwrap();
    pids.split_whitespace().all(|pid| {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // A zombie is dead, whoever has not buried it yet.
        state.is_empty() || state.contains(") Z ")
    })
}

#[test]
fn at_its_limit_it_is_killed_with_all_it_began() {
    let desk = Desk::new();
    let said = told(desk.shell(&endless(&desk), None, Duration::from_millis(300)));
    assert_eq!(said, "1 `/bin/sh` was killed: it did not end within 0.3 s");
    assert!(are_gone(&desk));
    assert_eq!(desk.outcomes(), ["unknown"]);
}

#[test]
fn when_the_run_ends_so_does_the_program() {
    let desk = Desk::new();
    let (stop, pids) = (Arc::clone(&desk.stop), desk.file("pids"));
    let killer = std::thread::spawn(move || {
        while !fs::read_to_string(&pids).is_ok_and(|text| text.ends_with('\n')) {
            std::thread::yield_now();
        }
        stop.fail(Error::Terminated)
    });
    assert_eq!(told(desk.shell(&endless(&desk), None, LONG)), "143 terminated");
    killer.join().unwrap();
    assert!(are_gone(&desk));
    assert_eq!(desk.outcomes(), ["unknown"]);
}

#[test]
fn what_it_leaves_behind_holds_nobody_up() {
    let desk = Desk::new();
    let begun = Instant::now();
    let script = "sleep 1000 & echo $! > \"$0\"; echo said"
        .replace("$0", desk.file("pids").to_str().unwrap());
    assert_eq!(told(desk.shell(&script, None, Duration::from_millis(500))), "0 | said | ");
    assert!(are_gone(&desk) && begun.elapsed() < LONG);
    assert_eq!(desk.outcomes(), ["done"]);
}
