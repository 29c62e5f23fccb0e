//! Questions on the terminal, with input that is shown or not.

use std::io::{self, IsTerminal, Stdin};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::error::Error;
use crate::output::Output;
use crate::stop::Stop;

/// How often it is looked whether the run is ending; a read alone would not end with it.
const GLANCE: Duration = Duration::from_millis(50);

/// A person at a terminal.
pub struct Terminal<'o> {
    output: &'o Output,
    stop: &'o Stop,
}

impl<'o> Terminal<'o> {
    /// Refuses where nobody could answer.
    pub fn open(output: &'o Output, stop: &'o Stop) -> Result<Self, Error> {
        if io::stdin().is_terminal() {
            return Ok(Self { output, stop });
        }
        Err(Error::Usage {
            problem: "this asks questions, and stdin is no terminal".to_owned(),
            hint: Some("off a terminal, set DATABRICKS_HOST and DATABRICKS_TOKEN, or write the profile file".to_owned()),
        })
    }

    /// Asks a question and returns the line that is typed, without white space around it.
    pub fn ask(&self, question: &str) -> Result<String, Error> {
        self.output.prompt(question);
        self.read_line()
    }

    /// Asks for what nobody looking on may see.
    pub fn ask_hidden(&self, question: &str) -> Result<String, Error> {
        let stdin = io::stdin();
        let silence = Silence::begin(&stdin)
            .map_err(|error| Error::io("hide input on", "the terminal", &error))?;
        self.output.prompt(question);
        let line = self.read_line();
        drop(silence);
        // The line end was hidden too.
        self.output.prompt("\n");
        line
    }

    fn read_line(&self) -> Result<String, Error> {
        let stdin = io::stdin();
        loop {
            self.stop.check()?;
            let failed = |error: io::Error| Error::io("read", "the terminal", &error);
            if !is_readable(&stdin).map_err(failed)? {
                continue;
            }
            let mut line = String::new();
            return match stdin.read_line(&mut line).map_err(failed)? {
                0 => Err(Error::Usage {
                    problem: "the input ended before the answer".to_owned(),
                    hint: None,
                }),
                _ => Ok(line.trim().to_owned()),
            };
        }
    }
}

fn is_readable(stdin: &Stdin) -> io::Result<bool> {
    let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(GLANCE.subsec_nanos()) };
    match poll(&mut [PollFd::new(stdin, PollFlags::IN)], Some(&timeout)) {
        Ok(count) => Ok(count > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A terminal that does not show what is typed, until this is dropped.
struct Silence<'s> {
    stdin: &'s Stdin,
    before: Termios,
}

impl<'s> Silence<'s> {
    fn begin(stdin: &'s Stdin) -> io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin, OptionalActions::Flush, &silent)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(self.stdin, OptionalActions::Drain, &self.before);
    }
}
