//! `patroll auth describe`: every attribute and where it came from; no request is made.

use serde_json::{Value, json};

use crate::auth;
use crate::error::Error;
use crate::output::{Format, Table, csv, indent};
use crate::secret::REDACTED;
use crate::session::Session;
use crate::settings::Connection;

/// One line of the description.
struct Row {
    name: &'static str,
    value: String,
    source: String,
}

/// Shows the run's own workspace; that it cannot sign in is told after what was found.
pub fn execute(session: &Session) -> Result<(), Error> {
    let connection = session.settings().connection()?;
    let method = auth::find_method(&connection, &session.settings().search_path());
    let rows = rows(session, &connection, method.as_ref().ok().copied());
    let output = session.output();
    match output.format() {
        Format::Json => output.line(&indent(&as_json(&connection, &method, &rows).to_string()))?,
        format => {
            let mut table = Table::new(["attribute", "value", "source"]);
            table.rows = rows
                .into_iter()
                .map(|row| vec![row.name.to_owned(), row.value, row.source])
                .collect();
            let text = if format == Format::Csv { csv(&table) } else { table.draw(output.width()) };
            output.line(&text)?;
        }
    }
    method.map(drop)
}

fn rows(session: &Session, connection: &Connection, method: Option<&str>) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some((name, source)) = &connection.profile {
        rows.push(Row { name: "profile", value: name.clone(), source: source.exact() });
        let path = session.settings().config_file().display().to_string();
        rows.push(Row { name: "config_file", value: path, source: String::new() });
    }
    for (attribute, value) in connection.attributes.iter() {
        let text = if attribute.is_secret { REDACTED } else { value.text() };
        rows.push(Row {
            name: attribute.name,
            value: text.to_owned(),
            source: value.source.exact(),
        });
    }
    if let Some(method) = method.filter(|_| connection.attributes.value("auth_type").is_none()) {
        rows.push(Row {
            name: "auth_type",
            value: method.to_owned(),
            source: "what is there".to_owned(),
        });
    }
    rows
}

fn as_json(connection: &Connection, method: &Result<&'static str, Error>, rows: &[Row]) -> Value {
    let attributes = rows
        .iter()
        .map(|row| json!({ "name": row.name, "value": row.value, "source": row.source }));
    json!({
        "host": connection.host.as_ref().map(ToString::to_string),
        "profile": connection.profile_name(),
        "auth_type": method.as_ref().ok(),
        "attributes": attributes.collect::<Vec<_>>(),
    })
}
