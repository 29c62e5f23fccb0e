//! All that patroll says: data on stdout, words on stderr, both without secrets and safe for a terminal.
//!
//! Wording: lower case, no full stop at the end of an error, names and commands in back-ticks, one hint at most, and
//! always what to do next. What is said is decided by callers; how it looks is decided here.

mod activity;
mod harvest;
mod json;
mod log;
mod sanitize;
mod table;
mod tokens;
mod work;

use std::borrow::Cow;
use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::sync::{Arc, Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};

use crate::error::{Error, ScriptFailure};
use crate::secret;
use crate::stop::{Reason, Stop};

pub use activity::{Activity, Mark};
pub use harvest::{Harvest, Reaper, Rows};
pub use json::indent;
use log::Level;
pub use log::LogFormat;
pub use sanitize::visible;
pub use table::{Table, csv};
pub use tokens::{
    Column, KNOWN as TOKEN_COLUMNS, MANAGED as MANAGED_COLUMNS, plain, readable_table, token_table,
    tokens_json,
};
pub use work::Work;

/// The form of data on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table on a terminal, JSON otherwise.
    Auto,
    /// Aligned columns with human times.
    Table,
    /// JSON, the workspace's own where it is the workspace's data.
    Json,
    /// Comma-separated values with a header.
    Csv,
}

/// How much is said, and in which form; from the settings.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// The form of data.
    pub format: Format,
    /// Whether colours are used; none: as the stream and the environment suggest.
    pub color: Option<bool>,
    /// Whether notes are left out.
    pub quiet: bool,
    /// Whether requests and whole error chains are shown.
    pub debug: bool,
    /// The form of what is said on stderr.
    pub log: LogFormat,
}

/// The two streams of a run.
pub struct Output {
    manner: Manner,
    streams: Arc<Streams>,
    activity: Activity,
    stop: Arc<Stop>,
    part: Option<Part>,
}

/// What the parts of a run share.
struct Streams {
    stdout: io::Stdout,
    stderr: Mutex<Stderr>,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
}

/// Whose part of a run this is, if it is not all of it.
struct Part {
    /// What each of its lines begins with.
    name: String,
    /// What gathers its rows.
    reaper: Reaper,
}

/// The stream of words, with the length of a line on it that is shown for the moment only.
struct Stderr {
    stream: AutoStream<io::Stderr>,
    passing: usize,
}

impl Stderr {
    /// Takes the passing line away.
    fn wipe(&mut self) {
        if self.passing > 0 {
            // Blanks where escape sequences are left out; else not even those stay behind.
            let _ = write!(self.stream, "\r{:1$}\r\x1b[K", "", self.passing);
            self.passing = 0;
        }
    }
}

const ERROR: &str = "\x1b[1;31merror:\x1b[0m";
const WARNING: &str = "\x1b[1;33mwarning:\x1b[0m";
const HINT: &str = "\x1b[1;36mhint:\x1b[0m";

impl Output {
    /// Takes hold of the streams.
    pub fn new(manner: Manner, stop: Arc<Stop>) -> Self {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let (stdout_is_terminal, stderr_is_terminal) = (stdout.is_terminal(), stderr.is_terminal());
        let choice = |is_terminal| {
            if manner.color.unwrap_or(is_terminal) {
                ColorChoice::AlwaysAnsi
            } else {
                ColorChoice::Never
            }
        };
        let stream = AutoStream::new(stderr, choice(stderr_is_terminal));
        let stderr = Mutex::new(Stderr { stream, passing: 0 });
        let streams = Streams { stdout, stderr, stdout_is_terminal, stderr_is_terminal };
        let streams = Arc::new(streams);
        Self { manner, streams, activity: Activity::default(), stop, part: None }
    }

    /// Returns the output of one of several parts of the run: its lines begin with its name, its rows are gathered.
    #[must_use]
    pub fn part(&self, name: &str, reaper: Reaper) -> Self {
        Self {
            manner: self.manner,
            streams: Arc::clone(&self.streams),
            activity: Activity::default(),
            stop: Arc::clone(&self.stop),
            part: Some(Part { name: name.to_owned(), reaper }),
        }
    }

