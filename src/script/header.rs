//! What a script says about itself: the comment it opens with.

/// The opening comment of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its lines, without the slashes.
    pub lines: Vec<String>,
}

impl Header {
    /// Reads the `//` lines at the top of `text`.
    pub fn read(text: &str) -> Self {
        let lines =
            text.lines().skip_while(|line| line.trim().is_empty() || line.starts_with("#!"));
        let comment = lines.map_while(|line| line.strip_prefix("//"));
        Self {
            lines: comment
                .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned())
                .collect(),
        }
    }

    /// Returns the first line: what the script does.
    pub fn summary(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }
}
