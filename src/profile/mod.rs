//! `~/.databrickscfg`: reading its profiles as Databricks' own tools do, and changing them without a byte too many.
//!
//! The only place that names the INI parser. No profile inherits from DEFAULT; which profile is meant, and what beats it,
//! is `settings`'.

mod edit;
mod scan;
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ini::{Ini, ParseOption};

use crate::error::{Error, reason};
use crate::files;

pub use edit::{Edit, apply};
pub use write::write;

/// The profile that is meant when nobody names one.
pub const DEFAULT: &str = "DEFAULT";

/// The profile file's sections, their keys and values.
type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// A section with settings for the tools themselves; never a profile.
const TOOL_SETTINGS: &str = "__settings__";

/// The profiles of one file.
#[derive(Clone, Debug)]
pub struct Profiles {
    path: PathBuf,
    sections: Sections,
    lines: BTreeMap<(String, String), usize>,
    is_exposed: bool,
}

impl Profiles {
    /// Reads the file; one that does not exist has no profiles.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let empty = Self {
            path: path.to_owned(),
            sections: Sections::new(),
            lines: BTreeMap::new(),
            is_exposed: false,
        };
        let text = match files::read_small(path) {
            Ok(bytes) => {
                String::from_utf8(bytes).map_err(|_| malformed(path, "it is not UTF-8"))?
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(empty),
            Err(error) => return Err(malformed(path, &reason(&error))),
        };
        let sections = read(&text).map_err(|problem| malformed(path, &problem))?;
        let is_exposed = fs::metadata(path).is_ok_and(|metadata| {
            // A group that another owner has let read it, as Kubernetes does with a secret, is the reader's own.
            let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
            metadata.mode() & if is_own { 0o044 } else { 0o004 } != 0
        });
        Ok(Self { sections, lines: number(&text), is_exposed, ..empty })
    }

    /// Returns the line, from 1, on which a profile's key has its value.
    pub fn line(&self, profile: &str, key: &str) -> Option<usize> {
        self.lines.get(&(profile.to_owned(), key.to_owned())).copied()
    }

    /// Returns where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether others than the owner may read the file.
    pub fn is_exposed(&self) -> bool {
        self.is_exposed
    }

    /// Returns the keys and values of a profile; values that are empty count as not there.
    pub fn profile(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        if name == TOOL_SETTINGS { None } else { self.sections.get(name) }
    }

    /// Returns the names of all profiles.
    pub fn names(&self) -> Vec<String> {
        self.sections.keys().filter(|name| *name != TOOL_SETTINGS).cloned().collect()
    }

    /// Returns the profile that the file itself says is meant when nobody names one.
    pub fn default_profile(&self) -> Option<&str> {
        let name = self.sections.get(TOOL_SETTINGS)?.get("default_profile")?;
        Some(name.as_str()).filter(|name| !name.is_empty())
    }
}

/// Says which line the parser stumbled over, without quoting it: it may hold a secret.
fn explain(text: &str, error: &ini::ParseError) -> String {
    let is_strange = |line: &str| match line.trim() {
        "" => false,
        line if line.starts_with(['#', ';']) => false,
        line if line.starts_with('[') => !line.contains(']'),
        line => !line.contains(['=', ':']),
    };
    match text.lines().position(is_strange) {
        Some(index) => format!("line {} is neither `[NAME]` nor `key = value`", index + 1),
        None => error.msg.to_string(),
    }
}

/// Reads the text of a profile file; the error says what is wrong with it.
fn read(text: &str) -> Result<Sections, String> {
    let options =
        ParseOption { enabled_escape: false, enabled_quote: true, ..ParseOption::default() };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The parser would go on with the next line behind a backslash; a space, which it trims, keeps it from that.
    let text = text.replace("\\\n", "\\ \n");
    let parsed = Ini::load_from_str_opt(&text, options).map_err(|error| explain(&text, &error))?;
    let sections = parsed.iter().filter_map(|(name, values)| {
        let values = values.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Some((name?.to_owned(), values.collect()))
    });
    Ok(sections.collect())
}

/// Returns the keys and values of a section of a text, if it has that section; the error says what is wrong with the text.
pub fn read_section(text: &str, name: &str) -> Result<Option<BTreeMap<String, String>>, String> {
    read(text).map(|mut sections| sections.remove(name))
}

/// Finds the line of each key.
fn number(text: &str) -> BTreeMap<(String, String), usize> {
    let mut lines = BTreeMap::new();
    let mut section = String::new();
    for (at, line) in scan::scan(text).into_iter().enumerate() {
        match line.kind {
            scan::Kind::Section(name) => section = name,
            scan::Kind::Entry(entry) => {
                lines.insert((section.clone(), entry.key), at + 1);
            }
            scan::Kind::Other => {}
        }
    }
    lines
}

fn malformed(path: &Path, problem: &str) -> Error {
    Error::ConfigMalformed { path: path.to_owned(), reason: problem.to_owned() }
}
