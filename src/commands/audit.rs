//! `patroll audit`: the audit log, read.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use crate::cli;
use crate::clock::Time;
use crate::error::Error;
use crate::gate::files_of;
use crate::output::{Format, Output, Table, csv, indent};
use crate::settings::{Asked, Environment, Settings};

/// How much of an id people get to see.
const SHORT_ID: usize = 12;

/// What is read of a line, in the order of the columns.
const COLUMNS: [&str; 7] =
    ["time", "workspace", "effect", "what", "comment", "outcome", "asked by"];

/// The fields that tell what an effect was done to, the first that is there.
const OBJECTS: [&str; 5] = ["token_id", "path", "command", "to", "key"];

/// Shows the lines that are asked for, the oldest first.
pub fn execute(
    which: &cli::Audit,
    asked: Asked,
    environment: Environment,
    output: &Output,
) -> Result<(), Error> {
    let stray = [(asked.is_sandbox, "--sandbox"), (asked.dry_run, "--dry-run")];
    if let Some((_, flag)) = stray.iter().find(|(is_given, _)| *is_given) {
        let problem = format!("{flag} means nothing to `audit`, which only reads");
        return Err(Error::Usage { problem, hint: None });
    }
    let is_named = asked.audit_log.is_some();
    let settings = Settings::new(asked, environment);
    let filter = Filter::new(which, settings.asked().profile.clone())?;
    let Some(path) = settings.audit_log().path() else {
        let hint = Some("name a file, or leave it out for the usual one".to_owned());
        return Err(Error::Usage { problem: "`-` cannot be read as a log".to_owned(), hint });
    };
    let failed = |error: std::io::Error| Error::io("read", path.display(), &error);
    let files = files_of(&path).map_err(failed)?;
    if files.is_empty() && is_named {
        File::open(&path).map_err(failed)?;
    }
    let mut lines = Vec::new();
    for file in files {
        let strange = read(&file, &filter, &mut lines)?;
        if strange > 0 {
            let lines = if strange == 1 { "line is" } else { "lines are" };
            output.warn(&format!("{strange} {lines} none of an audit log in {}", file.display()));
        }
    }
    show(&lines, output)
}

fn show(lines: &[(String, Value)], output: &Output) -> Result<(), Error> {
    match output.format() {
        Format::Json => {
            let lines: Vec<_> = lines.iter().map(|(line, _)| line.as_str()).collect();
            output.line(&indent(&format!("[{}]", lines.join(","))))
        }
        Format::Csv => output.line(&csv(&table(lines, usize::MAX))),
        Format::Auto | Format::Table if lines.is_empty() => {
            output.note("the audit log has no such line");
            Ok(())
        }
        Format::Auto | Format::Table => output.line(&table(lines, SHORT_ID).draw(output.width())),
    }
}

/// Which lines are shown.
struct Filter {
    since: Option<Time>,
    until: Option<Time>,
    profile: Option<String>,
    effect: Option<String>,
}

impl Filter {
    fn new(which: &cli::Audit, profile: Option<String>) -> Result<Self, Error> {
        let now = Time::now();
        let since = which.since.map(|moment| moment.before(now));
        let until = which.until.map(|moment| moment.before(now));
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            let problem = format!("--since {since} is not before --until {until}");
            return Err(Error::Usage { problem, hint: None });
        }
        Ok(Self { since, until, profile, effect: which.effect.clone() })
    }

    fn keeps(&self, line: &Value, time: Time) -> bool {
        let is = |name: &str, wanted: &Option<String>| {
            wanted.as_deref().is_none_or(|wanted| text(line, name) == wanted)
        };
        self.since.is_none_or(|since| time >= since)
            && self.until.is_none_or(|until| time < until)
            && is("profile", &self.profile)
            && is("effect", &self.effect)
    }
}

/// Collects the lines of a file that the filter keeps; returns how many lines are none of an audit log.
fn read(path: &Path, filter: &Filter, lines: &mut Vec<(String, Value)>) -> Result<usize, Error> {
    let failed = |error: std::io::Error| Error::io("read", path.display(), &error);
    let mut strange = 0;
    for line in BufReader::new(File::open(path).map_err(failed)?).split(b'\n') {
        let line = String::from_utf8_lossy(&line.map_err(failed)?).into_owned();
        let parsed = serde_json::from_str::<Value>(&line).ok();
        let time = parsed.as_ref().and_then(|line| Time::parse(text(line, "time")).ok());
        match (parsed, time) {
            (Some(parsed), Some(time)) if !text(&parsed, "effect").is_empty() => {
                if filter.keeps(&parsed, time) {
                    lines.push((line, parsed));
                }
            }
            _ => strange += 1,
        }
    }
    Ok(strange)
}

fn table(lines: &[(String, Value)], id_length: usize) -> Table {
    let mut table = Table::new(COLUMNS);
    for (_, line) in lines {
        let what = OBJECTS.into_iter().find(|name| !text(line, name).is_empty());
        let what = match what {
            Some("token_id") => text(line, "token_id").chars().take(id_length).collect(),
            Some("key") => format!("{}/{}", text(line, "scope"), text(line, "key")),
            Some(name) => text(line, name).to_owned(),
            None => text(line, "scope").to_owned(),
        };
        let asked_by = match (text(line, "script"), line["line"].as_u64()) {
            ("", _) => "the command line".to_owned(),
            (script, Some(number)) => format!("{script}:{number}"),
            (script, None) => script.to_owned(),
        };
        let cell = |name: &str| text(line, name).to_owned();
        table.rows.push(vec![
            cell("time"),
            if text(line, "profile").is_empty() { cell("host") } else { cell("profile") },
            cell("effect"),
            what,
            cell("comment"),
            cell("outcome"),
            asked_by,
        ]);
    }
    table
}

fn text<'l>(line: &'l Value, name: &str) -> &'l str {
    line[name].as_str().unwrap_or_default()
}
