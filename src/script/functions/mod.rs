//! The functions a script has, a file for each topic; their doc comments are their manual everywhere.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "Rhai's macro takes arguments by value, and its expansion unwraps and names what the glob brings"
)]

mod admin;
mod arrays;
mod commands;
mod environment;
mod errors;
mod files;
mod http;
mod keys;
mod options;
mod output;
mod revoke;
mod rotation;
mod run;
mod scopes;
mod secrets;
mod time;
mod token;
mod tokens;
mod values;
mod workspaces;

use rhai::{Engine, Module};

pub use keys::{find_unknown as find_unknown_key, keys_of, takes_options_at};
pub use rotation::Sink;
pub use secrets::Value as SecretValue;
pub use tokens::Minted;
pub use workspaces::Workspace as OtherWorkspace;

/// A group of functions that are explained together.
pub struct Topic {
    /// Its heading.
    pub title: &'static str,
    /// Builds its functions.
    pub module: fn() -> Module,
}

/// Every topic, in the order in which a newcomer meets them.
pub const TOPICS: &[Topic] = &[
    Topic { title: "Tokens", module: tokens::module },
    Topic { title: "Rotation", module: rotation::module },
    Topic { title: "A token", module: token::module },
    Topic { title: "Administration", module: admin::module },
    Topic { title: "Times and durations", module: time::module },
    Topic { title: "Arrays", module: arrays::module },
    Topic { title: "Options and arguments", module: options::module },
    Topic { title: "Output", module: output::module },
    Topic { title: "The run", module: run::module },
    Topic { title: "Secrets", module: secrets::module },
    Topic { title: "Other workspaces", module: workspaces::module },
    Topic { title: "Databricks' secrets", module: scopes::module },
    Topic { title: "Files", module: files::module },
    Topic { title: "The environment", module: environment::module },
    Topic { title: "Programs", module: commands::module },
    Topic { title: "Other hosts", module: http::module },
    Topic { title: "Errors", module: errors::module },
];

/// Puts the functions into an engine.
pub fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<crate::token::Token>("Token")
        .register_type_with_name::<Minted>("NewToken")
        .register_type_with_name::<crate::clock::Time>("Time")
        .register_type_with_name::<crate::clock::Duration>("Duration")
        .register_type_with_name::<SecretValue>("Secret")
        .register_type_with_name::<rotation::Sink>("Sink")
        .register_type_with_name::<OtherWorkspace>("Workspace")
        .register_type_with_name::<super::failure::Failure>("Error");
    // One module: a call looks into each in turn.
    let mut api = Module::new();
    for topic in TOPICS {
        api.combine((topic.module)());
    }
    engine.register_global_module(api.into());
}
