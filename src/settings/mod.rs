//! What a run is told: the command line, the environment and the profile file, resolved once, with where each came from.
//!
//! The only reader of the environment. `Asked` is what was typed; `Settings` is what that means.

mod asked;
mod attributes;
mod connection;
mod environment;
mod fleet;
mod network;
mod proxies;
mod sources;
mod value;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::error::Error;
use crate::gate::AuditTo;
use crate::memory;
use crate::output::{Format, Manner};
use crate::profile::Profiles;
use crate::secret::Secret;
use crate::state::StateDir;

pub use asked::{Asked, Color, SandboxAddress};
pub use attributes::sign_in_keys;
pub use connection::{Connection, read_again};
pub use environment::Environment;
use fleet::Way;
pub use fleet::{Fleet, Member, Shard};
pub use network::{Identity, Network};
pub use proxies::Proxy;
pub use value::{Source, Value};

/// As many requests at once, if nobody says otherwise, as a workspace bears without trouble.
const USUAL_JOBS: usize = 32;

/// More requests at once than this gain nothing.
pub const MOST_JOBS: usize = 256;

/// Everything a run was told.
pub struct Settings {
    asked: Asked,
    environment: Environment,
    profiles: OnceLock<Result<Profiles, Error>>,
    /// How the run's own workspace is reached, if it is one of a fleet.
    member: Option<Way>,
}

impl Settings {
    /// Takes what was typed and what the environment says; reads no file yet.
    pub fn new(asked: Asked, environment: Environment) -> Self {
        Self { asked, environment, profiles: OnceLock::new(), member: None }
    }

    /// Returns the settings of a run that was told `--profile NAME` instead of what this one was told about a workspace.
    #[must_use]
    pub fn for_profile(&self, name: &str) -> Self {
        let profile = Some(name.to_owned());
        let asked = Asked { profile, host: None, own_token_id: None, ..self.asked.clone() };
        Self::new(asked, self.environment.clone())
    }

    /// Returns what was typed.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Returns how many requests may be on their way at once: `--jobs`.
    pub fn jobs(&self) -> usize {
        self.asked.jobs.unwrap_or(USUAL_JOBS)
    }

    /// Returns how much is said, and in which form.
    pub fn manner(&self) -> Result<Manner, Error> {
        Ok(Manner {
            format: self.format()?,
            color: self.color(),
            quiet: self.asked.quiet,
            debug: self.asked.debug,
            log: self.asked.log_format,
        })
    }

    fn format(&self) -> Result<Format, Error> {
        if let Some(format) = self.asked.output {
            return Ok(format);
        }
        match self.environment.variable("DATABRICKS_OUTPUT_FORMAT") {
            None | Some("auto") => Ok(Format::Auto),
            Some("text" | "table") => Ok(Format::Table),
            Some("json") => Ok(Format::Json),
            Some("csv") => Ok(Format::Csv),
            Some(other) => Err(Error::Usage {
                problem: format!("DATABRICKS_OUTPUT_FORMAT is `{other}`"),
                hint: Some("it can be auto, table, text, json or csv".to_owned()),
            }),
        }
    }

    /// Returns whether to use colours: the flag, then `NO_COLOR`, `CLICOLOR_FORCE` and `TERM`, else as the stream is.
    fn color(&self) -> Option<bool> {
        match self.asked.color {
            Color::Always => Some(true),
            Color::Never => Some(false),
            Color::Auto if self.environment.variable("NO_COLOR").is_some() => Some(false),
            Color::Auto
                if self
                    .environment
                    .variable("CLICOLOR_FORCE")
                    .is_some_and(|value| value != "0") =>
            {
                Some(true)
            }
            Color::Auto if self.environment.variable("TERM") == Some("dumb") => Some(false),
            Color::Auto => None,
        }
    }

    /// Returns the folder for what patroll remembers: `--state-dir`, `PATROLL_STATE_DIR`, or the XDG state folder.
    pub fn state_dir(&self) -> PathBuf {
        if let Some(path) = &self.asked.state_dir {
            return path.clone();
        }
        if let Some(path) = self.environment.variable("PATROLL_STATE_DIR") {
            return PathBuf::from(path);
        }
        let base = self.environment.variable("XDG_STATE_HOME").map(PathBuf::from);
        let base = base.filter(|path| path.is_absolute());
        base.unwrap_or_else(|| self.home().join(".local/state")).join("patroll")
    }

