//! Signing in as whoever is signed in to Databricks' own command line, which keeps a user's OAuth login.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Credential;
use super::access::Access;
use super::bearer::Bearer;
use super::kit::Kit;
use super::purse::Issuer;
use crate::clock::Time;
use crate::error::Error;
use crate::process;
use crate::settings::Connection;

const NAME: &str = "databricks-cli";

/// The first version that signs in by profile.
const BY_PROFILE: (u64, u64, u64) = (0, 207, 1);

/// The first version that can be told not to hand out a token it has kept.
const BY_FORCE: (u64, u64, u64) = (0, 296, 0);

struct Cli {
    program: PathBuf,
    kit: Kit,
    profile: Option<String>,
    host: String,
    account_id: Option<String>,
}

/// Makes the credential of a connection; asks the program at once, so that one that is not signed in is no credential.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let program =
        find(connection, &kit.search_path).ok_or_else(|| Error::CredentialIncomplete {
            auth_type: NAME.to_owned(),
            place: connection.place(),
            lacks: vec!["the program `databricks`".to_owned()],
        })?;
    if is_retired(&program) {
        return Err(failed(
            &program,
            "is the retired Python version, which cannot hand out tokens: install the current one",
        ));
    }
    if connection.attributes.value("client_secret").is_some() {
        return Err(failed(
            &program,
            "signs in users, and a client_secret is configured: use oauth-m2m",
        ));
    }
    let cli = Cli {
        program,
        kit: kit.clone(),
        profile: connection.profile_name().map(str::to_owned),
        host: connection.host.as_ref().map(ToString::to_string).unwrap_or_default(),
        account_id: connection.attributes.text("account_id").map(str::to_owned),
    };
    let source = format!("`{}`", cli.program.display());
    Ok(Box::new(Bearer::new(NAME, source, Box::new(cli), kit)))
}

/// Returns the program: as configured, else the first in the search path.
pub fn find(connection: &Connection, search_path: &[PathBuf]) -> Option<PathBuf> {
    match connection.attributes.text("databricks_cli_path") {
        Some(path) => Some(PathBuf::from(path)).filter(|path| path.is_file()),
        None => Kit::find_program(search_path, "databricks"),
    }
}

/// Returns whether this is the Python script that `pip install databricks-cli` puts there.
fn is_retired(program: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(program).and_then(|file| file.take(4096).read_to_end(&mut start));
    read.is_ok() && String::from_utf8_lossy(&start).contains("from databricks_cli.cli import")
}

impl Issuer for Cli {
    fn issue(&self, anew: bool) -> Result<Access, Error> {
        let version = self.version()?;
        let mut arguments = vec!["auth", "token"];
        match &self.profile {
            Some(profile) if version >= BY_PROFILE => arguments.extend(["--profile", profile]),
            _ => arguments.extend(["--host", &self.host]),
        }
        if self.profile.is_none()
            && let Some(account_id) = &self.account_id
        {
            arguments.extend(["--account-id", account_id]);
        }
        if anew && version >= BY_FORCE {
            arguments.push("--force-refresh");
        }
        let arguments: Vec<_> = arguments.into_iter().map(OsString::from).collect();
        let said = process::ask(&self.program, &arguments, &self.kit.means.stop)?;
        let body: Value = serde_json::from_str(said.expose()).unwrap_or_default();
        let expires = body["expiry"].as_str().and_then(|text| Time::parse(text).ok());
        let value = body["access_token"].as_str().unwrap_or_default();
        Access::new(value, self.kit.means.clock.now(), expires)
            .ok_or_else(|| failed(&self.program, "did not answer with an access_token"))
    }
}

impl Cli {
    /// Asks for the version, `Databricks CLI v0.296.0`.
    fn version(&self) -> Result<(u64, u64, u64), Error> {
        let said = process::ask(&self.program, &["version".into()], &self.kit.means.stop)?;
        let numbers = said.expose().split('v').next_back().unwrap_or_default();
        let mut numbers = numbers
            .split(|letter: char| !letter.is_ascii_digit())
            .map_while(|number| number.parse().ok());
        let mut next = || numbers.next().unwrap_or(0);
        Ok((next(), next(), next()))
    }
}

fn failed(program: &Path, reason: &str) -> Error {
    Error::Command { program: program.display().to_string(), reason: reason.to_owned() }
}
