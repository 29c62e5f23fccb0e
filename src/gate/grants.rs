//! The permissions given on the command line: what a script may do beyond the tokens of its own workspace.
//!
//! The same words say what is granted, what a call needs, and what a script's header asks for.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use super::effect::{Effect, quote};
use crate::host::Host;

/// One permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// `--allow-read`: to read this file, or the files in this folder.
    Read(PathBuf),
    /// `--allow-write`: to write this file, or files in this folder.
    Write(PathBuf),
    /// `--allow-run`: to run this program.
    Run(PathBuf),
    /// `--allow-net`: to send to this host, at every port if none is named.
    Net(String),
    /// `--allow-env`: to read this variable of the environment.
    Env(String),
    /// `--allow-secret`: to use this scope of secrets.
    Secret(String),
    /// `--allow-profile`: to use this profile's workspace, and to write the profile.
    Profile(String),
    /// `--allow-admin`: to work on the tokens of others.
    Admin,
    /// `--allow-reveal`: to read token values.
    Reveal,
}

impl Grant {
    /// Reads what a header asks for: `allow-net=hooks.example.com`. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let grant = match name {
            "allow-read" => Self::read(value),
            "allow-write" => Self::write(value),
            "allow-run" => Self::run(value),
            "allow-net" => Self::net(value),
            "allow-env" => Self::env(value),
            "allow-secret" => Self::secret(value),
            "allow-profile" => Self::profile(value),
            "allow-admin" if value.is_empty() => Ok(Self::Admin),
            "allow-reveal" if value.is_empty() => Ok(Self::Reveal),
            "allow-admin" | "allow-reveal" => Err("it takes no value".to_owned()),
            _ => return Err(format!("there is no permission `{name}`")),
        };
        grant.map_err(|problem| format!("`{text}`: {problem}"))
    }

    /// Reads the value of `--allow-read`.
    pub fn read(path: &str) -> Result<Self, String> {
        filled(path, "a file or folder").map(PathBuf::from).map(Self::Read)
    }

    /// Reads the value of `--allow-write`.
    pub fn write(path: &str) -> Result<Self, String> {
        filled(path, "a file or folder").map(PathBuf::from).map(Self::Write)
    }

    /// Reads the value of `--allow-run`.
    pub fn run(program: &str) -> Result<Self, String> {
        filled(program, "a program").map(PathBuf::from).map(Self::Run)
    }

    /// Reads the value of `--allow-net`.
    pub fn net(host: &str) -> Result<Self, String> {
        let text = filled(host, "a host")?;
        if text.contains(['/', '*']) {
            return Err("write the host alone, such as hooks.example.com".to_owned());
        }
        Host::parse(text).map(|_| Self::Net(text.to_ascii_lowercase()))
    }

    /// Reads the value of `--allow-env`.
    pub fn env(name: &str) -> Result<Self, String> {
        match filled(name, "a variable")? {
            name if name.contains('=') => Err("write the variable's name alone".to_owned()),
            name => Ok(Self::Env(name.to_owned())),
        }
    }

    /// Reads the value of `--allow-secret`.
    pub fn secret(scope: &str) -> Result<Self, String> {
        filled(scope, "a scope").map(str::to_owned).map(Self::Secret)
    }

    /// Reads the value of `--allow-profile`.
    pub fn profile(name: &str) -> Result<Self, String> {
        filled(name, "a profile").map(str::to_owned).map(Self::Profile)
    }

    /// Returns what an effect needs; nothing for a run's own tokens.
    pub fn needed_for(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::CreateToken { on_behalf_of: Some(_), .. }
            | Effect::RevokeToken { is_by_admin: true, .. } => Some(Self::Admin),
            Effect::CreateToken { .. } | Effect::RevokeToken { .. } => None,
            Effect::WriteFile { path } => Some(Self::Write(PathBuf::from(path))),
            Effect::WriteProfile { profile, .. } => Some(Self::Profile(profile.clone())),
            Effect::CreateScope { scope }
            | Effect::PutSecret { scope, .. }
            | Effect::DeleteSecret { scope, .. } => Some(Self::Secret(scope.clone())),
            Effect::RunCommand { program, .. } => Some(Self::Run(PathBuf::from(program))),
            Effect::Send { host, .. } => Some(Self::Net(host.clone())),
        }
    }

    /// Returns what needs it, in words.
    pub fn action(&self) -> String {
        match self {
            Self::Read(path) => format!("reading {}", path.display()),
            Self::Write(path) => format!("writing {}", path.display()),
            Self::Run(program) => format!("running {}", program.display()),
            Self::Net(host) => format!("sending to {host}"),
            Self::Env(name) => format!("reading the variable {name}"),
            Self::Secret(scope) => format!("using the secret scope {scope}"),
            Self::Profile(name) => format!("using the profile {name}"),
            Self::Admin => "seeing or changing what belongs to others".to_owned(),
            Self::Reveal => "reading a token's value".to_owned(),
        }
    }

    /// Returns whether it is of no use but to change something.
    pub fn is_to_write(&self) -> bool {
        matches!(self, Self::Write(_) | Self::Run(_))
    }

    /// Returns whether what is granted here is, or holds, what is needed there.
    fn covers(&self, needed: &Self, search_path: &[PathBuf]) -> bool {
        match (self, needed) {
            (Self::Read(granted), Self::Read(path)) => holds(granted, real_target(path)),
            (Self::Write(granted), Self::Write(path)) => holds(granted, real_place(path)),
            (Self::Run(granted), Self::Run(program)) => {
                let place = real_program(program, search_path);
                place == real_program(granted, search_path)
                    && (place.is_some() || granted == program)
            }
            (Self::Net(granted), Self::Net(host)) => {
                granted == host || granted == without_port(host)
            }
            (granted, needed) => granted == needed,
        }
    }

    fn name_and_value(&self) -> (&'static str, Option<String>) {
        let shown = |path: &PathBuf| Some(path.display().to_string());
        match self {
            Self::Read(path) => ("--allow-read", shown(path)),
            Self::Write(path) => ("--allow-write", shown(path)),
            Self::Run(program) => ("--allow-run", shown(program)),
            Self::Net(text) => ("--allow-net", Some(text.clone())),
            Self::Env(text) => ("--allow-env", Some(text.clone())),
            Self::Secret(text) => ("--allow-secret", Some(text.clone())),
            Self::Profile(text) => ("--allow-profile", Some(text.clone())),
            Self::Admin => ("--allow-admin", None),
            Self::Reveal => ("--allow-reveal", None),
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name_and_value() {
            (name, Some(value)) => write!(formatter, "{name} {}", quote(&value)),
            (name, None) => formatter.write_str(name),
        }
    }
}