    /// Returns what gathers rows, if this is one of several parts.
    fn reaper(&self) -> Option<&Reaper> {
        self.part.as_ref().map(|part| &part.reaper)
    }

    /// Returns the form that data takes, `Auto` resolved.
    pub fn format(&self) -> Format {
        match self.manner.format {
            Format::Auto if self.streams.stdout_is_terminal => Format::Table,
            Format::Auto => Format::Json,
            format => format,
        }
    }

    /// Returns the form that was asked for.
    pub fn asked_format(&self) -> Format {
        self.manner.format
    }

    /// Returns whether somebody may be looking at what is said.
    pub fn is_watched(&self) -> bool {
        self.streams.stderr_is_terminal
    }

    /// Returns whether errors are drawn in colour.
    pub fn is_colored(&self) -> bool {
        self.manner.color.unwrap_or(self.streams.stderr_is_terminal)
    }

    /// Returns the columns of the terminal, if stdout is one.
    pub fn width(&self) -> Option<u16> {
        self.size().map(|(width, _)| width)
    }

    /// Returns the lines of the terminal, if stdout is one.
    pub fn height(&self) -> Option<u16> {
        self.size().map(|(_, height)| height)
    }

    fn size(&self) -> Option<(u16, u16)> {
        let is_sized = self.streams.stdout_is_terminal && self.part.is_none();
        let size = terminal_size::terminal_size().filter(|_| is_sized);
        size.map(|(width, height)| (width.0, height.0))
    }

    /// Returns what the run is busy with.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Fails if the run is told to end.
    pub fn check_stop(&self) -> Result<(), Error> {
        self.stop.check()
    }

    /// Writes a line of data.
    pub fn line(&self, text: &str) -> Result<(), Error> {
        self.data(&secret::redact_unrevealed(text))
    }

    /// Writes a line of data that shows a secret, which is what the command is for.
    pub fn reveal(&self, text: &str) -> Result<(), Error> {
        self.data(text)
    }

    /// Writes a line of data that has colours of ours, and foreign text only where that has been made harmless.
    pub fn painted(&self, text: &str) -> Result<(), Error> {
        let text = secret::redact_unrevealed(text);
        if self.manner.color.unwrap_or(self.streams.stdout_is_terminal) {
            return self.write(&text);
        }
        self.write(&anstream::adapter::strip_str(&text).to_string())
    }

    fn data(&self, text: &str) -> Result<(), Error> {
        self.write(&if self.streams.stdout_is_terminal {
            sanitize::visible(text)
        } else {
            text.into()
        })
    }

    fn write(&self, clean: &str) -> Result<(), Error> {
        let clean = self.signed(clean);
        // Held while stdout is written, so that nothing passing is drawn into it.
        let mut stderr = self.streams.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        stderr.wipe();
        let mut stdout = self.streams.stdout.lock();
        let written = stdout.write_all(clean.as_bytes()).and_then(|()| stdout.write_all(b"\n"));
        written.and_then(|()| stdout.flush()).map_err(|error| self.broken(&error))
    }

    /// Ends the run because stdout cannot take more.
    fn broken(&self, error: &io::Error) -> Error {
        let error = if error.kind() == io::ErrorKind::BrokenPipe {
            Error::OutputClosed
        } else {
            Error::io("write to", "stdout", error)
        };
        self.stop.set(Reason::Failed(error.clone()));
        error
    }

    /// Says something a person may want to know; `--quiet` leaves it out.
    pub fn note(&self, text: &str) {
        if !self.manner.quiet {
            self.tell(Level::Info, text);
        }
    }

    /// Says what has just been done, to somebody who watches; off a terminal a summary at the end does.
    pub fn progress(&self, text: &str) {
        if self.streams.stderr_is_terminal {
            self.note(text);
        }
    }

    /// Shows a line to somebody who watches, until the next one or until something else is said.
    pub fn pass(&self, text: &str) {
        let mut stderr = self.streams.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        stderr.wipe();
        let is_shown = self.streams.stderr_is_terminal && self.manner.log == LogFormat::Text;
        if is_shown && !text.is_empty() && self.part.is_none() {
            let width = self.width().map_or(usize::MAX, |width| usize::from(width) - 1);
            let text = secret::redact(text);
            let text: String = sanitize::visible(&text).chars().take(width).collect();
            stderr.passing = text.chars().count();
            let _ = write!(stderr.stream, "{text}");
        }
        let _ = stderr.stream.flush();
    }

