//! A plan as a file: what a script would revoke, to be read by people and carried out as it stands.
//!
//! It is JSON that a pull request shows well. What it says is checked when it is read: another version, an unknown field or
//! effect is refused, and a checksum tells whether it still says what was written. Against malice that is no help; that
//! each token is looked at again before it is revoked, is.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::{Duration, Time};
use crate::durable;
use crate::error::Error;
use crate::gate::{Origin, Place};
use crate::secret;
use crate::token::Token;

/// The form of the file; another one is not read.
const VERSION: u32 = 1;

/// A longer file is no plan.
const LONGEST: u64 = 64 << 20;

/// A plan from further in the future than this was made by a clock that is wrong.
const TOLERANCE: Duration = Duration::from_seconds(300);

/// Who reads it is not its owner alone: it holds no secret.
const MODE: u32 = 0o644;

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    version: u32,
    /// When it was made, by the workspace's clock.
    pub made: Time,
    /// The script that would do it.
    pub script: String,
    /// What it was told.
    pub arguments: Vec<String>,
    /// What it would do, in order.
    pub effects: Vec<Step>,
    sha256: String,
}

/// What a plan can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A token is revoked.
    RevokeToken,
}

/// One effect of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    effect: Kind,
    /// The profile by which the workspace is reached; none for the run's own.
    pub profile: Option<String>,
    /// The workspace's address.
    pub host: String,
    /// Whose token it is: whoever signs in; none where an administrator revokes it.
    pub user: Option<String>,
    /// The token's id.
    pub token_id: String,
    /// Its comment; none, as with `expires`, if it was gone already.
    pub comment: Option<String>,
    /// When it expires.
    pub expires: Option<Time>,
    /// The script, or a module of it, that asked.
    pub script: Option<String>,
    /// The line.
    pub line: Option<usize>,
}

impl Step {
    /// Makes one about a token of which nothing is known yet.
    pub fn revoking(token_id: &str, user: Option<&str>, place: &Place, origin: &Origin) -> Self {
        Self {
            effect: Kind::RevokeToken,
            profile: place.profile.clone(),
            host: place.host.clone(),
            user: user.map(str::to_owned),
            token_id: token_id.to_owned(),
            comment: None,
            expires: None,
            script: origin.script.clone(),
            line: origin.line,
        }
    }

    /// Returns whether an administrator does it.
    pub fn is_by_admin(&self) -> bool {
        self.user.is_none()
    }

    /// Returns whether a token is still what it says.
    pub fn is_about(&self, token: &Token) -> bool {
        self.comment.as_deref() == Some(token.comment()) && self.expires == Some(token.expires())
    }

    /// Returns what asked for it.
    pub fn origin(&self) -> Origin {
        Origin { script: self.script.clone(), line: self.line }
    }
}

impl Document {
    /// Makes a plan.
    pub fn new(made: Time, script: &str, arguments: &[String], effects: Vec<Step>) -> Self {
        let arguments = arguments.iter().map(|word| secret::redact(word).into_owned()).collect();
        let script = script.to_owned();
        let sha256 = String::new();
        let plan = Self {
            version: VERSION,
            made: made.whole_second(),
            script,
            arguments,
            effects,
            sha256,
        };
        Self { sha256: plan.checksum(), ..plan }
    }

    /// Reads a plan's file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let failed = |error: std::io::Error| Error::io("read", path.display(), &error);
        let no_plan = |reason: &str| Error::Usage {
            problem: format!("{} is no plan: {reason}", path.display()),
            hint: Some("`patroll run SCRIPT --plan FILE` writes one".to_owned()),
        };
        let mut text = String::new();
        let file = File::open(path).map_err(failed)?;
        file.take(LONGEST + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > LONGEST {
            return Err(no_plan("it is too long"));
        }
        let plan: Self =
            serde_json::from_str(&text).map_err(|error| no_plan(&error.to_string()))?;
        if plan.version != VERSION {
            let reason =
                format!("it has version {}, and this patroll knows {VERSION}", plan.version);
            return Err(no_plan(&reason));
        }
        Ok(plan)
    }

    /// Puts the plan in the place of what `path` holds.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::io("write", path.display(), &error);
        durable::replace(path, (self.text() + "\n").as_bytes(), MODE).map_err(failed)
    }

    /// Returns the plan as it is written.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Returns whether it no longer says what was written.
    pub fn is_edited(&self) -> bool {
        self.sha256 != self.checksum()
    }

    /// Returns why it may not be carried out at `now`, if so.
    pub fn check_age(&self, now: Time, most: Duration) -> Result<(), String> {
        let age = now.since(self.made);
        if age > most {
            return Err(format!("it is {age} old, which is more than --max-age {most}"));
        }
        if self.made > now.plus(TOLERANCE) {
            return Err(format!("it was made at {}, which is yet to come", self.made));
        }
        Ok(())
    }

    /// Returns the hash of what it says, however that is spaced.
    fn checksum(&self) -> String {
        let plain = Self { sha256: String::new(), ..self.clone() };
        let text = serde_json::to_string(&plain).unwrap_or_default();
        let mut digits = String::new();
        for byte in Sha256::digest(text) {
            // Writing to a String cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }
}
