//! Who wins: which host and which credential a workspace is reached with, from flags, variables and the profile file.
//!
//! The rules are those of Databricks' SDKs and CLI, and one of our own: a secret goes only to the host that it was given
//! with. Nothing is sent here.

use super::attributes::{ALL, Attribute, Attributes, Source};
use super::{Asked, Settings};
use crate::error::Error;
use crate::host::Host;
use crate::profile::{DEFAULT, Profiles};
use crate::secret::Secret;

/// How a workspace is reached.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The profile it was found under.
    pub profile: Option<String>,
    /// The workspace's address.
    pub host: Host,
    /// Everything that was given about it.
    pub attributes: Attributes,
    /// The id of the token signed in with, where somebody said it.
    pub own_token_id: Option<String>,
    /// Whether this is the sandbox of this run.
    pub is_sandbox: bool,
}

/// What decides which profile is read.
enum Choice {
    /// It was named on the command line: it beats the environment.
    Explicit(String),
    /// It was named in the environment: the environment's attributes beat it.
    Named(String),
    /// Nobody named one and nothing else says how to sign in.
    Default(String),
    /// The environment or the command line says it all.
    None,
}

impl Settings {
    /// Resolves the run's own workspace.
    pub fn connection(&self) -> Result<Connection, Error> {
        if let Some(sandbox) = &self.asked().sandbox {
            return sandbox_connection(&sandbox.host, &sandbox.token);
        }
        let environment = self.attributes_of_environment();
        let choice = self.choose_profile(&environment)?;
        let (attributes, profile) = match choice {
            Choice::None => (environment, None),
            Choice::Explicit(name) => (self.beat_by_profile(&name, &environment)?, Some(name)),
            Choice::Named(name) | Choice::Default(name) => {
                let mut attributes = environment;
                self.fill_from_profile(&mut attributes, &name)?;
                (attributes, Some(name))
            }
        };
        let looked = match &profile {
            Some(name) => format!("profile {name} in {}", self.config_file().display()),
            None => "the environment".to_owned(),
        };
        self.finish(attributes, profile, looked)
    }

    /// Puts the host in its place and sees that no secret goes where it does not belong.
    fn finish(
        &self,
        mut attributes: Attributes,
        profile: Option<String>,
        looked: String,
    ) -> Result<Connection, Error> {
        let asked: &Asked = self.asked();
        let given = attributes.value("host").cloned();
        let (text, source) = match (&asked.host, &given) {
            (Some(text), _) => (text.clone(), Source::Flag("--host")),
            (None, Some(value)) => (value.text().to_owned(), value.source.clone()),
            (None, None) => return Err(Error::HostMissing { looked }),
        };
        let host = parse_host(&text, &source)?;
        self.forbid_foreign_secrets(&attributes, &host, &source)?;
        let own_token_id = asked.own_token_id.clone();
        let own_token_id =
            own_token_id.or_else(|| Some(attributes.value("token_id")?.text().to_owned()));
        if given.is_none() {
            attributes.fill(&ALL[0], &text, source);
        }
        Ok(Connection { profile, host, attributes, own_token_id, is_sandbox: false })
    }

    /// Refuses a secret whose own source names another host.
    fn forbid_foreign_secrets(
        &self,
        attributes: &Attributes,
        host: &Host,
        host_source: &Source,
    ) -> Result<(), Error> {
        for source in attributes.secret_sources() {
            let owner = match source {
                Source::Profile { name, .. } => {
                    self.profiles()?.profile(name).and_then(|values| values.get("host")).cloned()
                }
                Source::Variable(_) => self.variable_of("host").map(str::to_owned),
                Source::Flag(_) | Source::Sandbox => None,
            };
            let Some(owner) = owner.filter(|owner| !owner.is_empty()) else { continue };
            if Host::parse(&owner).as_ref() != Ok(host) {
                return Err(Error::CredentialForeign {
                    source_name: source.to_string(),
                    owner,
                    host: host.to_string(),
                    host_source: host_source.to_string(),
                });
            }
        }
        Ok(())
    }

