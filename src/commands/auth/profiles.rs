//! `patroll auth profiles`: every profile of the file, and with `--check` whether it signs in.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

use serde_json::{Value, json};

use super::check::try_sign_in;
use crate::auth;
use crate::error::{Error, exit};
use crate::output::{Format, Table, csv, indent};
use crate::session::Session;

/// As many profiles are checked at once.
const WORKERS: usize = 16;

/// What is known of a profile.
#[derive(Clone, Default)]
struct Row {
    profile: String,
    host: Option<String>,
    auth_type: Option<&'static str>,
    user: Option<String>,
    problem: Option<(u8, String)>,
}

/// Shows all profiles; when checked, the gravest problem is the exit code.
pub fn execute(session: &Session, is_checked: bool) -> Result<(), Error> {
    let names = session.settings().profiles()?.names();
    let rows = look_at_all(session, &names, is_checked);
    show(session, &rows, is_checked)?;
    let gravest =
        rows.iter().filter_map(|row| Some(row.problem.as_ref()?.0)).min_by_key(|code| rank(*code));
    match gravest.filter(|_| is_checked) {
        Some(code) => Err(Error::Exit { code }),
        None => Ok(()),
    }
}

/// Orders exit codes, the gravest first.
fn rank(code: u8) -> u8 {
    match code {
        exit::INTERRUPTED | exit::TERMINATED => 0,
        exit::CREDENTIAL => 1,
        exit::UNREACHABLE => 2,
        _ => 3,
    }
}

fn look_at_all(session: &Session, names: &[String], is_checked: bool) -> Vec<Row> {
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(vec![Row::default(); names.len()]);
    let work = || {
        while let Some((at, name)) = take(&next, names) {
            let row = look_at(session, name, is_checked);
            if let Ok(mut rows) = rows.lock() {
                rows[at] = row;
            }
        }
    };
    thread::scope(|scope| {
        let count = if is_checked { WORKERS.min(names.len()) } else { 1 };
        for _ in 1..count {
            if Builder::new().spawn_scoped(scope, work).is_err() {
                // Without a thread to spare there are fewer, down to this one.
                break;
            }
        }
        work();
    });
    rows.into_inner().unwrap_or_default()
}

fn take<'n>(next: &AtomicUsize, names: &'n [String]) -> Option<(usize, &'n String)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, names.get(at)?))
}

fn look_at(session: &Session, name: &str, is_checked: bool) -> Row {
    let mut row = Row { profile: name.to_owned(), ..Row::default() };
    let found = session.settings().connection_of(name).and_then(|connection| {
        row.host = connection.host.as_ref().map(ToString::to_string);
        row.auth_type = Some(auth::find_method(&connection, &session.settings().search_path())?);
        if is_checked { session.connect(connection).map(Some) } else { Ok(None) }
    });
    match found {
        Ok(None) => {}
        Ok(Some(workspace)) => match try_sign_in(&workspace) {
            Ok(user) => row.user = user,
            Err(problem) => row.problem = Some(problem),
        },
        Err(error) => row.problem = Some((error.exit_code(), error.to_string())),
    }
    row
}

fn show(session: &Session, rows: &[Row], is_checked: bool) -> Result<(), Error> {
    let output = session.output();
    if output.format() == Format::Json {
        let rows = rows.iter().map(|row| as_json(row, is_checked));
        return output.line(&indent(&rows.collect::<Value>().to_string()));
    }
    let state = if is_checked { "state" } else { "problem" };
    let mut table = Table::new(["profile", "host", "auth_type", state]);
    for row in rows {
        let state = match (&row.problem, &row.user) {
            (Some((_, problem)), _) => problem.clone(),
            (None, Some(user)) => format!("valid: {user}"),
            (None, None) if is_checked => "valid".to_owned(),
            (None, None) => String::new(),
        };
        let host = row.host.clone().unwrap_or_default();
        let auth_type = row.auth_type.unwrap_or_default().to_owned();
        table.rows.push(vec![row.profile.clone(), host, auth_type, state]);
    }
    let is_csv = output.format() == Format::Csv;
    output.line(&if is_csv { csv(&table) } else { table.draw(output.width()) })
}

fn as_json(row: &Row, is_checked: bool) -> Value {
    let mut object =
        json!({ "profile": row.profile, "host": row.host, "auth_type": row.auth_type });
    if is_checked {
        object["valid"] = json!(row.problem.is_none());
        object["user"] = json!(row.user);
    }
    if let Some((_, problem)) = &row.problem {
        object["problem"] = json!(problem);
    }
    object
}
