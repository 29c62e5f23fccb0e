//! `patroll tokens rotate` and `patroll rotations list | plan | resume | abort | adopt`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::{FileFormat, Rotate, Rotations, Sinks, Which};
use crate::error::Error;
use crate::gate::Origin;
use crate::output::{Format, Table, indent};
use crate::rotation::{
    self, Aborted, CommandSpec, FileSpec, NoHooks, Policy, ProfileSpec, Reach, Report, Request,
    SecretSpec, Selector, Slot, Spec,
};
use crate::session::Session;

/// Rotates one slot.
pub fn rotate(session: &Session, typed: Rotate) -> Result<(), Error> {
    let policy = Policy {
        lifetime: typed.lifetime,
        older_than: typed.older_than,
        expires_within: typed.expires_within,
        grace: typed.grace,
        on_behalf_of: typed.on_behalf_of,
    };
    let request = request(session, &typed.slot, typed.which, typed.sinks, policy)?;
    let request = Request { force: typed.force, forget: typed.forget.forget, ..request };
    let report = rotation::rotate(session, &request, Reach::Full, &NoHooks, &Origin::default())?;
    show_report(session, &report)
}

/// Does what was typed.
pub fn execute(session: &Session, rotations: Rotations) -> Result<(), Error> {
    let origin = Origin::default();
    match rotations {
        Rotations::List => show_overview(session),
        Rotations::Plan { slot } => show_plan(session, &Slot::parse(&slot)?),
        Rotations::Resume { slot, forget } => {
            let report = rotation::resume(session, &Slot::parse(&slot)?, forget.forget, &origin)?;
            show_report(session, &report)
        }
        Rotations::Forget { slot } => forget(session, &Slot::parse(&slot)?),
        Rotations::Abort { slot, forget } => {
            match rotation::abort(session, &Slot::parse(&slot)?, forget.forget, &origin)? {
                Aborted::GivenUp(report) => show_report(session, &report),
                Aborted::PutAside(path) => {
                    let path_text = path.display();
                    let text = if session.gate().is_dry() {
                        format!("the journal would lie in {path_text}; no token would be touched")
                    } else {
                        format!("the journal lies in {path_text} now; no token was touched")
                    };
                    say(session, &json!({ "put_aside": path }), &text)
                }
            }
        }
        Rotations::Adopt { slot, which, sinks, on_behalf_of } => {
            let policy = Policy { on_behalf_of, ..Policy::default() };
            let request = request(session, &slot, which, *sinks, policy)?;
            let adopted = rotation::adopt(session, &request, &origin)?;
            for other in &adopted.others {
                session.output().warn(&format!(
                    "token {other} belongs to {slot} too, and no sink here holds it: revoke it unless another machine does"
                ));
            }
            for place in &adopted.left_out {
                session.output().warn(&format!(
                    "{place} is none of the places of {slot} any more: what it holds is replaced elsewhere and revoked"
                ));
            }
            let (token_id, is_dry) = (&adopted.token_id, session.gate().is_dry());
            let text = if is_dry {
                format!("slot {slot} would have token {token_id}")
            } else {
                format!("slot {slot} has token {token_id} now")
            };
            let value = json!({
                "slot": slot,
                "token_id": adopted.token_id,
                "others": adopted.others,
                "left_out": adopted.left_out,
            });
            say(session, &value, &text)
        }
    }
}

/// Forgets a slot, and says which tokens nobody looks after any more.
fn forget(session: &Session, slot: &Slot) -> Result<(), Error> {
    let forgotten = rotation::forget(session, slot)?;
    for token in &forgotten.left {
        session.output().warn(&format!("token {token} may live, and nobody revokes it any more"));
    }
    let path = forgotten.path.display();
    let text = if session.gate().is_dry() {
        format!("slot {slot} would be forgotten: its journal would lie in {path}")
    } else {
        format!("slot {slot} is forgotten: its journal lies in {path} now; no token was touched")
    };
    let value = json!({ "slot": slot, "put_aside": forgotten.path, "left": forgotten.left });
    say(session, &value, &text)
}

fn request(
    session: &Session,
    slot: &str,
    which: Which,
    sinks: Sinks,
    policy: Policy,
) -> Result<Request, Error> {
    Ok(Request {
        slot: Slot::parse(slot)?,
        selector: which.token_id.map(Selector::Id).or(which.comment.map(Selector::Comment)),
        sinks: specs(session, sinks)?,
        policy,
        force: false,
        adopt: which.adopt,
        forget: Vec::new(),
    })
}

fn specs(session: &Session, sinks: Sinks) -> Result<Vec<Spec>, Error> {
    let config = absolute(&session.settings().config_file())?;
    let profile = |name| Spec::Profile(ProfileSpec { name, path: config.clone() });
    let mut specs: Vec<Spec> = sinks.to_profile.into_iter().map(profile).collect();
    let format = sinks.format.map_or(rotation::Format::Raw, form);
    for path in &sinks.to_file {
        let (path, key) = (absolute(path)?, sinks.key.clone());
        format.check_key(key.as_deref()).map_err(|wanted| usage(wanted, "add --key KEY"))?;
        specs.push(Spec::File(FileSpec { path, format, key }));
    }
    for place in sinks.to_secret {
        let (scope, key) = place.split_once('/').ok_or_else(|| {
            usage(&format!("`{place}` is no secret"), "write --to-secret SCOPE/KEY")
        })?;
        let (scope, key) = (scope.to_owned(), key.to_owned());
        specs.push(Spec::Secret(SecretSpec { scope, key, profile: None, unverified: false }));
    }
    if let Some(command) = sinks.to_command {
        let spec = CommandSpec {
            put: words(&command)?,
            check: sinks.check_command.as_deref().map(words).transpose()?,
            read: sinks.read_command.as_deref().map(words).transpose()?,
            timeout: None,
            unverified: sinks.unverified,
        };
        specs.push(Spec::Command(spec.anchored(session)?));
    }
    Ok(specs)
}

