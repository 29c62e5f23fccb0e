//! What a script says about itself: the comment it opens with.

/// The opening comment of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its lines, without the slashes, and without those about options.
    pub lines: Vec<String>,
    /// What it says of each option: `--older-than   also older ones`.
    options: Vec<(String, String)>,
}

impl Header {
    /// Reads the `//` lines at the top of `text`.
    pub fn read(text: &str) -> Self {
        let lines =
            text.lines().skip_while(|line| line.trim().is_empty() || line.starts_with("#!"));
        let comment = lines.map_while(|line| line.strip_prefix("//"));
        let mut header = Self::default();
        for line in comment.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()) {
            match line.strip_prefix("--").and_then(|option| option.split_once(char::is_whitespace))
            {
                Some((flag, about)) => {
                    header.options.push((flag.to_owned(), about.trim().to_owned()));
                }
                None => header.lines.push(line.to_owned()),
            }
        }
        header.lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        header.lines.pop_if(|line| line.is_empty());
        header
    }

    /// Returns the first line: what the script does.
    pub fn summary(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    /// Returns a help page: the script's own lines, then the `rest`.
    pub fn page(&self, rest: &[String]) -> String {
        let gap = (!self.lines.is_empty()).then(String::new);
        let lines: Vec<String> =
            self.lines.iter().cloned().chain(gap).chain(rest.iter().cloned()).collect();
        lines.join("\n")
    }

    /// Returns what the script says of the option `--flag`.
    pub fn about(&self, flag: &str) -> &str {
        self.options.iter().find(|(known, _)| known == flag).map_or("", |(_, about)| about)
    }
}
