//! What can be said about a workspace and how to sign in to it: each attribute's name, variables and role.
//!
//! The table is Databricks' own (its Go SDK, config/config.go), with the names its Python SDK has for the same things; the
//! rules of who wins are `connection`'s, and what each way to sign in needs is `auth`'s.

use super::value::{Source, Value};

/// What an attribute is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It says which workspace, or how it is talked to.
    General,
    /// It belongs to a family of ways to sign in; two families at once contradict each other.
    SignIn(&'static str),
    /// It tells of the machine the run is on, whatever the workspace.
    Machine,
}

/// An attribute as the profile file and the SDKs name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its key in a profile.
    pub name: &'static str,
    /// Its other keys.
    pub aliases: &'static [&'static str],
    /// Its environment variables, the first that is set counts.
    pub variables: &'static [&'static str],
    /// What it is part of.
    pub role: Role,
    /// Whether its value is a secret.
    pub is_secret: bool,
}

const fn plain(name: &'static str, variables: &'static [&'static str]) -> Attribute {
    Attribute { name, aliases: &[], variables, role: Role::General, is_secret: false }
}

const fn of(
    family: &'static str,
    name: &'static str,
    variables: &'static [&'static str],
) -> Attribute {
    Attribute { role: Role::SignIn(family), ..plain(name, variables) }
}

const fn machine(name: &'static str, variables: &'static [&'static str]) -> Attribute {
    Attribute { role: Role::Machine, ..plain(name, variables) }
}

const fn secret(attribute: Attribute) -> Attribute {
    Attribute { is_secret: true, ..attribute }
}

const fn also(attribute: Attribute, aliases: &'static [&'static str]) -> Attribute {
    Attribute { aliases, ..attribute }
}

/// The workspace's address.
pub const HOST: Attribute = plain("host", &["DATABRICKS_HOST"]);

/// A token's value.
pub const TOKEN: Attribute = secret(of("pat", "token", &["DATABRICKS_TOKEN"]));

/// The token that somebody else signed for this run; which variable holds it is said by `oidc_token_env`.
pub const OIDC_TOKEN: Attribute = secret(machine("oidc_token", &[]));

/// Returns whether a variable of the environment holds a secret.
pub fn is_secret_variable(name: &str) -> bool {
    ALL.iter().any(|attribute| attribute.is_secret && attribute.variables.contains(&name))
}

/// Every attribute, in the order in which they are described.
#[rustfmt::skip]
pub const ALL: [Attribute; 38] = [
    HOST,
    plain("account_id", &["DATABRICKS_ACCOUNT_ID"]),
    plain("workspace_id", &["DATABRICKS_WORKSPACE_ID"]),
    plain("auth_type", &["DATABRICKS_AUTH_TYPE"]),
    // Ours: the id of the token in `token`, where it cannot be told from the value.
    plain("token_id", &[]),
    TOKEN,
    of("basic", "username", &["DATABRICKS_USERNAME"]),
    secret(of("basic", "password", &["DATABRICKS_PASSWORD"])),
    of("oauth", "client_id", &["DATABRICKS_CLIENT_ID"]),
    secret(of("oauth", "client_secret", &["DATABRICKS_CLIENT_SECRET"])),
    plain("scopes", &[]),
    plain("discovery_url", &["DATABRICKS_DISCOVERY_URL"]),
    plain("databricks_cli_path", &["DATABRICKS_CLI_PATH"]),
    of("azure", "azure_workspace_resource_id", &["DATABRICKS_AZURE_RESOURCE_ID"]),
    of("azure", "azure_client_id", &["ARM_CLIENT_ID"]),
    secret(of("azure", "azure_client_secret", &["ARM_CLIENT_SECRET"])),
    of("azure", "azure_tenant_id", &["ARM_TENANT_ID"]),
    of("azure", "azure_use_msi", &["ARM_USE_MSI"]),
    plain("azure_environment", &["ARM_ENVIRONMENT"]),
    of("google", "google_service_account", &["DATABRICKS_GOOGLE_SERVICE_ACCOUNT"]),
    secret(of("google", "google_credentials", &["GOOGLE_CREDENTIALS"])),
    of("metadata-service", "metadata_service_url", &["DATABRICKS_METADATA_SERVICE_URL"]),
    also(plain("audience", &["DATABRICKS_TOKEN_AUDIENCE"]), &["token_audience"]),
    plain("oidc_token_env", &["DATABRICKS_OIDC_TOKEN_ENV"]),
    OIDC_TOKEN,
    also(
        plain("databricks_id_token_filepath", &["DATABRICKS_OIDC_TOKEN_FILEPATH", "DATABRICKS_OIDC_TOKEN_FILE"]),
        &["oidc_token_filepath"],
    ),
    machine("actions_id_token_request_url", &["ACTIONS_ID_TOKEN_REQUEST_URL"]),
    secret(machine("actions_id_token_request_token", &["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])),
    secret(machine("system_accesstoken", &["SYSTEM_ACCESSTOKEN"])),
    machine("system_teamfoundationcollectionuri", &["SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"]),
    machine("system_teamprojectid", &["SYSTEM_TEAMPROJECTID"]),
    machine("system_hosttype", &["SYSTEM_HOSTTYPE"]),
    machine("system_planid", &["SYSTEM_PLANID"]),
    machine("system_jobid", &["SYSTEM_JOBID"]),
    also(plain("skip_verify", &["DATABRICKS_INSECURE"]), &["insecure"]),
    plain("ca_file", &[]),
    plain("client_cert", &[]),
    plain("client_key", &[]),
];

impl Attribute {
    /// Returns the attribute of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|known| known.name == name)
    }

    /// Returns whether it says how one signs in, so that another way to sign in takes its place.
    pub fn is_of_sign_in(&self) -> bool {
        matches!(self.role, Role::SignIn(_)) || ["auth_type", "token_id"].contains(&self.name)
    }

    /// Returns the keys it can have in a profile.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        let name = Some(self.name).filter(|_| self.role != Role::Machine);
        name.into_iter().chain(self.aliases.iter().copied())
    }
}

/// Returns every key of a profile that says how one signs in.
pub fn sign_in_keys() -> impl Iterator<Item = &'static str> {
    ALL.iter().filter(|attribute| attribute.is_of_sign_in()).flat_map(Attribute::keys)
}