fn form(format: FileFormat) -> rotation::Format {
    match format {
        FileFormat::Raw => rotation::Format::Raw,
        FileFormat::Env => rotation::Format::Env,
        FileFormat::Json => rotation::Format::Json,
        FileFormat::Ini => rotation::Format::Ini,
    }
}

fn words(command: &str) -> Result<Vec<String>, Error> {
    let words = shlex::split(command).filter(|words| !words.is_empty());
    words.ok_or_else(|| usage(&format!("`{command}` is no command"), "close every quotation mark"))
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|error| Error::io("find", path.display(), &error))
}

fn usage(problem: &str, hint: &str) -> Error {
    Error::Usage { problem: problem.to_owned(), hint: Some(hint.to_owned()) }
}

/// Returns as much of an id as people get to see.
fn short(token_id: &str) -> &str {
    token_id.get(..12).unwrap_or(token_id)
}

/// Writes a value as JSON where that was asked for, else as a line for people.
fn say(session: &Session, value: &Value, text: &str) -> Result<(), Error> {
    match session.output().asked_format() {
        Format::Json => session.output().line(&indent(&value.to_string())),
        Format::Auto | Format::Table | Format::Csv => session.output().line(text),
    }
}

/// Tells what was done; off a terminal nothing if nothing was.
fn show_report(session: &Session, report: &Report) -> Result<(), Error> {
    if session.gate().is_dry() {
        return Ok(());
    }
    let output = session.output();
    let is_silent = report.done.is_empty() && !output.is_watched();
    if output.asked_format() != Format::Json && is_silent {
        return Ok(());
    }
    let mut lines = report.done.clone();
    lines.push(match (&report.old_token_id, report.waits_until) {
        (Some(old), Some(until)) => {
            format!("{}: token {} lives until {}", report.after, short(old), until.short())
        }
        (Some(old), None) => format!("{}: token {} still lives", report.after, short(old)),
        (None, _) => format!("{}: due {}", report.after, report.next.short()),
    });
    if !report.unverified.is_empty() {
        lines.push(format!("not read back: {}", report.unverified.join(", ")));
    }
    let line = |line: &String| format!("slot {}: {line}", report.slot);
    let text = lines.iter().map(line).collect::<Vec<_>>().join("\n");
    say(session, &serde_json::to_value(report).unwrap_or_default(), &text)
}

fn show_overview(session: &Session) -> Result<(), Error> {
    let slots = rotation::overview(session)?;
    let output = session.output();
    if output.format() == Format::Json {
        let slots = serde_json::to_string(&slots).unwrap_or_default();
        return output.line(&indent(&slots));
    }
    let mut table = Table::new(["slot", "state", "token_id", "last", "next", "strays", "next run"]);
    for slot in slots {
        let time = |time: Option<crate::clock::Time>| time.map(crate::clock::Time::short);
        let id = slot.token_id.as_deref().map(short).map(str::to_owned);
        table.rows.push(vec![
            slot.slot,
            slot.state.to_owned(),
            id.unwrap_or_default(),
            time(slot.last).unwrap_or_default(),
            time(slot.next).unwrap_or_default(),
            slot.strays.to_string(),
            slot.next_run,
        ]);
    }
    draw(session, &table)
}

fn show_plan(session: &Session, slot: &Slot) -> Result<(), Error> {
    let (overview, calls) = rotation::plan(session, slot)?;
    let output = session.output();
    if output.format() == Format::Json {
        let plan = json!({ "slot": overview, "calls": calls });
        return output.line(&indent(&plan.to_string()));
    }
    if output.format() == Format::Csv {
        let mut table = Table::new(["call", "if power fails now"]);
        table.rows = calls
            .into_iter()
            .map(|call| vec![call.call, call.if_power_fails_now.to_owned()])
            .collect();
        return output.line(&crate::output::csv(&table));
    }
    let mut text = format!(
        "slot {} is {}; the next run: {}\n\nWhat a rotation does, step by step:\n",
        overview.slot, overview.state, overview.next_run
    );
    for (at, call) in calls.iter().enumerate() {
        let (number, then) = (at + 1, call.if_power_fails_now);
        // Writing to a String cannot fail.
        let _ = write!(text, "{number:>3}. {}\n     if power fails now: {then}\n", call.call);
    }
    output.line(text.trim_end())
}

fn draw(session: &Session, table: &Table) -> Result<(), Error> {
    let output = session.output();
    match output.format() {
        Format::Csv => output.line(&crate::output::csv(table)),
        Format::Json | Format::Auto | Format::Table => output.line(&table.draw(output.width())),
    }
}
