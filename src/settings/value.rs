//! A value that somebody gave, and where.

use std::fmt;
use std::path::PathBuf;

use super::attributes::Attribute;
use crate::error::Error;
use crate::secret::Secret;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag on the command line.
    Flag(&'static str),
    /// An environment variable.
    Variable(String),
    /// A profile in a file, and the line where it can be told.
    Profile {
        /// The profile.
        name: String,
        /// The file.
        path: PathBuf,
        /// The line in it, from 1.
        line: Option<usize>,
    },
    /// The sandbox of this run.
    Sandbox,
    /// What is so if nobody says otherwise.
    Usual,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => formatter.write_str(flag),
            Self::Variable(name) => formatter.write_str(name),
            Self::Profile { name, path, .. } => {
                write!(formatter, "profile {name} in {}", path.display())
            }
            Self::Sandbox => formatter.write_str("the sandbox"),
            Self::Usual => formatter.write_str("default"),
        }
    }
}

impl Source {
    /// Returns it with the line, as an editor jumps to it: `~/.databrickscfg:12`.
    pub fn exact(&self) -> String {
        match self {
            Self::Profile { path, line: Some(line), .. } => format!("{}:{line}", path.display()),
            other => other.to_string(),
        }
    }
}

/// An attribute's value and where it came from.
#[derive(Clone, Debug)]
pub struct Value {
    text: Secret,
    /// Where it came from.
    pub source: Source,
}

impl Value {
    /// Takes a value; each is handled as a secret would be, and only a secret is registered as one.
    pub fn new(attribute: &Attribute, text: &str, source: Source) -> Self {
        let text = if attribute.is_secret { Secret::new(text) } else { Secret::unregistered(text) };
        Self { text, source }
    }

    /// Returns the text of an attribute that is no secret.
    pub fn text(&self) -> &str {
        self.text.expose()
    }

    /// Returns what a switch called `name` is set to.
    pub fn is_true(&self, name: &'static str) -> Result<bool, Error> {
        match self.text().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            text => Err(Error::SettingInvalid {
                name,
                text: text.to_owned(),
                source_name: self.source.to_string(),
                reason: "it is neither true nor false".to_owned(),
            }),
        }
    }

    /// Returns the value in custody.
    pub fn secret(&self) -> &Secret {
        &self.text
    }
}
