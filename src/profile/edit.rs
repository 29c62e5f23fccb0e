//! Changes one profile in the text of a profile file, and no byte more than that takes.
//!
//! Pure: from text to text. That the result means what was meant is proven by the parser that everything else reads with,
//! or there is no result. Reading, locking and writing the file is `write`'s.

use std::collections::BTreeMap;

use super::read;
use super::scan::{Kind, Line, find_key, find_section, scan};

/// What is to become of a profile.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The profile; made if it is not there.
    pub profile: String,
    /// Keys and their new values.
    pub set: Vec<(String, String)>,
    /// Keys that are to be gone.
    pub remove: Vec<String>,
}

/// Returns `text` with the change in it; the error says why that cannot be.
pub fn apply(text: &str, edit: &Edit) -> Result<String, String> {
    if edit.profile == super::TOOL_SETTINGS {
        return Err(format!("{} is no profile", edit.profile));
    }
    let mut lines: Vec<String> = scan(text).iter().map(|line| line.text.to_owned()).collect();
    let ending = line_ending(text);
    if find_section(&scan(text), &edit.profile).is_none() {
        add_section(&mut lines, &edit.profile, ending);
    }
    for key in &edit.remove {
        remove_key(&mut lines, &edit.profile, key);
    }
    for (key, value) in &edit.set {
        set_key(&mut lines, &edit.profile, key, value, ending);
    }
    let changed = lines.concat();
    verify(text, &changed, edit)?;
    Ok(changed)
}

fn line_ending(text: &str) -> &'static str {
    if text.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n")) {
        "\r\n"
    } else {
        "\n"
    }
}

fn add_section(lines: &mut Vec<String>, name: &str, ending: &str) {
    end_last_line(lines, ending);
    if !lines.is_empty() {
        lines.push(ending.to_owned());
    }
    lines.push(format!("[{name}]{ending}"));
}

fn end_last_line(lines: &mut [String], ending: &str) {
    if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
        last.push_str(ending);
    }
}

fn remove_key(lines: &mut Vec<String>, profile: &str, key: &str) {
    let found = look_up(lines, |lines, section| find_key(lines, section, key), profile);
    for at in found.unwrap_or_default().into_iter().rev() {
        lines.remove(at);
    }
}

fn set_key(lines: &mut Vec<String>, profile: &str, key: &str, value: &str, ending: &str) {
    let value = quote(value);
    let place = look_up(
        lines,
        |lines, section| {
            let last = find_key(lines, section, key).last().copied();
            let after = section
                .clone()
                .rev()
                .find(|at| !matches!(lines[*at].kind, Kind::Other))
                .unwrap_or(section.start);
            (last, after + 1)
        },
        profile,
    );
    match place {
        Some((Some(at), _)) => {
            if let Kind::Entry(entry) = &scan(&lines[at].clone())[0].kind {
                lines[at].replace_range(entry.value.clone(), &value);
            }
        }
        Some((None, at)) => {
            end_last_line(lines, ending);
            lines.insert(at, format!("{key} = {value}{ending}"));
        }
        None => {}
    }
}

fn look_up<T>(
    lines: &[String],
    find: impl Fn(&[Line<'_>], &std::ops::Range<usize>) -> T,
    profile: &str,
) -> Option<T> {
    let text = lines.concat();
    let lines = scan(&text);
    Some(find(&lines, &find_section(&lines, profile)?))
}

/// Puts a value in quotation marks that would not survive without.
fn quote(value: &str) -> String {
    let is_plain = value.trim() == value
        && !value.starts_with(['"', '\'', '#', ';'])
        && ![" #", " ;", "\t#", "\t;"].iter().any(|mark| value.contains(mark));
    match (is_plain, value.contains('"')) {
        (true, _) => value.to_owned(),
        (false, false) => format!("\"{value}\""),
        (false, true) => format!("'{value}'"),
    }
}

type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// Fails unless `changed` reads as `text` with exactly the edit made.
fn verify(text: &str, changed: &str, edit: &Edit) -> Result<(), String> {
    let mut expected: Sections = read(text)?;
    let profile = expected.entry(edit.profile.clone()).or_default();
    profile.retain(|key, _| !edit.remove.contains(key));
    profile.extend(edit.set.iter().cloned());
    if read(changed)? == expected {
        return Ok(());
    }
    let names: Vec<_> = edit
        .set
        .iter()
        .map(|(key, _)| key.as_str())
        .chain(edit.remove.iter().map(String::as_str))
        .collect();
    Err(format!(
        "changing {} in [{}] would not read back as it was meant, so nothing was written",
        names.join(" and "),
        edit.profile
    ))
}