    fn choose_profile(&self, environment: &Attributes) -> Result<Choice, Error> {
        if let Some(name) = &self.asked().profile {
            return Ok(Choice::Explicit(name.clone()));
        }
        if let Some(name) = self.environment.variable("DATABRICKS_CONFIG_PROFILE") {
            return Ok(Choice::Named(name.to_owned()));
        }
        if environment.has_method() || environment.value("host").is_some() {
            return Ok(Choice::None);
        }
        let profiles = self.profiles()?;
        let name = profiles.default_profile().unwrap_or(DEFAULT);
        // That DEFAULT is absent is no mistake as long as nobody named it.
        if profiles.profile(name).is_none() && profiles.default_profile().is_none() {
            return Err(match &self.asked().host {
                Some(host) => Error::CredentialMissing {
                    place: host.clone(),
                    missing: format!("there is none in {}", searched(profiles)),
                },
                None => Error::HostMissing {
                    looked: format!("the environment or {}", searched(profiles)),
                },
            });
        }
        Ok(Choice::Default(name.to_owned()))
    }

    /// Takes the profile's attributes; the environment fills in only how to sign in, if the profile does not say.
    fn beat_by_profile(&self, name: &str, environment: &Attributes) -> Result<Attributes, Error> {
        let mut attributes = Attributes::default();
        self.fill_from_profile(&mut attributes, name)?;
        if !attributes.has_method() && attributes.value("auth_type").is_none() {
            for attribute in ALL.iter().filter(|attribute| attribute.method.is_some()) {
                if let Some(value) = environment.value(attribute.name) {
                    attributes.fill(attribute, value.secret().expose(), value.source.clone());
                }
            }
        }
        Ok(attributes)
    }

    fn fill_from_profile(&self, attributes: &mut Attributes, name: &str) -> Result<(), Error> {
        let profiles = self.profiles()?;
        let values = profiles.profile(name).ok_or_else(|| Error::ProfileMissing {
            name: name.to_owned(),
            path: profiles.path().to_owned(),
            known: profiles.names(),
        })?;
        for attribute in &ALL {
            if let Some(text) = values.get(attribute.name) {
                let source =
                    Source::Profile { name: name.to_owned(), path: profiles.path().to_owned() };
                attributes.fill(attribute, text, source);
            }
        }
        Ok(())
    }

    fn attributes_of_environment(&self) -> Attributes {
        let mut attributes = Attributes::default();
        for attribute in &ALL {
            if let (Some(name), Some(text)) = (attribute.variable, self.variable_of(attribute.name))
            {
                attributes.fill(attribute, text, Source::Variable(name));
            }
        }
        attributes
    }

    fn variable_of(&self, attribute: &str) -> Option<&str> {
        let attribute: &Attribute = ALL.iter().find(|known| known.name == attribute)?;
        self.environment.variable(attribute.variable?)
    }
}

fn searched(profiles: &Profiles) -> String {
    match profiles.names() {
        names if names.is_empty() => profiles.path().display().to_string(),
        names => format!(
            "{} (profiles: {}; choose with -p)",
            profiles.path().display(),
            names.join(", ")
        ),
    }
}

fn sandbox_connection(host: &str, token: &Secret) -> Result<Connection, Error> {
    let mut attributes = Attributes::default();
    attributes.fill(&ALL[0], host, Source::Sandbox);
    for attribute in ALL.iter().filter(|attribute| attribute.name == "token") {
        attributes.fill(attribute, token.expose(), Source::Sandbox);
    }
    let host = parse_host(host, &Source::Sandbox)?;
    Ok(Connection { profile: None, host, attributes, own_token_id: None, is_sandbox: true })
}

fn parse_host(text: &str, source: &Source) -> Result<Host, Error> {
    Host::parse(text).map_err(|reason| Error::HostInvalid {
        text: without_user(text),
        source_name: source.to_string(),
        reason,
    })
}

/// Hides a user's name and password, which may have been copied along with an address.
fn without_user(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => text.to_owned(),
    }
}