    /// Returns where the audit log goes: `--audit-log`, or a file in the state folder.
    pub fn audit_log(&self) -> AuditTo {
        match &self.asked.audit_log {
            None => AuditTo::State(StateDir::new(self.state_dir())),
            Some(path) if path.as_os_str() == "-" => AuditTo::Stdout,
            Some(path) => AuditTo::File(path.clone()),
        }
    }

    /// Returns the path of the profile file.
    pub fn config_file(&self) -> PathBuf {
        match (&self.asked.config_file, self.environment.variable("DATABRICKS_CONFIG_FILE")) {
            (Some(path), _) => path.clone(),
            (None, Some(path)) => self.expand(path),
            (None, None) => self.home().join(".databrickscfg"),
        }
    }

    /// Returns who said where the profile file is.
    pub fn config_file_source(&self) -> Source {
        const VARIABLE: &str = "DATABRICKS_CONFIG_FILE";
        match (&self.asked.config_file, self.environment.variable(VARIABLE)) {
            (Some(_), _) => Source::Flag("--config-file"),
            (None, Some(_)) => Source::Variable(VARIABLE.to_owned()),
            (None, None) => Source::Usual,
        }
    }

    /// Returns the profiles, read at the first call.
    pub fn profiles(&self) -> Result<&Profiles, Error> {
        let read = || {
            let path = self.config_file();
            let profiles = Profiles::read(&path)?;
            if self.asked.config_file.is_some() && !path.exists() {
                return Err(Error::ConfigMissing { path });
            }
            Ok(profiles)
        };
        self.profiles.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// Returns what the workspace's User-Agent says about the automation this runs in, if any.
    pub fn automation(&self) -> Option<&'static str> {
        let known = [
            ("GITHUB_ACTIONS", "github"),
            ("GITLAB_CI", "gitlab"),
            ("JENKINS_URL", "jenkins"),
            ("TF_BUILD", "azure-devops"),
            ("CIRCLECI", "circle"),
            ("TRAVIS", "travis"),
            ("BITBUCKET_BUILD_NUMBER", "bitbucket"),
            ("CODEBUILD_BUILD_ID", "aws-code-build"),
        ];
        let found =
            known.iter().find(|(variable, _)| self.environment.variable(variable).is_some());
        found.map(|(_, name)| *name)
    }

    /// Returns a path with `~/` at its start made the home.
    pub fn expand(&self, path: &str) -> PathBuf {
        match path.strip_prefix("~/") {
            Some(rest) => self.home().join(rest),
            None => PathBuf::from(path),
        }
    }

    /// Returns what forbids every write, if something does: the flag, or a variable that says anything but no.
    pub fn read_only(&self) -> Option<&'static str> {
        const VARIABLE: &str = "PATROLL_READ_ONLY";
        if self.asked.read_only {
            return Some("--read-only");
        }
        let said = self.environment.variable(VARIABLE)?.to_ascii_lowercase();
        (!["0", "false", "no", "off"].contains(&said.as_str())).then_some(VARIABLE)
    }

    /// Returns how much memory a script may take.
    pub fn max_memory(&self) -> usize {
        self.asked.max_memory.unwrap_or_else(memory::usual)
    }

    /// Returns a variable of the environment, nothing if it is not set or empty; one that holds a credential is struck out
    /// of all that is said from then on.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let value = self.environment.variable(name)?;
        if attributes::is_secret_variable(name) {
            drop(Secret::new(value));
        }
        Some(value)
    }

    /// Returns where a program lies: in the folder that its name says, or in the first one of the search path.
    pub fn find_program(&self, name: &Path) -> Option<PathBuf> {
        let is_program = |path: &PathBuf| path.is_file();
        if name.components().count() > 1 {
            return std::path::absolute(name).ok().filter(is_program);
        }
        self.search_path().into_iter().map(|folder| folder.join(name)).find(is_program)
    }

    /// Returns the folders in which programs are looked for.
    pub fn search_path(&self) -> Vec<PathBuf> {
        let path = self.environment.variable("PATH").unwrap_or_default();
        std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect()
    }

    /// Returns what a program that a script runs sees of the environment: who and where it is, and nothing of ours.
    pub fn plain_environment(&self) -> Vec<(String, String)> {
        self.environment.plain()
    }

    fn home(&self) -> PathBuf {
        let home = self.environment.variable("HOME").map(PathBuf::from);
        // Without the variable the system's user list still knows.
        home.or_else(std::env::home_dir).unwrap_or_else(|| PathBuf::from("/"))
    }
}
