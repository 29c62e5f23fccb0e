//! patroll: Databricks' personal access tokens by hand, by script and by cron, without a job ever holding a dead one.
//!
//! The modules below are in one total order, and a module names only those after it; `tests/layers.rs` holds that, and
//! which module alone may name which crate. `run` is the whole program.

// What people type and what is done about it.
mod commands;
mod repl;
mod cli;
// The language, and a workspace to try it on.
mod script;
pub mod sandbox;
// One run, and what it talks to.
mod rotation;
mod plan;
mod metrics;
mod session;
mod workspace;
mod api;
mod auth;
mod wire;
// What a run is told.
mod settings;
mod profile;
// What changes the world, and what decides about it.
mod files;
mod process;
mod gate;
// What everybody needs.
mod output;
mod token;
mod clock;
mod state;
mod durable;
mod folder;
mod host;
mod stop;
mod error;
mod secret;
mod memory;

use std::ffi::OsString;
use std::sync::Arc;

use cli::Typed;
use error::Error;
use output::{Format, LogFormat, Manner, Output};
use settings::{Environment, Settings};
use stop::Stop;

/// Runs the program with these words, its name first; returns the exit code.
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let typed = match cli::parse(words) {
        Ok(typed) => typed,
        Err(unparsed) => {
            let Some(error) = unparsed.to_tell() else { return unparsed.print() };
            Output::new(plain(LogFormat::Json), Arc::default()).error(&error);
            return error.exit_code();
        }
    };
    let stop = Arc::new(Stop::default());
    let environment = Environment::snapshot();
    let (manner, result) = match Settings::new(typed.asked.clone(), environment.clone()).manner() {
        Ok(manner) => (manner, Ok(())),
        Err(error) => (plain(typed.asked.log_format), Err(error)),
    };
    let output = Arc::new(Output::new(manner, Arc::clone(&stop)));
    let result = result.and_then(|()| work(typed, environment, &output, &stop));
    match result {
        Ok(code) => code,
        Err(error) => {
            if error.is_worth_telling() {
                output.error(&error);
            }
            error.exit_code()
        }
    }
}

/// Returns how things are said where the settings do not tell.
fn plain(log: LogFormat) -> Manner {
    Manner { format: Format::Auto, color: None, quiet: false, debug: false, log }
}

fn work(
    typed: Typed,
    environment: Environment,
    output: &Arc<Output>,
    stop: &Arc<Stop>,
) -> Result<u8, Error> {
    process::watch(stop)?;
    commands::execute(typed, environment, Arc::clone(output), Arc::clone(stop))
}
