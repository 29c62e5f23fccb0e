//! The figures of a run for Prometheus: a file for the textfile collector of its node exporter.
//!
//! The file is replaced as a whole. Of the last success of a run that failed, and of those that were not made this time, it
//! keeps what it said before.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::api::{Stock, tokens};
use crate::clock::Time;
use crate::durable;
use crate::error::{Error, exit, reason};
use crate::files;
use crate::gate::{Changes, Place};
use crate::session::Session;

/// The metric that outlives a run that fails.
const LAST_SUCCESS: &str = "patroll_last_success_timestamp_seconds";

/// What the metrics are called, and what they mean.
const METRICS: [(&str, &str); 8] = [
    ("patroll_tokens", "Tokens by state, as last listed."),
    ("patroll_soonest_expiry_timestamp_seconds", "When the first valid token expires."),
    ("patroll_created_tokens", "Tokens that the last run created."),
    ("patroll_revoked_tokens", "Tokens that the last run revoked."),
    ("patroll_failed_changes", "Changes of the last run that were refused, failed or are unknown."),
    ("patroll_exit_code", "The exit code of the last run."),
    ("patroll_last_run_timestamp_seconds", "When the last run ended."),
    (LAST_SUCCESS, "When a run last ended well: with 0, or with a code of its script's own."),
];

/// Who reads it is not its owner.
const MODE: u32 = 0o644;

/// What the runs of a command come to, and the file for it.
pub struct Metrics {
    path: PathBuf,
    script: String,
    runs: Mutex<Vec<Figures>>,
}

/// What came of a run on one workspace.
struct Figures {
    place: Place,
    script: String,
    stock: Option<Stock>,
    changes: Changes,
    exit_code: u8,
    time: Time,
}

impl Figures {
    /// Takes the figures of a run that has ended; lists the tokens once more if that can be done.
    fn of(session: &Session, script: &str, result: &Result<(), Error>) -> Self {
        let exit_code = result.as_ref().err().map_or(exit::DONE, Error::exit_code);
        let workspace = session.workspace().ok();
        let asked = || session.settings().asked().profile.clone();
        let place = workspace.map_or_else(
            || Place { profile: asked(), ..Place::default() },
            |workspace| workspace.place().clone(),
        );
        let stock = workspace.and_then(|workspace| {
            // What is not known anew is told as it was last seen.
            if !matches!(exit_code, exit::CREDENTIAL | exit::UNREACHABLE) {
                let _ = tokens::list(workspace.client());
            }
            workspace.client().stock()
        });
        Self {
            place,
            script: script.to_owned(),
            stock,
            changes: session.gate().changes(),
            exit_code,
            time: Time::now(),
        }
    }

    fn labels(&self) -> String {
        let profile = escape(self.place.profile.as_deref().unwrap_or_default());
        let (host, script) = (escape(&self.place.host), escape(&self.script));
        format!("profile=\"{profile}\",host=\"{host}\",script=\"{script}\"")
    }

    /// Returns the samples in the order of the metrics.
    fn samples(&self) -> Vec<(usize, String)> {
        let labels = self.labels();
        let sample = |at: usize, more: &str, value: String| {
            (at, format!("{}{{{labels}{more}}} {value}", METRICS[at].0))
        };
        let mut samples = Vec::new();
        if let Some(stock) = self.stock {
            let states =
                [("valid", stock.valid), ("endless", stock.endless), ("expired", stock.expired)];
            for (state, count) in states {
                samples.push(sample(0, &format!(",state=\"{state}\""), count.to_string()));
            }
            samples.extend(stock.soonest.map(|soonest| sample(1, "", seconds(soonest))));
        }
        samples.push(sample(2, "", self.changes.created.to_string()));
        samples.push(sample(3, "", self.changes.revoked.to_string()));
        samples.push(sample(4, "", self.changes.failed.to_string()));
        samples.push(sample(5, "", self.exit_code.to_string()));
        samples.push(sample(6, "", seconds(self.time)));
        if self.exit_code == exit::DONE || (10..64).contains(&self.exit_code) {
            samples.push(sample(7, "", seconds(self.time)));
        }
        samples
    }
}

/// Fails for what no file of figures may take the place of: a folder, a device.
pub fn check(path: &Path) -> Result<(), Error> {
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        let reason = if path.is_dir() { "it is a folder" } else { "it is no plain file" };
        return Err(Error::Metrics { path: path.to_owned(), reason: reason.to_owned() });
    }
    Ok(())
}

impl Metrics {
    /// Fails if the file could not be written: better now than after the run.
    pub fn new(path: &Path, script: &str) -> Result<Self, Error> {
        check(path)?;
        durable::check_room(path).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), script: script.to_owned(), runs: Mutex::default() })
    }

    /// Takes the figures of a run on one workspace.
    pub fn observe(&self, session: &Session, result: &Result<(), Error>) {
        let figures = Figures::of(session, &self.script, result);
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).push(figures);
    }

    /// Writes the file.
    pub fn write(&self) -> Result<(), Error> {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut samples: Vec<_> = runs.iter().flat_map(Figures::samples).collect();
        drop(runs);
        let before = files::read_small(&self.path).ok();
        let before = before.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        for line in before.lines().filter(|line| line.starts_with(LAST_SUCCESS)) {
            let name = |line: &str| line.rsplit_once("} ").map(|(name, _)| name.to_owned());
            if name(line).is_some() && samples.iter().all(|(_, known)| name(known) != name(line)) {
                samples.push((METRICS.len() - 1, line.to_owned()));
            }
        }
        let mut text = String::new();
        for (at, (name, help)) in METRICS.iter().enumerate() {
            let lines: Vec<_> = samples.iter().filter(|(metric, _)| *metric == at).collect();
            if !lines.is_empty() {
                // Writing to a String cannot fail.
                let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n");
                text.extend(lines.iter().flat_map(|(_, line)| [line.as_str(), "\n"]));
            }
        }
        durable::replace(&self.path, text.as_bytes(), MODE)
            .map_err(|error| failed(&self.path, &error))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::Metrics { path: path.to_owned(), reason: reason(error) }
}

fn seconds(time: Time) -> String {
    time.whole_second().ms().div_euclid(1000).to_string()
}

/// Writes a label's value as Prometheus reads it.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
