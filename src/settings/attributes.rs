//! What can be said about a workspace and how to sign in to it: each attribute's name, variable and way to sign in.
//!
//! The table is Databricks' own (its Go SDK, config/config.go); the rules of who wins are `connection`'s.

use std::fmt;
use std::path::PathBuf;

use crate::secret::Secret;

/// An attribute as the profile file and the SDKs name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its key in a profile.
    pub name: &'static str,
    /// Its environment variable.
    pub variable: Option<&'static str>,
    /// The way to sign in that it belongs to, if it does.
    pub method: Option<&'static str>,
    /// Whether its value is a secret.
    pub is_secret: bool,
}

const fn plain(name: &'static str, variable: Option<&'static str>) -> Attribute {
    Attribute { name, variable, method: None, is_secret: false }
}

const fn of(name: &'static str, variable: &'static str, method: &'static str) -> Attribute {
    Attribute { name, variable: Some(variable), method: Some(method), is_secret: false }
}

const fn secret(name: &'static str, variable: &'static str, method: &'static str) -> Attribute {
    Attribute { is_secret: true, ..of(name, variable, method) }
}

/// Every attribute that this version reads, in the order in which they are described.
pub const ALL: [Attribute; 11] = [
    plain("host", Some("DATABRICKS_HOST")),
    plain("account_id", Some("DATABRICKS_ACCOUNT_ID")),
    plain("workspace_id", Some("DATABRICKS_WORKSPACE_ID")),
    plain("auth_type", Some("DATABRICKS_AUTH_TYPE")),
    // Ours: the id of the token in `token`, where it cannot be told from the value.
    plain("token_id", None),
    secret("token", "DATABRICKS_TOKEN", "pat"),
    of("username", "DATABRICKS_USERNAME", "basic"),
    secret("password", "DATABRICKS_PASSWORD", "basic"),
    of("client_id", "DATABRICKS_CLIENT_ID", "oauth-m2m"),
    secret("client_secret", "DATABRICKS_CLIENT_SECRET", "oauth-m2m"),
    secret("azure_client_secret", "ARM_CLIENT_SECRET", "azure-client-secret"),
];

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag on the command line.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A profile in a file.
    Profile { name: String, path: PathBuf },
    /// The sandbox of this run.
    Sandbox,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => formatter.write_str(flag),
            Self::Variable(name) => formatter.write_str(name),
            Self::Profile { name, path } => {
                write!(formatter, "profile {name} in {}", path.display())
            }
            Self::Sandbox => formatter.write_str("the sandbox"),
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

    /// Returns the value in custody.
    pub fn secret(&self) -> &Secret {
        &self.text
    }
}

/// The attributes that were given.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Vec<(Attribute, Value)>);

impl Attributes {
    /// Returns an attribute's value.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(attribute, _)| attribute.name == name).map(|(_, value)| value)
    }

    /// Sets `attribute`, unless it has a value already.
    pub fn fill(&mut self, attribute: &Attribute, text: &str, source: Source) {
        if !text.is_empty() && self.value(attribute.name).is_none() {
            self.0.push((*attribute, Value::new(attribute, text, source)));
        }
    }

    /// Returns the ways to sign in that something was given for, in the table's order, with where the first came from.
    pub fn methods(&self) -> Vec<(&'static str, &Source)> {
        let mut methods: Vec<(&'static str, &Source)> = Vec::new();
        for attribute in &ALL {
            if let (Some(method), Some(value)) = (attribute.method, self.value(attribute.name))
                && !methods.iter().any(|(known, _)| *known == method)
            {
                methods.push((method, &value.source));
            }
        }
        methods
    }

    /// Returns whether anything to sign in with was given.
    pub fn has_method(&self) -> bool {
        !self.methods().is_empty()
    }

    /// Returns every secret's source.
    pub fn secret_sources(&self) -> impl Iterator<Item = &Source> {
        self.0.iter().filter(|(attribute, _)| attribute.is_secret).map(|(_, value)| &value.source)
    }
}
