//! Where a script comes from: bundled, a file, or stdin; read once, and compiled from what was read.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bundled;
use super::names;
use crate::error::{Error, reason};
use crate::process::read_stdin;
use crate::stop::Stop;

/// A script larger than this is no script.
const LARGEST: u64 = 4 << 20;

/// A script's text and where it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// How it is named in messages and the audit: its path, `bundled:NAME` or `stdin`.
    pub name: String,
    /// The text, without a `#!` line's content but with its line break, so that line numbers hold.
    pub text: String,
    /// The folder that imports are looked for in; none for a bundled script.
    pub folder: Option<PathBuf>,
}

impl Source {
    /// Loads what `run SCRIPT` names: a bare word is a bundled script, a path has a slash or ends in `.rhai`, `-` is
    /// stdin.
    pub fn load(word: &str, stop: &Arc<Stop>) -> Result<Self, Error> {
        if word == "-" {
            return Self::from_stdin(stop);
        }
        if word.contains('/') || Path::new(word).extension().is_some_and(|end| end == "rhai") {
            return Self::from_file(Path::new(word));
        }
        Self::bundled(word).map(|script| Self::from_text(format!("bundled:{word}"), script.text))
    }

    /// Finds the bundled script of that name.
    pub fn bundled(name: &str) -> Result<&'static bundled::Bundled, Error> {
        bundled::find(name).ok_or_else(|| unknown(name))
    }

    /// Names a text that is in memory already.
    pub fn from_text(name: impl Into<String>, text: &str) -> Self {
        Self { name: name.into(), text: strip_shebang(text), folder: None }
    }

    fn from_file(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let text = read(path).map_err(|(reason, hint)| failed(&name, reason, hint))?;
        refuse_empty(&name, &text)?;
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self { folder: Some(folder.to_owned()), ..Self::from_text(name, &text) })
    }

    fn from_stdin(stop: &Arc<Stop>) -> Result<Self, Error> {
        if std::io::stdin().is_terminal() {
            return Err(failed(
                "stdin",
                "it is a terminal".into(),
                Some("pipe a script in, or name one".into()),
            ));
        }
        let bytes = read_stdin(stop, LARGEST + 1)?;
        let text = decode(bytes).map_err(|(reason, hint)| failed("stdin", reason, hint))?;
        refuse_empty("stdin", &text)?;
        Ok(Self { folder: Some(PathBuf::from(".")), ..Self::from_text("stdin", &text) })
    }
}

/// Refuses a script that has nothing in it: it was cut short, and would pass for a run that had nothing to do.
fn refuse_empty(name: &str, text: &str) -> Result<(), Error> {
    if !text.trim().is_empty() {
        return Ok(());
    }
    let hint = "whatever was to write the script has written nothing".to_owned();
    Err(failed(name, "it is empty".to_owned(), Some(hint)))
}

type Problem = (String, Option<String>);

/// Reads a script file: UTF-8, an ordinary file, of a sane size.
pub fn read(path: &Path) -> Result<String, Problem> {
    let file = File::open(path).map_err(|error| (reason(&error), None))?;
    let metadata = file.metadata().map_err(|error| (reason(&error), None))?;
    if metadata.is_dir() {
        return Err(("it is a folder".to_owned(), None));
    }
    if metadata.len() > LARGEST {
        return Err(too_large());
    }
    read_text(file)
}

fn read_text(from: impl Read) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| (reason(&error), None))?;
    decode(bytes)
}

fn decode(bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        (format!("it is not UTF-8 (line {line})"), Some("save it as UTF-8".to_owned()))
    })
}

fn too_large() -> Problem {
    (format!("it is larger than {} MiB", LARGEST >> 20), None)
}

fn failed(name: &str, reason: String, hint: Option<String>) -> Error {
    Error::ScriptLoad { name: name.to_owned(), reason, hint }
}

fn unknown(word: &str) -> Error {
    let close = names::closest(word, bundled::all().iter().map(|script| script.name));
    let hint = match close {
        Some(close) => format!("did you mean `{close}`?"),
        None if Path::new(&format!("{word}.rhai")).is_file() => format!("for the file write `./{word}.rhai`"),
        None if Path::new(word).is_file() => format!("for the file write `./{word}`"),
        None => "`patroll scripts list` shows the bundled ones; a file's name has a `/` or ends in .rhai".to_owned(),
    };
    failed(word, "no bundled script has that name".to_owned(), Some(hint))
}

/// Empties a `#!` line, which is the shell's, and keeps its line break.
fn strip_shebang(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.starts_with("#!") {
        return text.find('\n').map(|end| text[end..].to_owned()).unwrap_or_default();
    }
    text.to_owned()
}