/// What was granted.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    granted: Vec<Grant>,
    search_path: Vec<PathBuf>,
}

impl Grants {
    /// Takes what was typed, and the folders in which programs are looked for.
    pub fn new(granted: Vec<Grant>, search_path: Vec<PathBuf>) -> Self {
        Self { granted, search_path }
    }

    /// Returns whether something is granted.
    pub fn cover(&self, needed: &Grant) -> bool {
        self.granted.iter().any(|grant| grant.covers(needed, &self.search_path))
    }
}

/// Refuses a value that is empty, as that of a variable which is not set: it could mean everything.
fn filled<'t>(text: &'t str, wanted: &str) -> Result<&'t str, String> {
    if text.trim().is_empty() {
        Err(format!("it is empty, and {wanted} is wanted"))
    } else {
        Ok(text)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn holds(granted: &Path, real: Option<PathBuf>) -> bool {
    let granted = real_target(granted);
    real.is_some_and(|real| granted.is_some_and(|granted| real.starts_with(granted)))
}

/// Returns where a file really lies, every link followed; one that is not there yet lies in its folder.
fn real_target(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| real_place(path))
}

/// Returns where a name really stands: its folder with every link followed.
fn real_place(path: &Path) -> Option<PathBuf> {
    let Some(Component::Normal(name)) = path.components().next_back() else { return None };
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(name))
}

/// Returns where a program really stands, looked for as it will be when it runs. A link to it is not followed: several
/// programs can be links to one that looks at its name.
fn real_program(program: &Path, search_path: &[PathBuf]) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return real_place(program);
    }
    let found = search_path.iter().map(|folder| folder.join(program)).find(|path| path.is_file());
    real_place(&found?)
}
