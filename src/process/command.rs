//! Runs a program as an effect: no shell, nothing of ours in its environment, and no process of it left behind.
//!
//! What it is told in secret goes to its stdin, never to its arguments. What it says is kept up to a limit, and never
//! shown here. Who may run what was decided by `gate`, whose permit is taken and closed.

use std::io::{self, PipeWriter, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::error::{Error, reason};
use crate::gate::{Outcome, Permit};
use crate::secret::Secret;
use crate::stop::Stop;

/// How often it is looked whether the program has ended.
const GLANCE: Duration = Duration::from_millis(5);

/// How long a killed program's streams may take to end; whoever left its group may hold them for ever.
const MOMENT: Duration = Duration::from_secs(1);

/// What is kept of stdout; a program that says more has failed.
const MOST_SAID: usize = 1 << 20;

/// What is kept of stderr.
const MOST_COMPLAINED: usize = 1 << 16;

/// A program to be run.
pub struct Command<'c> {
    /// Where it lies.
    pub program: &'c Path,
    /// What it is called with; no secret.
    pub arguments: &'c [String],
    /// What it reads from stdin, to the byte; without it stdin is empty.
    pub stdin: Option<&'c Secret>,
    /// All of its environment.
    pub environment: &'c [(String, String)],
    /// How long it may run.
    pub limit: Duration,
}

/// How a program ended, and what it said.
pub struct Ended {
    /// Its exit code, 128 and the signal's number if one ended it.
    pub code: i32,
    /// What it said on stdout, without the line ends at its end; not registered, as it need not be a secret.
    pub stdout: Secret,
    /// What it said on stderr, as far as it is kept.
    pub stderr: String,
}

/// Runs a program to its end; at its limit, or when the run ends, it is killed with all it began.
///
/// A code that is not 0 is no error here, but in the audit. Fails if the program cannot be run, runs too long, or says too
/// much or no text on stdout.
pub fn run(permit: Permit, command: &Command<'_>, stop: &Stop) -> Result<Ended, Error> {
    let failed = |reason: String| Error::CommandFailed {
        program: command.program.display().to_string(),
        reason,
    };
    let (mut child, said, complained) = match begin(command) {
        Ok(begun) => begun,
        Err(error) => {
            permit.close(&Outcome::Refused { code: "IO".to_owned(), request_id: None });
            return Err(failed(format!("cannot be run: {}", reason(&error))));
        }
    };
    let end = Instant::now() + command.limit;
    let is_heard = || said.is_done() && complained.is_done();
    let status = match await_end(&mut child, end, stop, is_heard) {
        Ok(Some(status)) => status,
        Ok(None) => {
            permit.close(&Outcome::Unknown);
            let seconds = command.limit.as_secs_f32();
            return Err(failed(format!("was killed: it did not end within {seconds} s")));
        }
        Err(error) => {
            permit.close(&Outcome::Unknown);
            return Err(error);
        }
    };
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    permit.close(&match code {
        0 => Outcome::Done { made: None, request_id: None },
        code => Outcome::Refused { code: format!("EXIT_{code}"), request_id: None },
    });
    let (said, is_whole) = said.take();
    if !is_whole {
        return Err(failed(format!("said more than {MOST_SAID} bytes on stdout")));
    }
    let said = String::from_utf8(said);
    let said = said.map_err(|_| failed("said something on stdout that is no text".to_owned()))?;
    Ok(Ended {
        code,
        stdout: Secret::unregistered(said.trim_end_matches(['\r', '\n'])),
        stderr: String::from_utf8_lossy(&complained.take().0).into_owned(),
    })
}

/// Starts the program; before it the threads that feed and hear it, as no program may run that cannot be heard.
fn begin(command: &Command<'_>) -> io::Result<(Child, Ear, Ear)> {
    let (out, stdout) = io::pipe()?;
    let (err, stderr) = io::pipe()?;
    let said = Ear::listen(out, MOST_SAID)?;
    let complained = Ear::listen(err, MOST_COMPLAINED)?;
    let stdin = match command.stdin {
        Some(text) => {
            let (stdin, feeder) = io::pipe()?;
            feed(feeder, text.clone())?;
            Stdio::from(stdin)
        }
        None => Stdio::null(),
    };
    let child = std::process::Command::new(command.program)
        .args(command.arguments)
        .env_clear()
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .stdin(stdin)
        .stdout(stdout)
        .stderr(stderr)
        .process_group(0)
        .spawn()?;
    Ok((child, said, complained))
}

/// Writes to the program's stdin aside: one that does not read must not stop us, and its code tells what it made of that.
fn feed(mut stdin: PipeWriter, text: Secret) -> io::Result<()> {
    let write = move || drop(stdin.write_all(text.expose().as_bytes()));
    Builder::new().name("stdin".to_owned()).spawn(write).map(drop)
}

/// Waits until the program has ended and was heard; nothing if it had to be killed.
fn await_end(
    child: &mut Child,
    end: Instant,
    stop: &Stop,
    is_heard: impl Fn() -> bool,
) -> Result<Option<ExitStatus>, Error> {
    loop {
        // Before the end is seen the group's number is nobody else's.
        let ended = child.try_wait().ok().flatten();
        if let Some(status) = ended
            && is_heard()
        {
            return Ok(Some(status));
        }
        let stopped = stop.sleep(GLANCE).err();
        if stopped.is_none() && Instant::now() < end {
            continue;
        }
        kill(child);
        let last = Instant::now() + MOMENT;
        while !is_heard() && Instant::now() < last {
            thread::sleep(GLANCE);
        }
        return match stopped {
            Some(error) => Err(error),
            // It did its work in time; what it left behind is gone.
            None => Ok(ended),
        };
    }
}

/// Kills the program and all that belongs to its group.
fn kill(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // A group without members needs no end.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

/// What a stream has said so far; it is read to its end aside, also beyond what is kept.
struct Ear(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    is_cut: bool,
    is_done: bool,
}

impl Ear {
    fn listen(mut stream: impl Read + Send + 'static, most: usize) -> io::Result<Self> {
        let ear = Self(Arc::default());
        let heard = Arc::clone(&ear.0);
        let listen = move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut piece) {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                let kept = length.min(most - heard.bytes.len());
                heard.bytes.extend_from_slice(&piece[..kept]);
                heard.is_cut |= kept < length;
            }
            heard.lock().unwrap_or_else(PoisonError::into_inner).is_done = true;
        };
        Builder::new().name("ear".to_owned()).spawn(listen)?;
        Ok(ear)
    }

    fn is_done(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_done
    }

    /// Returns what was kept, and whether that is all.
    fn take(&self) -> (Vec<u8>, bool) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut heard.bytes), !heard.is_cut)
    }
}
