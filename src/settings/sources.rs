//! Reads attributes out of the environment, a profile, and the address itself.

use super::Settings;
use super::attributes::{ALL, Attribute, Attributes, OIDC_TOKEN, Role};
use super::value::Source;
use crate::error::Error;

/// The variable with a signed token, where nobody names another.
const USUAL_OIDC_VARIABLE: &str = "DATABRICKS_OIDC_TOKEN";

impl Settings {
    /// Returns what the environment says about the run's own workspace.
    pub(super) fn attributes_of_environment(&self) -> Attributes {
        let mut attributes = Attributes::default();
        for attribute in &ALL {
            self.fill_from_environment(&mut attributes, attribute);
        }
        attributes
    }

    /// Fills in what is known of the machine, which is so for every workspace.
    ///
    /// A signed token is read from the variable that the workspace's own attributes name; the usual one only where
    /// `is_usual_meant`.
    pub(super) fn fill_from_machine(&self, attributes: &mut Attributes, is_usual_meant: bool) {
        for attribute in ALL.iter().filter(|attribute| attribute.role == Role::Machine) {
            self.fill_from_environment(attributes, attribute);
        }
        let named = attributes.text("oidc_token_env").map(str::to_owned);
        let usual = is_usual_meant || attributes.text("auth_type") == Some("env-oidc");
        let variable = named.or_else(|| usual.then(|| USUAL_OIDC_VARIABLE.to_owned()));
        if let Some(variable) = variable
            && let Some(text) = self.environment.variable(&variable)
        {
            attributes.fill(&OIDC_TOKEN, text, Source::Variable(variable));
        }
    }

    /// Fills in what the profile `name` says.
    pub(super) fn fill_from_profile(
        &self,
        attributes: &mut Attributes,
        name: &str,
    ) -> Result<(), Error> {
        let profiles = self.profiles()?;
        let values = profiles.profile(name).ok_or_else(|| Error::ProfileMissing {
            name: name.to_owned(),
            path: profiles.path().to_owned(),
            known: profiles.names(),
        })?;
        for attribute in &ALL {
            for key in attribute.keys() {
                if let Some(text) = values.get(key) {
                    let source = Source::Profile {
                        name: name.to_owned(),
                        path: profiles.path().to_owned(),
                        line: profiles.line(name, key),
                    };
                    attributes.fill(attribute, text, source);
                }
            }
        }
        Ok(())
    }

    /// Returns the variable that says `attribute`, and what it says.
    pub(super) fn variable_of(&self, attribute: &Attribute) -> Option<(&'static str, &str)> {
        let mut variables = attribute.variables.iter();
        variables.find_map(|name| Some((*name, self.environment.variable(name)?)))
    }

    fn fill_from_environment(&self, attributes: &mut Attributes, attribute: &Attribute) {
        if let Some((name, text)) = self.variable_of(attribute) {
            attributes.fill(attribute, text, Source::Variable(name.to_owned()));
        }
    }
}

/// Fills in the ids that an address copied from a browser holds: `?o=1234` (as Databricks' Go SDK reads them).
pub(super) fn fill_from_address(attributes: &mut Attributes, address: &str, source: &Source) {
    let Some((_, query)) = address.split_once('?') else { return };
    let query = query.split('#').next().unwrap_or(query);
    let find = |names: &[&str], is_good: fn(&str) -> bool| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(name, value)| names.contains(name) && !value.is_empty() && is_good(value))
            .map(|(_, value)| value.to_owned())
    };
    let is_number = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
    let workspace = find(&["w"], |_| true).or_else(|| find(&["o", "workspace_id"], is_number));
    let account = find(&["a", "account_id"], |_| true);
    for (name, value) in [("workspace_id", workspace), ("account_id", account)] {
        if let (Some(attribute), Some(value)) = (Attribute::find(name), value) {
            attributes.fill(attribute, &value, source.clone());
        }
    }
}
