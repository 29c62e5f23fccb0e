//! `patroll auth describe`: every attribute and where it came from; no request is made.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::auth;
use crate::error::Error;
use crate::output::{Format, Table, csv, indent};
use crate::secret::REDACTED;
use crate::session::Session;
use crate::settings::{Connection, Source};

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
        let source = session.settings().config_file_source().exact();
        rows.push(Row { name: "config_file", value: path, source });
    }
    for (attribute, value) in connection.attributes.iter() {
        let text = if attribute.is_secret { REDACTED } else { value.text() };
        rows.push(Row {
            name: attribute.name,
            value: text.to_owned(),
            source: value.source.exact(),
        });
    }
    rows.extend(certificates(session, connection));
    if let Some(method) = method.filter(|_| connection.attributes.value("auth_type").is_none()) {
        rows.push(Row {
            name: "auth_type",
            value: method.to_owned(),
            source: "what is there".to_owned(),
        });
    }
    rows
}

/// Returns the files with certificates that are named elsewhere than in the profile, whose attributes are shown already.
fn certificates(session: &Session, connection: &Connection) -> Vec<Row> {
    let Ok(network) = session.settings().network(connection) else { return Vec::new() };
    let mut files: Vec<(&'static str, PathBuf, Source)> = Vec::new();
    files.extend(network.authorities.into_iter().map(|(path, source)| ("ca_file", path, source)));
    if let Some(identity) = network.identity {
        files.push(("client_cert", identity.certificate, identity.source.clone()));
        files.push(("client_key", identity.key, identity.source));
    }
    files.retain(|(.., source)| !matches!(source, Source::Profile { .. }));
    let row = |(name, path, source): (_, PathBuf, Source)| Row {
        name,
        value: path.display().to_string(),
        source: source.exact(),
    };
    files.into_iter().map(row).collect()
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
