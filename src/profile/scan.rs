//! The lines of a profile file: where each section and each key stands, and nothing about what values mean.
//!
//! It serves both the line numbers of sources and the edits; what a value is, the INI parser says.

use std::ops::Range;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `[name]`, which begins a section.
    Section(String),
    /// `key = value`.
    Entry(Entry),
    /// Blank, a comment, or something else.
    Other,
}

/// A key and where its value stands, in bytes from the line's beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    /// The value without the white space around it and without a comment behind it.
    pub value: Range<usize>,
}

/// A line with its line ending.
#[derive(Clone, Debug)]
pub struct Line<'t> {
    pub text: &'t str,
    pub kind: Kind,
}

/// Takes `text` apart; the lines put together are the text.
pub fn scan(text: &str) -> Vec<Line<'_>> {
    // A byte order mark belongs to no key.
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let read = |(at, line): (usize, &'_ str)| {
        let skipped = if at == 0 { mark } else { 0 };
        classify(&line[skipped..], skipped)
    };
    text.split_inclusive('\n')
        .enumerate()
        .map(|(at, line)| Line { text: line, kind: read((at, line)) })
        .collect()
}

/// Returns the lines of the last section of this name, its header first.
pub fn find_section(lines: &[Line<'_>], name: &str) -> Option<Range<usize>> {
    let is_header = |line: &Line<'_>| matches!(&line.kind, Kind::Section(known) if known == name);
    let start = lines.iter().rposition(is_header)?;
    let rest = &lines[start + 1..];
    let length = rest.iter().position(|line| matches!(line.kind, Kind::Section(_)));
    Some(start..length.map_or(lines.len(), |length| start + 1 + length))
}

/// Returns the lines within `section` that give `key` a value.
pub fn find_key(lines: &[Line<'_>], section: &Range<usize>, key: &str) -> Vec<usize> {
    let is_it = |at: &usize| matches!(&lines[*at].kind, Kind::Entry(entry) if entry.key == key);
    section.clone().filter(is_it).collect()
}

fn classify(line: &str, skipped: usize) -> Kind {
    let start = line.trim_start();
    if start.is_empty() || start.starts_with(['#', ';']) {
        return Kind::Other;
    }
    if let Some(rest) = start.strip_prefix('[') {
        return match rest.split_once(']') {
            Some((name, _)) => Kind::Section(name.trim().to_owned()),
            None => Kind::Other,
        };
    }
    let Some(equals) = line.find(['=', ':']) else { return Kind::Other };
    let after = &line[equals + 1..];
    let from = equals + 1 + (after.len() - after.trim_start().len());
    let to = from.max(equals + 1 + value_end(after));
    let value = if after.trim().is_empty() { equals + 1..equals + 1 } else { from..to };
    Kind::Entry(Entry {
        key: line[..equals].trim().to_owned(),
        value: value.start + skipped..value.end + skipped,
    })
}

/// Returns where a value ends: before a comment that white space sets off, unless the value is in quotation marks.
fn value_end(after: &str) -> usize {
    let begun = after.trim_start();
    let offset = after.len() - begun.len();
    let quoted = begun.chars().next().filter(|mark| matches!(mark, '"' | '\''));
    let quoted = quoted.and_then(|mark| begun[1..].find(mark)).map_or(0, |end| end + 2);
    let rest = &begun[quoted..];
    let comment = rest.char_indices().zip(rest.chars().skip(1)).find_map(|((at, letter), next)| {
        (matches!(letter, ' ' | '\t') && matches!(next, '#' | ';')).then_some(at)
    });
    let end = comment.unwrap_or(rest.len());
    offset + begun[..quoted + end].trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> Option<(String, String)> {
        match scan(line).remove(0).kind {
            Kind::Entry(Entry { key, value }) => Some((key, line[value].to_owned())),
            _ => None,
        }
    }

    #[test]
    fn a_value_ends_before_its_comment() {
        let cases = [
            ("host = https://a.b/?o=1 # prod\r\n", Some(("host", "https://a.b/?o=1"))),
            ("  token=dapi#1;2\t; old\n", Some(("token", "dapi#1;2"))),
            ("password : \"a # b\" # c", Some(("password", "\"a # b\""))),
            ("empty =\r\n", Some(("empty", ""))),
            ("empty = # nothing", Some(("empty", "# nothing"))),
            ("\u{feff}host = x", Some(("host", "x"))),
            ("# host = x", None),
            ("[a] = b", None),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
            assert_eq!(entry(line), expected, "{line}");
        }
    }

    #[test]
    fn the_last_section_of_a_name_counts() {
        let text = "[a]\nx=1\n[b]\n\n[ a ]\nx=2\nx=3\n";
        let lines = scan(text);
        let section = find_section(&lines, "a").unwrap();
        assert_eq!((section.clone(), find_key(&lines, &section, "x")), (4..7, vec![5, 6]));
        assert_eq!(lines.iter().map(|line| line.text).collect::<String>(), text);
    }
}
