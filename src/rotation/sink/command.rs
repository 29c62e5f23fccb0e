//! A command as a sink: it is given the value on stdin, and another one may give it back on stdout.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Bench, Reading, Sink};
use crate::clock::Duration;
use crate::error::{Error, RotationTrouble, reason};
use crate::gate::{Effect, Place};
use crate::process::command::{self, Command, Ended};
use crate::secret::Secret;
use crate::session::Session;

/// How long a command may take if nobody says otherwise.
const USUAL_LIMIT: Duration = Duration::from_seconds(60);

/// `to_command([argv…], #{check, read, timeout, unverified})`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandSpec {
    /// The program and its arguments; it gets the value and a line end on stdin.
    pub put: Vec<String>,
    /// What proves, without writing, that it can be written.
    pub check: Option<Vec<String>>,
    /// What writes the value to stdout; an empty stdout or exit code 3 says that there is none yet.
    pub read: Option<Vec<String>>,
    /// How long each may take.
    pub timeout: Option<Duration>,
    /// Whether a put that succeeds is proof enough.
    pub unverified: bool,
}

/// An open command sink.
pub struct CommandSink<'s> {
    spec: CommandSpec,
    bench: Bench<'s>,
}

/// The exit code by which `read` says that there is no value yet.
const NOTHING_THERE: i32 = 3;

impl CommandSpec {
    /// Returns it so that it means the same from any folder: a program that is named by a path lies there, from the root.
    /// One without is looked for each time it runs. Refuses a program that does not lie where it should.
    pub fn anchored(mut self, session: &Session) -> Result<Self, Error> {
        let commands = [Some(&mut self.put), self.check.as_mut(), self.read.as_mut()];
        for program in commands.into_iter().flatten().filter_map(|words| words.first_mut()) {
            if program.contains('/') {
                *program = anchored(program, session)?;
            }
        }
        Ok(self)
    }

    /// Returns what it is to people.
    pub fn label(&self) -> String {
        format!("command `{}`", effect_of(&self.put, false).0.what())
    }

    /// Opens the sink; runs nothing yet.
    pub fn open<'s>(&self, bench: Bench<'s>) -> Result<CommandSink<'s>, Error> {
        let sink = CommandSink { spec: self.clone(), bench };
        let commands = [Some(&self.put), self.check.as_ref(), self.read.as_ref()];
        if commands.into_iter().flatten().any(Vec::is_empty) {
            return Err(bench.unfit("a command", "it has no program"));
        }
        if self.read.is_none() && !self.unverified {
            return Err(bench.slot.error(RotationTrouble::Unverified { sink: sink.name() }));
        }
        Ok(sink)
    }
}

impl CommandSink<'_> {
    /// Runs a command to its end; nothing if it must not really happen.
    fn run(&self, command: &[String], stdin: Option<&Secret>) -> Result<Option<Ended>, Error> {
        let (effect, place) = effect_of(command, stdin.is_none());
        let Some(permit) = self.bench.admit(effect, &place)? else { return Ok(None) };
        let settings = self.bench.session.settings();
        let (program, arguments) = command.split_first().unwrap_or((&self.spec.put[0], &[]));
        let program =
            settings.find_program(program.as_ref()).unwrap_or_else(|| PathBuf::from(program));
        let line = stdin.map(|value| Secret::unregistered(format!("{}\n", value.expose())));
        let told = Command {
            program: &program,
            arguments,
            stdin: line.as_ref(),
            environment: &settings.plain_environment(),
            limit: self.spec.timeout.unwrap_or(USUAL_LIMIT).to_std(),
        };
        command::run(permit, &told, self.bench.session.stop()).map(Some)
    }

    /// Runs a command that has to succeed.
    fn run_well(&self, command: &[String], stdin: Option<&Secret>) -> Result<(), Error> {
        match self.run(command, stdin)? {
            Some(ended) if ended.code != 0 => Err(failed(command, &ended)),
            _ => Ok(()),
        }
    }
}

impl Sink for CommandSink<'_> {
    fn name(&self) -> String {
        self.spec.label()
    }

    fn key(&self) -> String {
        format!("command {}", serde_json::to_string(&self.spec.put).unwrap_or_default())
    }

    fn is_readable(&self) -> bool {
        self.spec.read.is_some()
    }

    fn reserve(&self) -> Result<(), Error> {
        self.spec.check.as_ref().map_or(Ok(()), |check| self.run_well(check, None))
    }

    fn read(&self) -> Result<Reading, Error> {
        let Some(read) = &self.spec.read else { return Ok(Reading::Unreadable) };
        match self.run(read, None)? {
            None => Ok(Reading::Unreadable),
            Some(ended) if ended.code == NOTHING_THERE => Ok(Reading::Absent),
            Some(ended) if ended.code != 0 => Err(failed(read, &ended)),
            Some(ended) => Ok(match ended.stdout.expose().trim() {
                "" => Reading::Absent,
                value => Reading::Holds { value: Secret::new(value), token_id: None },
            }),
        }
    }

    fn effect(&self) -> (Effect, Place) {
        effect_of(&self.spec.put, false)
    }

    fn put(&self, value: &Secret, _: &str) -> Result<(), Error> {
        self.run_well(&self.spec.put, Some(value))
    }
}

fn anchored(program: &str, session: &Session) -> Result<String, Error> {
    let failed = |reason: String| Error::CommandFailed { program: program.to_owned(), reason };
    let path = std::path::absolute(session.settings().expand(program));
    let path = path.map_err(|error| failed(reason(&error)))?;
    if !path.is_file() && !session.gate().spares_machine() {
        return Err(failed("cannot be run: there is no such file".to_owned()));
    }
    path.into_os_string().into_string().map_err(|_| failed("its path is no text".to_owned()))
}

fn effect_of(command: &[String], is_look: bool) -> (Effect, Place) {
    let (program, arguments) = command
        .split_first()
        .map_or_else(Default::default, |(program, rest)| (program.clone(), rest.to_vec()));
    (Effect::RunCommand { program, arguments, is_look }, Place::default())
}

fn failed(command: &[String], ended: &Ended) -> Error {
    let complaint = ended.stderr.trim().lines().next_back().unwrap_or("it says nothing");
    Error::CommandFailed {
        program: command.first().cloned().unwrap_or_default(),
        reason: format!("ended with {}: {complaint}", ended.code),
    }
}
