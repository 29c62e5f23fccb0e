//! What a dry run would have done, as a table or as JSON; and plans, which are that as a file that can be carried out.

mod apply;
mod document;
mod make;
mod places;
mod table;

use serde_json::{Value, json};

use crate::error::Error;
use crate::gate::{Effect, Place, Planned};
use crate::output::{Format, Table, csv, indent};
use crate::session::Session;

pub use apply::apply;
pub use make::{check_room, make};
use table::asked_by;
pub use table::show_file;

/// How much of an id people get to see.
const SHORT_ID: usize = 12;

/// Shows what the gate did not admit, the first `from` effects left out; nothing if this is no dry run.
pub fn show(session: &Session, from: usize) -> Result<(), Error> {
    if !session.gate().is_dry() {
        return Ok(());
    }
    let output = session.output();
    let planned = session.gate().planned().split_off(from);
    let is_fleet = session.settings().asked().fleet.flag().is_some();
    match output.asked_format() {
        Format::Json => {
            output.line(&indent(&planned.iter().map(json_of).collect::<Value>().to_string()))?;
        }
        Format::Csv => output.line(&csv(&table_of(&planned, usize::MAX, is_fleet)))?,
        Format::Auto | Format::Table if planned.is_empty() => {}
        Format::Auto | Format::Table => {
            output.line(&table_of(&planned, SHORT_ID, is_fleet).draw(output.width()))?;
        }
    }
    let count = match planned.len() {
        0 => "nothing would be changed".to_owned(),
        1 => "1 change would be made; nothing was".to_owned(),
        count => format!("{count} changes would be made; nothing was"),
    };
    output.note(&format!("dry run: {count}"));
    for brake in session.gate().find_brakes(&planned) {
        output.warn(&format!("without --dry-run this is refused: {brake}"));
    }
    Ok(())
}

/// Returns the plan with ids of at most `id_length` letters, and with the workspaces if there may be several.
fn table_of(planned: &[Planned], id_length: usize, is_fleet: bool) -> Table {
    let mut table = Table::new(["would", "what", "comment", "asked by"]);
    for plan in planned {
        let what = match &plan.effect {
            Effect::RevokeToken { token_id, .. } => token_id.chars().take(id_length).collect(),
            other => other.what(),
        };
        let origin = asked_by(plan.origin.script.as_deref(), plan.origin.line);
        table.rows.push(vec![
            plan.effect.verbs().0.to_owned(),
            what,
            plan.effect.comment().unwrap_or_default().to_owned(),
            origin,
        ]);
    }
    if is_fleet {
        table.columns.insert(0, "workspace".to_owned());
        for (row, plan) in table.rows.iter_mut().zip(planned) {
            let Place { profile, host, .. } = &plan.place;
            row.insert(0, profile.as_ref().unwrap_or(host).clone());
        }
    }
    table
}

fn json_of(plan: &Planned) -> Value {
    let lifetime = match &plan.effect {
        Effect::CreateToken { lifetime, .. } => Some(lifetime.seconds()),
        _ => None,
    };
    let mut row = json!({
        "effect": plan.effect.name(),
        "host": plan.place.host,
        "profile": plan.place.profile,
        "token_id": plan.effect.token_id(),
        "comment": plan.effect.comment(),
        "lifetime_seconds": lifetime,
        "script": plan.origin.script,
        "line": plan.origin.line,
    });
    for (name, text) in plan.effect.details() {
        row[name] = text.into();
    }
    if let Some(object) = row.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    row
}
