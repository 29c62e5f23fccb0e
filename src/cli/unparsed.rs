//! A command line that asks for help or cannot be understood, and how that is said.
//!
//! The parser's own words go to a person; who collects logs gets them as an error like any other.

use std::ffi::OsString;
use std::io::ErrorKind;

use crate::error::{Error, exit};

/// A command line that asks for help or cannot be understood, with what to print.
#[derive(Debug)]
pub struct Unparsed {
    error: clap::Error,
    /// Whether `--log-format json` stands among the words.
    wants_json: bool,
}

impl Unparsed {
    /// Takes what the parser says.
    pub fn new(error: clap::Error, wants_json: bool) -> Self {
        Self { error, wants_json }
    }

    /// Returns the mistake, if it is one and is to be told as JSON.
    pub fn to_tell(&self) -> Option<Error> {
        if !self.wants_json || !self.error.use_stderr() {
            return None;
        }
        let text = self.error.to_string();
        let mut parts = text.split("\n\n").map(str::trim);
        let problem = parts.next().unwrap_or_default();
        let problem = problem.strip_prefix("error: ").unwrap_or(problem);
        let tip = parts.find_map(|part| part.strip_prefix("tip: "));
        Some(Error::Usage {
            problem: one_line(problem),
            hint: Some(tip.map_or_else(|| "--help explains each command".to_owned(), one_line)),
        })
    }

    /// Prints the help to stdout, or the mistake to stderr, and returns the exit code.
    pub fn print(&self) -> u8 {
        match self.error.print() {
            Ok(()) => u8::try_from(self.error.exit_code()).unwrap_or(exit::USAGE),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => exit::OUTPUT_CLOSED,
            Err(_) => exit::FAILED,
        }
    }
}

/// Returns whether `--log-format json` stands among words that could not be understood, before a `--`.
pub fn wants_json(words: &[OsString]) -> bool {
    let own = || words.iter().take_while(|word| *word != "--");
    let pairs = own().zip(own().skip(1));
    own().any(|word| word == "--log-format=json")
        || pairs.into_iter().any(|(flag, value)| flag == "--log-format" && value == "json")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
