//! What was typed before, kept in the state folder: appended input by input, and never with a secret in it.

use std::io::Write;

use crate::secret;
use crate::state::StateDir;

const NAME: &str = "history";

/// The newest part of the file that is read at most.
const MOST: u64 = 1 << 20;

/// The file of inputs, one on each line.
pub struct History {
    state: StateDir,
    last: Option<String>,
}

impl History {
    /// Reads what there is; the inputs are returned, the oldest first.
    pub fn open(state: StateDir) -> (Self, Vec<String>) {
        let text = state.read_tail(NAME, MOST).unwrap_or_default();
        let inputs: Vec<String> = text.lines().map(unescape).collect();
        let last = inputs.last().cloned();
        (Self { state, last }, inputs)
    }

    /// Appends an input; returns whether it may be remembered at all.
    ///
    /// One that begins with a space or holds a token value is not stored anywhere; one that is typed twice in a row is
    /// stored once.
    pub fn add(&mut self, input: &str) -> bool {
        let input = input.trim_end();
        if input.is_empty() || input.starts_with(char::is_whitespace) || secret::holds_secret(input)
        {
            return false;
        }
        if self.last.as_deref() == Some(input) {
            return true;
        }
        let line = format!("{}\n", escape(input));
        // A history that cannot be written is missed by nobody before the next session.
        let _ = self.state.append(NAME).and_then(|mut file| file.write_all(line.as_bytes()));
        self.last = Some(input.to_owned());
        true
    }
}

fn escape(input: &str) -> String {
    input.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescape(line: &str) -> String {
    // Most inputs are one line, and the prompt waits for all of them.
    if !line.contains('\\') {
        return line.to_owned();
    }
    let mut input = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => input.push('\n'),
                Some(other) => input.push(other),
                None => {}
            },
            letter => input.push(letter),
        }
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_of_many_lines_is_one_line_of_the_file() {
        let input = "let s = \"a\\n\";\n\\\\n";
        assert_eq!(escape(input).lines().count(), 1);
        assert_eq!(unescape(&escape(input)), input);
    }

    #[test]
    fn no_secret_is_stored_whatever_it_looks_like() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::new(folder.path().to_owned());
        let registered = secret::Secret::new("registered and nothing else");
        let (mut history, _) = History::open(state.clone());
        let hex = "0123456789abcdef".repeat(2);
        let values = ["dapi", "dkea", "dosa", "dose"].map(|prefix| format!("{prefix}{hex}"));
        for value in values.iter().map(String::as_str).chain([registered.expose()]) {
            assert!(!history.add(&format!("let a = \"{value}\";")), "{value}");
        }
        assert!(history.add("days(1)") && !history.add(" days(2)"));
        assert_eq!(History::open(state).1, ["days(1)"]);
    }
}