    /// Says what a run has changed, which is never left out.
    pub fn summary(&self, text: &str) {
        self.tell(Level::Info, text);
    }

    /// Says that something deserves attention.
    pub fn warn(&self, text: &str) {
        self.tell(Level::Warning, text);
    }

    /// Says that something went wrong, which does not end the run.
    pub fn fault(&self, text: &str) {
        self.tell(Level::Error, text);
    }

    /// Asks something; the answer is typed on the same line.
    pub fn prompt(&self, text: &str) {
        let mut stderr = self.streams.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        stderr.wipe();
        let stream = &mut stderr.stream;
        let _ = write!(stream, "{}", secret::redact(text)).and_then(|()| stream.flush());
    }

    /// Says what `--debug` shows.
    pub fn debug(&self, text: impl FnOnce() -> String) {
        if self.manner.debug {
            self.tell(Level::Debug, &text());
        }
    }

    /// Says what failed and what to do next.
    pub fn error(&self, error: &Error) {
        if self.manner.log == LogFormat::Json {
            return self.say(&log::error_lines(error, self.part_name()));
        }
        let drawn = |failure: &ScriptFailure| with_hint(&failure.report, failure.hint.as_deref());
        match error {
            Error::Script(failure) => self.say(&drawn(failure)),
            Error::Mistakes { mistakes } => {
                let drawn: Vec<_> = mistakes.iter().map(drawn).collect();
                self.say(&drawn.join("\n\n"));
            }
            other => {
                let text = format!("{ERROR} {}", sanitize::visible(&other.to_string()));
                self.say(&with_hint(&text, other.hint().as_deref()));
            }
        }
    }

    /// Says a message in the form that the log has.
    fn tell(&self, level: Level, text: &str) {
        if self.manner.log == LogFormat::Json {
            return self.say(&log::line(level, text, self.part_name()));
        }
        let text = sanitize::visible(text);
        match level {
            Level::Debug => self.say(&format!("debug: {text}")),
            Level::Info => self.say(&text),
            Level::Warning => self.say(&format!("{WARNING} {text}")),
            Level::Error => self.say(&format!("{ERROR} {text}")),
        }
    }

    /// Writes to stderr, where nobody listening is no reason to stop.
    fn say(&self, text: &str) {
        let mut stderr = self.streams.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        stderr.wipe();
        let _ = writeln!(stderr.stream, "{}", self.signed(&secret::redact(text)));
    }

    fn part_name(&self) -> Option<&str> {
        self.part.as_ref().map(|part| part.name.as_str())
    }

    /// Puts the part's name before each line, if this is one of several parts.
    fn signed<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let name = self.part_name().filter(|_| self.manner.log == LogFormat::Text);
        let Some(name) = name else { return Cow::Borrowed(text) };
        let lines: Vec<_> = text.split('\n').map(|line| format!("{name}: {line}")).collect();
        Cow::Owned(lines.join("\n"))
    }
}

/// Adds what to do next below what failed.
fn with_hint(text: &str, hint: Option<&str>) -> String {
    match hint {
        Some(hint) => format!("{text}\n{HINT} {}", sanitize::visible(hint)),
        None => text.to_owned(),
    }
}

/// Returns whether what is written to stdout is thrown away: it is `/dev/null`, also because it was closed.
pub fn is_discarded() -> bool {
    data_file().and_then(|stdout| stdout.metadata()).is_ok_and(|metadata| is_null(&metadata))
}

/// Returns stdout to be looked at: what it is, and whether it takes more.
pub fn data_file() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

/// Returns whether that is what `/dev/null` is.
pub fn is_null(metadata: &Metadata) -> bool {
    let null = fs::metadata("/dev/null");
    metadata.file_type().is_char_device() && null.is_ok_and(|null| null.rdev() == metadata.rdev())
}
