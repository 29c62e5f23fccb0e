//! Indents JSON without touching what it says: keys keep their order, strings and numbers the letters they came in.

/// What is nested deeper stays on its line: lines that all begin with their depth in spaces would grow without bound.
const DEEPEST: usize = 64;

/// Returns `raw`, valid JSON, in lines indented by two spaces, as the retired Tokens CLI printed it.
pub fn indent(raw: &str) -> String {
    let mut indenter = Indenter { text: String::with_capacity(raw.len() * 5 / 4), depth: 0 };
    let mut rest = raw;
    while let Some(letter) = rest.bytes().next() {
        let taken = match letter {
            b'"' => string_length(rest),
            b'{' | b'[' => indenter.open(rest),
            b'}' | b']' => indenter.close(letter),
            b',' => indenter.separate(),
            b':' => indenter.push(": "),
            letter if letter.is_ascii_whitespace() => 1,
            _ => scalar_length(rest),
        };
        if letter == b'"' || !b"{}[],: \t\r\n".contains(&letter) {
            indenter.text.push_str(&rest[..taken]);
        }
        rest = &rest[taken..];
    }
    indenter.text
}

struct Indenter {
    text: String,
    depth: usize,
}

impl Indenter {
    /// Opens an object or a list; an empty one stays on its line.
    fn open(&mut self, rest: &str) -> usize {
        let inside = rest[1..].trim_start();
        if inside.starts_with(['}', ']']) {
            self.text.push_str(&rest[..1]);
            self.text.push_str(&inside[..1]);
            return rest.len() - inside.len() + 1;
        }
        self.text.push_str(&rest[..1]);
        self.depth += 1;
        self.new_line();
        1
    }

    fn close(&mut self, letter: u8) -> usize {
        let is_deep = self.depth > DEEPEST;
        self.depth = self.depth.saturating_sub(1);
        if !is_deep {
            self.new_line();
        }
        self.text.push(char::from(letter));
        1
    }

    fn separate(&mut self) -> usize {
        self.text.push(',');
        self.new_line();
        1
    }

    fn push(&mut self, text: &str) -> usize {
        self.text.push_str(text);
        1
    }

    fn new_line(&mut self) {
        if self.depth > DEEPEST {
            return;
        }
        self.text.push('\n');
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }
}

/// Returns the length of the string that `rest` begins with, quotes included.
fn string_length(rest: &str) -> usize {
    let mut bytes = rest.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn scalar_length(rest: &str) -> usize {
    rest.bytes().position(|byte| b",]} \t\r\n".contains(&byte)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_changes() {
        let raw = r#"{"b":[1,{"s":"Zo\u00eb \"{,}"}],"a":{ },"n":-1.50e3,"l":[ ]}"#;
        let lines = "{\n  \"b\": [\n    1,\n    {\n      \"s\": \"Zo\\u00eb \\\"{,}\"\n    }\n  ],\n  \"a\": {},\n  \"n\": -1.50e3,\n  \"l\": []\n}";
        assert_eq!(indent(raw), lines);
        assert_eq!(indent(lines), lines);
        assert_eq!(indent("{}"), "{}");
        assert_eq!(indent("\"x\""), "\"x\"");
    }

    #[test]
    fn what_is_nested_without_end_does_not_grow_without_end() {
        let deep = "[".repeat(100_000) + "1" + &"]".repeat(100_000);
        assert!(indent(&deep).len() < deep.len() + 20_000);
    }
}
