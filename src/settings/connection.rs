//! Who wins: which host and which credential a workspace is reached with, from flags, variables and the profile file.
//!
//! The rules are those of Databricks' SDKs and CLI, and one of our own: a secret goes only to the host that it was given
//! with. Flags and environment apply to the run's own workspace; any other profile is read from the file alone. Nothing is
//! sent here.

use super::Settings;
use super::attributes::{Attribute, Attributes, HOST, Role, TOKEN};
use super::fleet::{Way, refuse_bound};
use super::sources::fill_from_address;
use super::value::Source;
use crate::error::Error;
use crate::host::Host;
use crate::profile::{DEFAULT, Profiles};
use crate::secret::Secret;

/// How a workspace is reached.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The profile it was found under, and who said so.
    pub profile: Option<(String, Source)>,
    /// The workspace's address; none where only its Azure resource is known.
    pub host: Option<Host>,
    /// Everything that was given about it.
    pub attributes: Attributes,
    /// The id of the token signed in with, where somebody said it.
    pub own_token_id: Option<String>,
}

/// What decides which profile is read.
enum Choice {
    /// It was named on the command line: it beats the environment.
    Explicit(String),
    /// It was named in the environment, or nobody named one: the environment's attributes beat it.
    Implicit(String, Source),
    /// The environment or the command line says it all.
    None,
}

impl Connection {
    /// Returns the profile's name.
    pub fn profile_name(&self) -> Option<&str> {
        self.profile.as_ref().map(|(name, _)| name.as_str())
    }

    /// Returns the way to the same workspace with this token in the place of everything else to sign in with.
    #[must_use]
    pub fn signed_by(&self, token: &Secret) -> Self {
        let mut attributes = Attributes::default();
        attributes.fill_from(&self.attributes, |attribute| {
            attribute.role == Role::General && !["auth_type", "token_id"].contains(&attribute.name)
        });
        attributes.fill(&TOKEN, token.expose(), Source::Usual);
        Self { attributes, own_token_id: None, ..self.clone() }
    }

    /// Returns where the token comes from that is signed in with, if it is one.
    pub fn token_source(&self) -> Option<&Source> {
        self.attributes.value(TOKEN.name).map(|value| &value.source)
    }

    /// Returns the workspace as errors name it.
    pub fn place(&self) -> String {
        let host = self.host.as_ref().map_or_else(|| "no host".to_owned(), Host::to_string);
        match self.profile_name() {
            Some(profile) => format!("{host} (profile {profile})"),
            None => host,
        }
    }
}

/// Returns a secret of a profile as the file has it now, for another run may have changed it.
pub fn read_again(attribute: &str, source: &Source) -> Option<Secret> {
    let Source::Profile { name, path, .. } = source else { return None };
    let text = Profiles::read(path).ok()?.profile(name)?.get(attribute)?.clone();
    Some(Secret::new(text))
}

impl Settings {
    /// Resolves the run's own workspace.
    pub fn connection(&self) -> Result<Connection, Error> {
        if let Some(sandbox) = &self.asked().sandbox {
            let mut connection = sandbox_connection(&sandbox.host, &sandbox.token)?;
            let name = self.asked().profile.clone().filter(|_| self.member.is_some());
            connection.profile = name.map(|name| (name, Source::Sandbox));
            return Ok(connection);
        }
        if let (Some(Way::Profile), Some(name)) = (&self.member, &self.asked().profile) {
            return self.connection_of(name);
        }
        let environment = self.attributes_of_environment();
        let (mut attributes, profile) = match self.choose_profile(&environment)? {
            Choice::None => (environment, None),
            Choice::Explicit(name) => (
                self.beat_by_profile(&name, &environment)?,
                Some((name, Source::Flag("--profile"))),
            ),
            Choice::Implicit(name, source) => {
                let mut attributes = environment;
                self.fill_from_profile(&mut attributes, &name)?;
                (attributes, Some((name, source)))
            }
        };
        self.fill_from_machine(&mut attributes, true);
        let looked = match &profile {
            Some((name, _)) => format!("profile {name} in {}", self.config_file().display()),
            None => "the environment".to_owned(),
        };
        let flag = if self.is_shared() { "--workspaces" } else { "--host" };
        let flag = self.asked().host.as_deref().map(|text| (text, Source::Flag(flag)));
        let mut connection = self.finish(attributes, flag, looked)?;
        connection.profile = profile;
        if let Some(token_id) = &self.asked().own_token_id {
            connection.own_token_id = Some(token_id.clone());
        }
        Ok(connection)
    }

    /// Returns whether the credential is meant for several hosts, which somebody has named.
    fn is_shared(&self) -> bool {
        matches!(self.member, Some(Way::Host(_)))
    }

