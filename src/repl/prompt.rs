//! The prompt: where one is, and whether it is for real.

use crate::session::Session;

/// A prompt, plain and in colour.
pub struct Prompt {
    /// Without colours.
    pub plain: String,
    /// With colours; as wide as the plain one.
    pub painted: String,
}

const RED: &str = "\x1b[1;31m";
const GREEN: &str = "\x1b[32m";
const BOLD: &str = "\x1b[1m";
const END: &str = "\x1b[0m";

impl Prompt {
    /// Names the session's workspace by its profile, or by its host if it has none.
    pub fn of(session: &Session) -> Self {
        let name = name(session);
        let mode = if session.gate().is_dry() { " (dry run)" } else { "" };
        let color = match name.as_str() {
            "sandbox" => GREEN,
            name if name.to_ascii_lowercase().contains("prod") => RED,
            _ => BOLD,
        };
        Self {
            plain: format!("{name}{mode} › "), painted: format!("{color}{name}{END}{mode} › ")
        }
    }
}

fn name(session: &Session) -> String {
    if session.settings().asked().sandbox.is_some() {
        return "sandbox".to_owned();
    }
    // What is missing is told by the first input that needs it.
    let Ok(connection) = session.settings().connection() else { return "patroll".to_owned() };
    match (connection.profile_name(), &connection.host) {
        (Some(profile), _) => profile.to_owned(),
        (None, Some(host)) => host.name().to_owned(),
        (None, None) => "patroll".to_owned(),
    }
}
