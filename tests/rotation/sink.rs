//! A place where a rotated value lives, read and written as a stranger would: by the harness, never by patroll.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::api::Api;

/// The scope in which secrets lie.
pub const SCOPE: &str = "rotated";

/// A sink by its kind and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink {
    /// A file that holds the value alone.
    File(&'static str),
    /// A profile of `~/.databrickscfg`.
    Profile(String),
    /// A secret of the workspace.
    Secret(&'static str),
    /// What a command keeps, and gives back.
    Command(&'static str),
    /// What a command keeps, and nobody can read.
    Blind(&'static str),
}

impl Sink {
    /// Gives the word by which the orders' scripts know it.
    pub fn word(&self) -> String {
        match self {
            Self::File(name) => (*name).to_owned(),
            Self::Profile(name) => format!("profile:{name}"),
            Self::Secret(key) => format!("secret:{key}"),
            Self::Command(name) => format!("command:{name}"),
            Self::Blind(name) => format!("blind:{name}"),
        }
    }

    /// Tells the file it lies in, if it is one.
    pub fn path(&self, root: &Path) -> Option<PathBuf> {
        match self {
            Self::File(name) => Some(root.join("work").join(name)),
            Self::Profile(_) => Some(root.join("home/.databrickscfg")),
            Self::Command(name) | Self::Blind(name) => Some(root.join("vault").join(name)),
            Self::Secret(_) => None,
        }
    }

    /// Gives the value it holds.
    pub fn read(&self, root: &Path, api: &Api) -> Option<String> {
        // Nobody ever writes to a pipe that a case has laid there.
        let path = self.path(root).filter(|path| path.is_file());
        let text = match (self, path) {
            (Self::Secret(key), _) => api.secret(SCOPE, key)?,
            (Self::Profile(name), Some(path)) => {
                let text = fs::read_to_string(path).ok()?;
                let (_, section) = text.split_once(&format!("[{name}]\n"))?;
                let section = section.split("\n[").next()?;
                let mut pairs = section.lines().filter_map(|line| line.split_once('='));
                pairs.find(|(key, _)| key.trim() == "token")?.1.to_owned()
            }
            (_, path) => fs::read_to_string(path?).ok()?,
        };
        Some(text.trim().to_owned())
    }

    /// Takes the value away, where that can be done to a sink alone.
    pub fn empty(&self, root: &Path, api: &Api) {
        match (self, self.path(root)) {
            (Self::Secret(key), _) => {
                let body = json!({ "scope": SCOPE, "key": key });
                api.ask("POST", "/api/2.0/secrets/delete", &body);
            }
            (Self::Profile(_), _) => {}
            (_, path) => drop(fs::remove_file(path.unwrap())),
        }
    }

    /// Puts a value there.
    pub fn write(&self, root: &Path, api: &Api, value: &str) {
        match (self, self.path(root)) {
            (Self::Secret(key), _) => {
                let body = json!({ "scope": SCOPE, "key": key, "string_value": value });
                api.ask("POST", "/api/2.0/secrets/put", &body).unwrap();
            }
            (Self::Profile(name), Some(path)) => {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let head = format!("[{name}]\n");
                let (before, after) = text.split_once(&head).unwrap_or((&text, ""));
                let rest = after.find("\n[").map_or("", |at| &after[at + 1..]);
                let section = format!("{head}host = {}\ntoken = {value}\n", api.shown);
                write_whole(&path, &format!("{before}{section}{rest}"));
            }
            (_, path) => write_whole(&path.unwrap(), &format!("{value}\n")),
        }
    }
}

fn write_whole(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
