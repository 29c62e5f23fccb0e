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
    if edit.set.iter().any(|(_, value)| value.chars().any(char::is_control)) {
        return Err("a value cannot hold a line end or another control character".to_owned());
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scan::Entry;
    use super::*;

    fn edit(set: &[(&str, &str)], remove: &[&str]) -> Edit {
        Edit {
            profile: "p".to_owned(),
            set: set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            remove: remove.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    #[test]
    fn what_stands_where_a_comment_would_is_replaced_like_any_value() {
        assert_eq!(
            apply("[p]\nhost = #", &edit(&[("host", "")], &[])).as_deref(),
            Ok("[p]\nhost = ")
        );
    }

    #[test]
    fn only_the_lines_that_must_change_do() {
        let set = |value| edit(&[("token", value)], &[]);
        let cases = [
            ("", set("t"), "[p]\ntoken = t\n"),
            ("[a]\nx = 1", set("t"), "[a]\nx = 1\n\n[p]\ntoken = t\n"),
            (
                "[p]\r\n  token=old\t; mine\r\nx=1\r\n",
                set("new"),
                "[p]\r\n  token=new\t; mine\r\nx=1\r\n",
            ),
            (
                "[p]\nhost = h\n\n# next\n[q]\n",
                set("t"),
                "[p]\nhost = h\ntoken = t\n\n# next\n[q]\n",
            ),
            ("[p]\ntoken = a\ntoken = b\n", set("c"), "[p]\ntoken = a\ntoken = c\n"),
            ("[p]\ntoken = \"a # b\" # c\n", set("d"), "[p]\ntoken = d # c\n"),
            ("[p]\n", set("a # b"), "[p]\ntoken = \"a # b\"\n"),
            ("[p]\n", set(" \"a\" "), "[p]\ntoken = ' \"a\" '\n"),
            ("[p]\ntoken = a\nhost = h\ntoken = b\n", edit(&[], &["token"]), "[p]\nhost = h\n"),
            ("[p]\nx = 1\n", set("back\\"), "[p]\nx = 1\ntoken = back\\\n"),
            ("[p]", edit(&[("x", "1")], &["y"]), "[p]\nx = 1\n"),
        ];
        for (text, edit, expected) in cases {
            assert_eq!(apply(text, &edit).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn what_would_not_read_back_is_not_written() {
        for value in ["a\nhost = evil", "a\r", "' # \""] {
            assert!(apply("[p]\n", &edit(&[("token", value)], &[])).is_err(), "{value:?}");
        }
        // The value goes on over the next lines, which the scanner takes for entries.
        let odd = "[p]\ntoken = \"a\nhost = b\"\nx = 1\n";
        assert!(apply(odd, &edit(&[("host", "c")], &[])).is_err());
        assert!(apply("[p\n", &edit(&[("host", "c")], &[])).is_err());
    }

    /// A line as people write them, and odder ones.
    fn any_line() -> impl Strategy<Value = String> {
        let key = prop::sample::select(vec!["host", "token", "client_id", "x", "Token", "# token"]);
        let value = "[a-z0-9 #;='\"\\\\:é]{0,12}";
        let between = prop::sample::select(vec!["=", " = ", "=\t", ":", " "]);
        let ending = prop::sample::select(vec!["\n", "\r\n"]);
        let section =
            prop::sample::select(vec!["[p]", "[q]", " [p] # c", "[DEFAULT]", "; c", "", "  "]);
        prop_oneof![
            3 => (key, between, value, ending.clone()).prop_map(|(k, b, v, e)| format!("{k}{b}{v}{e}")),
            2 => (section, ending).prop_map(|(section, end)| format!("{section}{end}")),
        ]
    }

    /// A file of such lines, with a byte order mark perhaps and perhaps without its last line end; or any text at all.
    fn any_file() -> impl Strategy<Value = String> {
        let lines = (prop::collection::vec(any_line(), 0..12), any::<bool>(), any::<bool>());
        let lines = lines.prop_map(|(lines, is_marked, is_ended)| {
            let text = lines.concat();
            let text = if is_ended { text.as_str() } else { text.trim_end_matches(['\n', '\r']) };
            format!("{}{text}", if is_marked { "\u{feff}" } else { "" })
        });
        prop_oneof![4 => lines, 1 => "(?s)[\\[\\]p=:\"'#\\\\ \r\n.é]{0,40}", 1 => "(?s).{0,60}"]
    }

    fn any_edit() -> impl Strategy<Value = Edit> {
        let profile = prop::sample::select(vec!["p", "q", "DEFAULT", "new", "two words"]);
        let key = prop::sample::select(vec!["host", "token", "new"]);
        let set = prop::collection::btree_map(key, "[a-zA-Z0-9 #;='\"\\\\/:.é-]{0,12}", 1..3);
        let remove = prop::sample::subsequence(vec!["x", "client_id", "absent"], 0..3);
        (profile, set, remove).prop_map(|(profile, set, remove)| Edit {
            profile: profile.to_owned(),
            set: set.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            remove: remove.into_iter().map(str::to_owned).collect(),
        })
    }

    /// Parts the lines that `edit` is about from all others.
    fn part<'t>(text: &'t str, edit: &Edit) -> (Vec<Line<'t>>, Vec<Line<'t>>) {
        let lines = scan(text);
        let section = find_section(&lines, &edit.profile).unwrap_or(0..0);
        let is_ours = |(at, line): &(usize, Line<'_>)| match &line.kind {
            Kind::Entry(entry) if section.contains(at) => {
                edit.remove.contains(&entry.key)
                    || edit.set.iter().any(|(key, _)| *key == entry.key)
            }
            _ => false,
        };
        let (ours, others): (Vec<_>, Vec<_>) = lines.into_iter().enumerate().partition(is_ours);
        let strip =
            |lines: Vec<(usize, Line<'t>)>| lines.into_iter().map(|(_, line)| line).collect();
        (strip(ours), strip(others))
    }

    fn bytes(lines: &[Line<'_>]) -> String {
        lines.iter().map(|line| line.text).collect()
    }

    /// Returns the last line that gives `wanted` a value, without that value.
    fn frame(lines: &[Line<'_>], wanted: &str) -> Option<String> {
        lines.iter().rev().find_map(|line| match &line.kind {
            Kind::Entry(Entry { key, value }) if key == wanted => {
                let (before, after) = (&line.text[..value.start], &line.text[value.end..]);
                Some(format!("{before}{}", after.trim_end_matches(['\n', '\r'])))
            }
            _ => None,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn untouched_bytes_stay_and_what_is_read_back_is_what_was_meant(
            text in any_file(),
            edit in any_edit(),
        ) {
            let Ok(changed) = apply(&text, &edit) else { return Ok(()) };
            let mut expected = read(&text).unwrap();
            let profile = expected.entry(edit.profile.clone()).or_default();
            profile.retain(|key, _| !edit.remove.contains(key));
            profile.extend(edit.set.iter().cloned());
            prop_assert_eq!(read(&changed).unwrap(), expected);

            let ((old, before), (new, after)) = (part(&text, &edit), part(&changed, &edit));
            let (before, after) = (bytes(&before), bytes(&after));
            // Only the end of the file may grow: by the last line's end, and by a section that was not there.
            let grown = after.strip_prefix(&before).map(|grown| grown.replace('\r', ""));
            let header = format!("[{}]\n", edit.profile);
            let is_grown = |grown: &str| match grown.strip_suffix(&header) {
                None => matches!(grown, "" | "\n"),
                Some(rest) => matches!(rest, "" | "\n" | "\n\n") && find_section(&scan(&text), &edit.profile).is_none(),
            };
            prop_assert!(grown.as_deref().is_some_and(is_grown), "{before:?} became {after:?}");
            for (key, _) in &edit.set {
                if let Some(frame_before) = frame(&old, key) {
                    prop_assert_eq!(frame(&new, key), Some(frame_before), "around {}", key);
                }
            }
        }
    }
}
