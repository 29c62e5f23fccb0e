//! Makes foreign text harmless for a terminal: control, bidi and invisible characters are shown, not obeyed.
//!
//! Files and pipes get the text as it is; tables, which must keep their lines, escape everywhere.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns `text` with everything but line feeds and tabs that a terminal would obey written out.
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |letter| is_obeyed(letter) && letter != '\n' && letter != '\t')
}

/// Returns `text` fit for one line of a table.
pub fn one_line(text: &str) -> Cow<'_, str> {
    escape(text, is_obeyed)
}

fn escape(text: &str, is_bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&is_bad) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_bad(letter) {
            // The form that is also valid inside a JSON string.
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(clean, "\\u{unit:04x}");
            }
        } else {
            clean.push(letter);
        }
    }
    Cow::Owned(clean)
}

/// Returns whether a terminal would act on `letter`, or hide it or what follows.
fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown() {
        assert_eq!(visible("a\x1b[2Jb\tc\n"), "a\\u001b[2Jb\tc\n");
    }

    #[test]
    fn a_bidi_override_is_shown() {
        assert_eq!(visible("ci-\u{202e}dorp"), "ci-\\u202edorp");
    }

    #[test]
    fn a_line_feed_cannot_fake_a_row() {
        assert_eq!(one_line("a\nb"), "a\\u000ab");
    }

    #[test]
    fn other_scripts_stay() {
        assert_eq!(visible("Zoë 日本"), "Zoë 日本");
    }
}
