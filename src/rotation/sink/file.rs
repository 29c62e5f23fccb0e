//! A file as a sink: raw, or with a key in one of a few formats.
//!
//! It is locked, replaced as a whole and made to last by `files`; a link, a folder or another user's file is refused.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Bench, Format, Reading, Sink};
use crate::durable;
use crate::error::{Error, reason};
use crate::files::{self, Access};
use crate::gate::{Effect, Place};
use crate::secret::Secret;

/// A longer file holds no configuration.
const LONGEST: u64 = 16 << 20;

/// `to_file(path, #{format, key})`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSpec {
    /// Where the file lies, from the root.
    pub path: PathBuf,
    /// How the value stands in it.
    pub format: Format,
    /// Where in it.
    pub key: Option<String>,
}

/// An open file sink.
pub struct FileSink<'s> {
    spec: FileSpec,
    bench: Bench<'s>,
    /// Whether a link in its place is followed: a profile file may be one.
    follows_link: bool,
    /// What writing it is.
    effect: (Effect, Place),
}

impl FileSpec {
    /// Opens the sink; reads nothing yet.
    pub fn open<'s>(&self, bench: Bench<'s>) -> Result<FileSink<'s>, Error> {
        self.format
            .check_key(self.key.as_deref())
            .map_err(|wanted| bench.unfit(&format!("file {}", self.path.display()), wanted))?;
        let effect = Effect::WriteFile { path: self.path.display().to_string() };
        let effect = (effect, Place::default());
        Ok(FileSink { spec: self.clone(), bench, follows_link: false, effect })
    }
}

impl<'s> FileSink<'s> {
    /// Opens a file that may be reached through a link, and whose change is another effect than writing a file.
    pub fn following(spec: FileSpec, bench: Bench<'s>, effect: (Effect, Place)) -> Self {
        Self { spec, bench, follows_link: true, effect }
    }

    fn key_in_file(&self) -> &str {
        self.spec.key.as_deref().unwrap_or_default()
    }

    fn path(&self) -> &Path {
        &self.spec.path
    }

    fn key_of_file(&self) -> String {
        let real = files::follow(self.path());
        let folder = durable::folder_of(&real).canonicalize();
        let real = match (folder, real.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => real,
        };
        format!("file {}", real.display())
    }

    fn error(&self, action: &'static str, reason: String) -> Error {
        Error::Io { action, subject: self.path().display().to_string(), reason }
    }

    /// Returns the text of the file, empty if there is none.
    fn text(&self) -> Result<String, Error> {
        self.refuse_odd("read")?;
        match fs::read_to_string(self.path()) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(self.error("read", reason(&error))),
        }
    }

    fn refuse_odd(&self, action: &'static str) -> Result<(), Error> {
        let metadata = if self.follows_link {
            fs::metadata(self.path())
        } else {
            self.path().symlink_metadata()
        };
        match metadata {
            Ok(found) if !found.is_file() => {
                Err(self.error(action, "it is a link, or no plain file".to_owned()))
            }
            Ok(found) if found.len() > LONGEST => {
                Err(self.error(action, "it is too long".to_owned()))
            }
            // What it leads to may be back any time, and a new file there would be hidden then.
            Err(_) if self.path().is_symlink() => {
                Err(self.error(action, "it is a link to what is not there".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Sink for FileSink<'_> {
    fn name(&self) -> String {
        match &self.spec.key {
            Some(key) => format!("{key} in {}", self.path().display()),
            None => format!("file {}", self.path().display()),
        }
    }

    fn key(&self) -> String {
        let whole = self.key_of_file();
        self.spec.key.as_ref().map_or_else(|| whole.clone(), |key| format!("{whole} {key}"))
    }

    fn surroundings(&self) -> Option<String> {
        self.spec.key.as_ref().map(|_| self.key_of_file())
    }

    fn reserve(&self) -> Result<(), Error> {
        self.refuse_odd("write")?;
        files::check_editable(self.path())
    }

    fn tidy(&self) -> Result<(), Error> {
        files::clear_leftover(self.path())
            .map_err(|error| self.error("tidy up beside", reason(&error)))
    }

    fn read(&self) -> Result<Reading, Error> {
        self.tidy()?;
        let found = self.spec.format.find(&self.text()?, self.key_in_file());
        let found = found.map_err(|problem| self.error("read", problem))?;
        Ok(found.map_or(Reading::Absent, |found| Reading::Holds {
            value: Secret::new(found.value),
            token_id: found.token_id,
        }))
    }

    fn effect(&self) -> (Effect, Place) {
        self.effect.clone()
    }

    fn put(&self, value: &Secret, token_id: &str) -> Result<(), Error> {
        let (effect, place) = self.effect();
        let Some(permit) = self.bench.admit(effect, &place)? else { return Ok(()) };
        files::edit(permit, self.path(), Access::Kept, |bytes| {
            let text = std::str::from_utf8(bytes)
                .map_err(|_| self.error("change", "it is not UTF-8".to_owned()))?;
            let changed =
                self.spec.format.replace(text, self.key_in_file(), value.expose(), token_id);
            changed.map(Secret::unregistered).map_err(|problem| self.error("change", problem))
        })
    }

    fn make_lasting(&self) -> Result<(), Error> {
        durable::make_lasting(&files::follow(self.path()))
            .map_err(|error| self.error("make durable", reason(&error)))
    }
}
