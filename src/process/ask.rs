//! Runs a program that hands out a credential, and takes what it says into custody.
//!
//! Outside the gate: signing in. What the program answers is never shown, only what it complains about.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::{Error, reason};
use crate::secret::{Secret, redact};
use crate::stop::Stop;

/// Long enough for a program that asks the network.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked whether the program has ended.
const GLANCE: Duration = Duration::from_millis(5);

/// A line of complaint longer than this is cut.
const LONGEST_COMPLAINT: usize = 500;

/// Runs `program` to its end and returns what it said on stdout; it fails if the program does, in the program's own words.
pub fn ask(program: &Path, arguments: &[OsString], stop: &Stop) -> Result<Secret, Error> {
    let failed = |reason: String| Error::Command { program: program.display().to_string(), reason };
    let (mut child, said, complained) = begin(program, arguments)
        .map_err(|error| failed(format!("cannot be run: {}", reason(&error))))?;
    // Of one that was ended, what it had started may still hold the streams open: nobody waits for those.
    let Some(is_success) = await_end(&mut child, stop)? else {
        return Err(failed(format!("did not end within {} s", PATIENCE.as_secs())));
    };
    let (said, complained) =
        (said.join().unwrap_or_default(), complained.join().unwrap_or_default());
    if is_success {
        Ok(Secret::unregistered(said))
    } else {
        Err(failed(format!("failed: {}", shorten(&complained))))
    }
}

/// Starts the program; before it the threads that hear it, as no program may run that cannot be heard.
fn begin(program: &Path, arguments: &[OsString]) -> io::Result<(Child, Heard, Heard)> {
    let (out, stdout) = io::pipe()?;
    let (err, stderr) = io::pipe()?;
    let (said, complained) = (listen(out)?, listen(err)?);
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    Ok((command.spawn()?, said, complained))
}

/// Waits for the end and tells whether it was a success; nothing if it took too long.
fn await_end(child: &mut Child, stop: &Stop) -> Result<Option<bool>, Error> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Some(status.success())),
            Ok(None) if begun.elapsed() < PATIENCE => {}
            Ok(None) | Err(_) => {
                end(child);
                return Ok(None);
            }
        }
        if let Err(error) = stop.sleep(GLANCE) {
            end(child);
            return Err(error);
        }
    }
}

fn end(child: &mut Child) {
    // One that has ended already needs no end.
    let _ = child.kill();
    let _ = child.wait();
}

/// All that a stream said, once it has ended.
type Heard = JoinHandle<String>;

/// Reads a stream to its end aside, so that neither side waits for the other.
fn listen(mut stream: impl Read + Send + 'static) -> io::Result<Heard> {
    let listen = move || {
        let mut bytes = Vec::new();
        // What came before a broken end is still worth reading.
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Builder::new().name("ear".to_owned()).spawn(listen)
}

fn shorten(text: &str) -> String {
    let text = redact(text.trim().trim_start_matches("Error: "));
    let line = text.lines().next().unwrap_or("it says nothing");
    line.chars().take(LONGEST_COMPLAINT).collect()
}