    /// Resolves another workspace, from its profile alone; in a sandbox run every profile leads there.
    pub fn connection_of(&self, profile: &str) -> Result<Connection, Error> {
        if let Some(sandbox) = &self.asked().sandbox {
            return sandbox_connection(&sandbox.host, &sandbox.token);
        }
        let mut attributes = Attributes::default();
        self.fill_from_profile(&mut attributes, profile)?;
        self.fill_from_machine(&mut attributes, false);
        let path = self.config_file();
        let looked = format!("profile {profile} in {}", path.display());
        let mut connection = self.finish(attributes, None, looked)?;
        let source = Source::Profile { name: profile.to_owned(), path, line: None };
        connection.profile = Some((profile.to_owned(), source));
        Ok(connection)
    }

    /// Resolves a workspace that somebody is just telling of, as it will be once that stands in `profile`.
    pub fn connection_from(
        &self,
        profile: &str,
        given: &[(&str, &Secret)],
    ) -> Result<Connection, Error> {
        let mut attributes = Attributes::default();
        for (name, text) in given {
            if let Some(attribute) = Attribute::find(name) {
                attributes.fill(attribute, text.expose(), Source::Usual);
            }
        }
        if self.profiles()?.profile(profile).is_some() {
            let mut before = Attributes::default();
            self.fill_from_profile(&mut before, profile)?;
            attributes.fill_from(&before, |attribute| !attribute.is_of_sign_in());
        }
        self.finish(attributes, None, "what was typed".to_owned())
    }

    /// Puts the host in its place and sees that no secret goes where it does not belong.
    fn finish(
        &self,
        mut attributes: Attributes,
        flag: Option<(&str, Source)>,
        looked: String,
    ) -> Result<Connection, Error> {
        let given =
            attributes.value("host").map(|value| (value.text().to_owned(), value.source.clone()));
        let address = flag.map(|(text, source)| (text.to_owned(), source)).or(given);
        let host = match &address {
            Some((text, source)) => {
                let host = parse_host(text, source)?;
                if self.is_shared() {
                    refuse_bound(&attributes)?;
                    attributes.forget(&["workspace_id", "azure_workspace_resource_id", "host"]);
                } else {
                    self.forbid_foreign_secrets(&attributes, &host, source)?;
                }
                fill_from_address(&mut attributes, text, source);
                attributes.fill(&HOST, text, source.clone());
                Some(host)
            }
            None if attributes.value("azure_workspace_resource_id").is_some() => None,
            None => return Err(Error::HostMissing { looked }),
        };
        let own_token_id = attributes.text("token_id").map(str::to_owned);
        Ok(Connection { profile: None, host, attributes, own_token_id })
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
                Source::Variable(_) => self.variable_of(&HOST).map(|(_, text)| text.to_owned()),
                Source::Flag(_) | Source::Sandbox | Source::Usual => None,
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
        let variable = "DATABRICKS_CONFIG_PROFILE";
        if let Some(name) = self.environment.variable(variable) {
            return Ok(Choice::Implicit(name.to_owned(), Source::Variable(variable.to_owned())));
        }
        let is_host_said = ["host", "azure_workspace_resource_id"]
            .iter()
            .any(|name| environment.value(name).is_some());
        if is_host_said || self.asked().host.is_some() && environment.has_sign_in() {
            return Ok(Choice::None);
        }
        let profiles = self.profiles()?;
        let name = profiles.default_profile().unwrap_or(DEFAULT);
        // That DEFAULT is absent is no mistake as long as nobody named it.
        if profiles.profile(name).is_none() && profiles.default_profile().is_none() {
            return match &self.asked().host {
                Some(_) => Ok(Choice::None),
                None => Err(Error::HostMissing {
                    looked: format!("the environment or {}", searched(profiles)),
                }),
            };
        }
        Ok(Choice::Implicit(name.to_owned(), Source::Usual))
    }

    /// Takes the profile's attributes; the environment fills in how to sign in where the profile does not say, and the
    /// secret where the profile says all but that.
    fn beat_by_profile(&self, name: &str, environment: &Attributes) -> Result<Attributes, Error> {
        let mut attributes = Attributes::default();
        self.fill_from_profile(&mut attributes, name)?;
        let profile = attributes.clone();
        let is_silent = !profile.has_sign_in() && profile.value("auth_type").is_none();
        attributes.fill_from(environment, |attribute| match attribute.role {
            Role::SignIn(_) => is_silent || attribute.is_secret && profile.has_family_of(attribute),
            _ => is_silent && attribute.name == "auth_type",
        });
        Ok(attributes)
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
    attributes.fill(&HOST, host, Source::Sandbox);
    attributes.fill(&TOKEN, token.expose(), Source::Sandbox);
    let host = Some(parse_host(host, &Source::Sandbox)?);
    Ok(Connection { profile: None, host, attributes, own_token_id: None })
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
