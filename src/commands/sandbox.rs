//! `patroll sandbox [OPTIONS] [-- COMMAND…]`: serves the local workspace, alone or around a command.

use std::ffi::OsStr;
use std::io::Write;

use tempfile::NamedTempFile;

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
    let mut variables = vec![
        ("DATABRICKS_HOST", address.host.as_str()),
        ("DATABRICKS_TOKEN", address.token.as_str()),
    ];
    if sandbox.workspaces().len() < 2 {
        return process::run_with_variables(&command, &variables);
    }
    let file = profile_file(sandbox.workspaces())
        .map_err(|error| Error::io("write", "the sandbox's profile file", &error))?;
    let path = file.path().to_string_lossy();
    variables.push(("DATABRICKS_CONFIG_FILE", &path));
    process::run_with_variables(&command, &variables)
}

/// Writes a profile for each workspace, to be had by `--all-profiles` until the sandbox ends.
fn profile_file(workspaces: &[Address]) -> std::io::Result<NamedTempFile> {
    let mut file = NamedTempFile::with_prefix("patroll-sandbox-")?;
    let digits = workspaces.len().to_string().len();
    for (address, number) in workspaces.iter().zip(1..) {
        let Address { host, token, .. } = address;
        write!(file, "[sandbox-{number:0digits$}]\nhost = {host}\ntoken = {token}\n\n")?;
    }
    file.flush()?;
    Ok(file)
}

/// Tells what was wrongly asked for from what went wrong.
fn explain(error: &StartError) -> Error {
    match error {
        StartError::TooManyTokens(_)
        | StartError::Workspaces(_)
        | StartError::NoRequests
        | StartError::NoSuchPort(_) => Error::Usage { problem: error.to_string(), hint: None },
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
        workspaces: typed.workspaces.map_or(Ok(1), |text| count(&text))?,
        state: typed.state,
        latency: typed.latency.map_or(usual.latency, Duration::to_std),
        rate_limit: typed.rate_limit,
        seed: typed.seed,
        now: typed.now.map(Time::ms),
        random_ids: typed.random_ids,
        expired_linger: typed.expired_linger.map_or(usual.expired_linger, Duration::to_std),
        faults: faults.collect::<Result<_, _>>()?,
        ..usual
    })
}

/// Reads how many workspaces there are to be: elsewhere the same flag names a file.
fn count(text: &OsStr) -> Result<usize, Error> {
    let text = text.to_string_lossy();
    text.parse().map_err(|_| Error::Usage {
        problem: format!("--workspaces {text}: a sandbox wants their number"),
        hint: None,
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
