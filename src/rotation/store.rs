//! The journal on disk: locked while a run lasts, checked when read, replaced as a whole and made to last when written.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fingerprint::hex;
use super::journal::Journal;
use super::slot::Slot;
use crate::durable;
use crate::error::{Error, RotationTrouble, reason};
use crate::folder;

/// The form of the file; another one is not read.
const VERSION: u32 = 1;

/// The folder of the journals in the state folder.
const FOLDER: &str = "rotations";

/// The lock of those who look what other slots have, and then take what is left.
const CLAIMS: &str = ".claims.lock";

/// A longer file is no journal.
const LONGEST: u64 = 4 << 20;

/// The file of one slot's journal, locked against other runs.
pub struct Store {
    slot: Slot,
    state: PathBuf,
    path: PathBuf,
    _locks: Vec<File>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    version: u32,
    journal: Journal,
    sha256: String,
}

impl Store {
    /// Takes the lock of a slot below the state folder, and those of its sinks' places.
    pub fn lock(state: &Path, slot: &Slot, places: BTreeSet<String>) -> Result<Self, Error> {
        let folder = state.join(FOLDER);
        let failed = |path: &Path, error: &std::io::Error| {
            let trouble =
                RotationTrouble::Unwritable { path: path.to_owned(), reason: reason(error) };
            slot.error(trouble)
        };
        durable::make_folder(&folder)
            .and_then(|()| durable::make_folder_lasting(&folder))
            .map_err(|error| failed(&folder, &error))?;
        let mut names = vec![(format!("{slot}.lock"), format!("the slot {slot}"))];
        for place in places {
            let digest = hex(&Sha256::digest(&place));
            names.push((format!(".{}.lock", &digest[..32]), place));
        }
        let mut locks = Vec::new();
        for (name, what) in names {
            let path = folder.join(name);
            let file = durable::open_lock(&path).map_err(|error| failed(&path, &error))?;
            match file.try_lock() {
                Ok(()) => locks.push(file),
                Err(TryLockError::WouldBlock) => return Err(Error::Locked { what }),
                Err(TryLockError::Error(error)) => return Err(failed(&path, &error)),
            }
        }
        let (state, path) = (state.to_owned(), path_of(state, slot));
        Ok(Self { slot: slot.clone(), state, path, _locks: locks })
    }

    /// Waits until no other slot is about to claim a token or a place, and keeps others from it while what is returned lives.
    pub fn lock_claims(&self) -> Result<File, Error> {
        let path = self.state.join(FOLDER).join(CLAIMS);
        let lock = || {
            let file = durable::open_lock(&path)?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(|error: std::io::Error| {
            let (path, reason) = (path.clone(), reason(&error));
            self.slot.error(RotationTrouble::Unwritable { path, reason })
        })
    }

    /// Reads the journal, if there is one, and makes what was read last.
    pub fn load(&self) -> Result<Option<Journal>, Error> {
        durable::clear_leftover(&self.path).map_err(|error| self.unwritable(&error))?;
        let journal = read(&self.path, &self.slot)?;
        if journal.is_some() {
            durable::make_lasting(&self.path).map_err(|error| self.unwritable(&error))?;
        }
        Ok(journal)
    }

    /// Writes the journal, so that it lasts before this returns.
    pub fn save(&self, journal: &Journal) -> Result<(), Error> {
        let text = write(journal).map_err(|problem| self.trouble(problem))?;
        durable::replace(&self.path, text.as_bytes(), durable::PRIVATE)
            .map_err(|error| self.unwritable(&error))
    }

    /// Puts a journal aside that nobody can use, or wants any more.
    pub fn put_aside(&self, why: &str) -> Result<PathBuf, Error> {
        let aside = place_aside(&self.state, &self.slot, why);
        fs::rename(&self.path, &aside).map_err(|error| self.unwritable(&error))?;
        Ok(aside)
    }

    fn trouble(&self, reason: String) -> Error {
        self.slot.error(RotationTrouble::Unwritable { path: self.path.clone(), reason })
    }

    fn unwritable(&self, error: &std::io::Error) -> Error {
        self.trouble(reason(error))
    }
}

/// Returns where a slot's journal would lie if it was put aside.
pub fn place_aside(state: &Path, slot: &Slot, why: &str) -> PathBuf {
    let path = path_of(state, slot);
    (1..u32::MAX)
        .map(|number| path.with_extension(format!("{why}-{number}")))
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or_else(|| path.with_extension(why))
}

/// Returns the names of the slots that have a journal below the state folder, in order.
pub fn slots(state: &Path) -> Result<Vec<Slot>, Error> {
    let path = state.join(FOLDER);
    let names = folder::names(&path)
        .map_err(|error| Error::io("read", format!("the folder {}", path.display()), &error))?;
    let slot = |name: OsString| Slot::parse(name.to_str()?.strip_suffix(".json")?).ok();
    let mut slots: Vec<Slot> = names.into_iter().filter_map(slot).collect();
    slots.sort();
    Ok(slots)
}

/// Returns the journals of all other slots that can be read: what they hold is theirs.
pub fn others(state: &Path, slot: &Slot) -> Result<Vec<Journal>, Error> {
    let others = slots(state)?.into_iter().filter(|other| other != slot);
    Ok(others.filter_map(|other| peek(state, &other).ok().flatten()).collect())
}

/// Reads a slot's journal without locking it: for looking only.
pub fn peek(state: &Path, slot: &Slot) -> Result<Option<Journal>, Error> {
    read(&path_of(state, slot), slot)
}

fn path_of(state: &Path, slot: &Slot) -> PathBuf {
    state.join(FOLDER).join(format!("{slot}.json"))
}

fn read(path: &Path, slot: &Slot) -> Result<Option<Journal>, Error> {
    let damaged =
        |reason: String| slot.error(RotationTrouble::Damaged { path: path.to_owned(), reason });
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(damaged(reason(&error))),
        Ok(metadata) if !metadata.is_file() => {
            return Err(damaged("it is a link, or no plain file".to_owned()));
        }
        Ok(metadata) if metadata.len() > LONGEST => {
            return Err(damaged("it is too long".to_owned()));
        }
        Ok(_) => {}
    }
    let text = fs::read_to_string(path).map_err(|error| damaged(reason(&error)))?;
    let journal = parse(&text).map_err(damaged)?;
    if journal.slot != *slot {
        return Err(damaged(format!("it is that of the slot {}", journal.slot)));
    }
    Ok(Some(journal))
}

/// Reads a journal's text; what is not byte for byte as it would be written is damaged.
fn parse(text: &str) -> Result<Journal, String> {
    let page: Page = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => "it ends too early".to_owned(),
        _ => format!("line {} is not as it was written", error.line()),
    })?;
    if page.version != VERSION {
        return Err(format!("it has version {}, and this patroll knows {VERSION}", page.version));
    }
    if write(&page.journal)? != text {
        return Err("its checksum is wrong".to_owned());
    }
    Ok(page.journal)
}

fn write(journal: &Journal) -> Result<String, String> {
    let text = serde_json::to_string(journal).map_err(|error| error.to_string())?;
    let sha256 = hex(&Sha256::digest(text));
    let page = Page { version: VERSION, journal: journal.clone(), sha256 };
    let mut text = serde_json::to_string_pretty(&page).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}
