//! `patroll sandbox [OPTIONS] [-- COMMAND…]`: serves the local workspace, alone or around a command.

use crate::cli;
use crate::clock::{Duration, Time};
use crate::error::{Error, exit};
use crate::output::Output;
use crate::process;
use crate::sandbox::{Address, Fault, Options, Sandbox, StartError};
use crate::stop::Stop;

/// Serves until Ctrl-C, or until the command ends, whose exit code it returns.
pub fn execute(typed: cli::Sandbox, output: &Output, stop: &Stop) -> Result<u8, Error> {
    let command = typed.command.clone();
    let sandbox = Sandbox::start(options(typed)?).map_err(|error| explain(&error))?;
    let Some(address) = sandbox.workspaces().first() else { return Ok(exit::DONE) };
    if command.is_empty() {
        announce(sandbox.workspaces(), output)?;
        // Ctrl-C is how one leaves, so it is no failure.
        while stop.sleep(Duration::from_hours(1).to_std()).is_ok() {}
        return Ok(exit::DONE);
    }
    let variables =
        [("DATABRICKS_HOST", address.host.as_str()), ("DATABRICKS_TOKEN", address.token.as_str())];
    process::run_with_variables(&command, &variables)
}

/// Tells what was wrongly asked for from what went wrong.
fn explain(error: &StartError) -> Error {
    match error {
        StartError::TooManyTokens(_) | StartError::Workspaces(_) | StartError::NoSuchPort(_) => {
            Error::Usage { problem: error.to_string(), hint: None }
        }
        StartError::Listen(..) | StartError::State(..) | StartError::NotAState(..) => {
            Error::Sandbox { reason: error.to_string() }
        }
    }
}

fn options(typed: cli::Sandbox) -> Result<Options, Error> {
    let usual = Options::default();
    let faults = typed.faults.iter().map(|text| {
        text.parse::<Fault>().map_err(|error| Error::Usage {
            problem: format!("--fault {text}: {error}"),
            hint: None,
        })
    });
    Ok(Options {
        port: typed.port,
        tokens: typed.tokens,
        workspaces: typed.workspaces,
        state: typed.state,
        latency: typed.latency.map_or(usual.latency, Duration::to_std),
        seed: typed.seed,
        now: typed.now.map(Time::ms),
        random_ids: typed.random_ids,
        expired_linger: typed.expired_linger.map_or(usual.expired_linger, Duration::to_std),
        faults: faults.collect::<Result<_, _>>()?,
        ..usual
    })
}

/// Prints where the workspaces are and what to paste; a shell can read it all.
fn announce(workspaces: &[Address], output: &Output) -> Result<(), Error> {
    output.note("a local workspace to try things on; not a real one. Ctrl-C ends it");
    for address in workspaces {
        output.reveal(&format!("# host {}, token {}", address.host, address.token))?;
    }
    if let Some(address) = workspaces.first() {
        output.reveal(&format!("export DATABRICKS_HOST={}", address.host))?;
        output.reveal(&format!("export DATABRICKS_TOKEN={}", address.token))?;
    }
    Ok(())
}