/// The attributes that were given.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Vec<(Attribute, Value)>);

impl Attributes {
    /// Returns an attribute's value.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(attribute, _)| attribute.name == name).map(|(_, value)| value)
    }

    /// Returns the text of an attribute that is no secret.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).map(Value::text)
    }

    /// Sets `attribute`, unless it has a value already.
    pub fn fill(&mut self, attribute: &Attribute, text: &str, source: Source) {
        if !text.is_empty() && self.value(attribute.name).is_none() {
            self.0.push((*attribute, Value::new(attribute, text, source)));
        }
    }

    /// Takes out what is said of one workspace alone.
    pub fn forget(&mut self, names: &[&str]) {
        self.0.retain(|(attribute, _)| !names.contains(&attribute.name));
    }

    /// Fills in from `others` what `is_wanted`.
    pub fn fill_from(&mut self, others: &Self, is_wanted: impl Fn(&Attribute) -> bool) {
        for (attribute, value) in others.0.iter().filter(|(attribute, _)| is_wanted(attribute)) {
            self.fill(attribute, value.secret().expose(), value.source.clone());
        }
    }

    /// Returns everything that was given, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Attribute, &Value)> {
        ALL.iter().filter_map(|attribute| Some((attribute, self.value(attribute.name)?)))
    }

    /// Returns the families of ways to sign in that something was given for, with what was given first.
    pub fn families(&self) -> Vec<(&'static str, &'static str, &Source)> {
        let mut families: Vec<(&'static str, &'static str, &Source)> = Vec::new();
        for (attribute, value) in self.iter() {
            if let Role::SignIn(family) = attribute.role
                && !families.iter().any(|(known, ..)| *known == family)
            {
                families.push((family, attribute.name, &value.source));
            }
        }
        families
    }

    /// Returns whether anything to sign in with was given.
    pub fn has_sign_in(&self) -> bool {
        !self.families().is_empty()
    }

    /// Returns whether something was given for the way to sign in that `attribute` belongs to.
    pub fn has_family_of(&self, attribute: &Attribute) -> bool {
        let family = |known: &(Attribute, Value)| known.0.role == attribute.role;
        matches!(attribute.role, Role::SignIn(_)) && self.0.iter().any(family)
    }

    /// Returns the source of every secret that belongs to a workspace.
    pub fn secret_sources(&self) -> impl Iterator<Item = &Source> {
        let secrets = self.0.iter().filter(|(known, _)| known.is_secret);
        secrets.filter(|(known, _)| known.role != Role::Machine).map(|(_, value)| &value.source)
    }
}
