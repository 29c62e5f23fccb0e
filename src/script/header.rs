//! What a script says about itself: the comment it opens with.
//!
//! Two kinds of lines in it are no prose: `needs: allow-net=hooks.example.com` asks for grants, which is not having them,
//! and `patroll: read-only` forbids the script every write.

use crate::gate::{Grant, Wishes};

/// The opening comment of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its lines, without the slashes, and without those that are no prose.
    pub lines: Vec<String>,
    /// What it says of each option: `--older-than   also older ones`.
    options: Vec<(String, String)>,
    /// The grants that it asks for.
    pub needs: Vec<Grant>,
    /// Whether it forbids every write.
    pub is_read_only: bool,
    /// What is wrong with it, and on which line.
    pub mistakes: Vec<(usize, String)>,
}

impl Header {
    /// Reads the `//` lines at the top of `text`.
    pub fn read(text: &str) -> Self {
        let lines = text
            .lines()
            .zip(1..)
            .skip_while(|(line, _)| line.trim().is_empty() || line.starts_with("#!"));
        let comment = lines.map_while(|(line, number)| Some((line.strip_prefix("//")?, number)));
        let mut header = Self::default();
        for (line, number) in comment {
            let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
            let option =
                line.strip_prefix("--").and_then(|option| option.split_once(char::is_whitespace));
            if let Some((flag, about)) = option {
                header.options.push((flag.to_owned(), about.trim().to_owned()));
            } else if let Some(needs) = line.strip_prefix("needs:") {
                header.take_needs(needs, number);
            } else if let Some(rule) = line.strip_prefix("patroll:") {
                header.take_rule(rule.trim(), number);
            } else {
                header.lines.push(line.to_owned());
            }
        }
        header.lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        header.lines.pop_if(|line| line.is_empty());
        header
    }

    fn take_needs(&mut self, needs: &str, number: usize) {
        let words = needs.split([' ', ',', '\t']).filter(|word| !word.is_empty());
        for word in words {
            match Grant::parse(word.trim_start_matches("--")) {
                Ok(grant) => self.needs.push(grant),
                Err(problem) => self.mistakes.push((number, problem)),
            }
        }
    }

    fn take_rule(&mut self, rule: &str, number: usize) {
        match rule {
            "read-only" => self.is_read_only = true,
            rule => {
                self.mistakes.push((number, format!("there is no rule `{rule}`, only read-only")));
            }
        }
    }

    /// Returns what the gate is to know of the script.
    pub fn wishes(&self) -> Wishes {
        Wishes { needs: self.needs.clone(), is_read_only: self.is_read_only }
    }

    /// Returns the flags that it asks for, in one line; nothing if it asks for none.
    pub fn flags(&self) -> Option<String> {
        let flags: Vec<_> = self.needs.iter().map(ToString::to_string).collect();
        (!flags.is_empty()).then(|| flags.join(" "))
    }

    /// Returns the first line: what the script does.
    pub fn summary(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    /// Returns a help page: the script's own lines, then the `rest`.
    pub fn page(&self, rest: &[String]) -> String {
        let gap = (!self.lines.is_empty()).then(String::new);
        let needs = self.flags().map(|flags| [format!("Needs: {flags}"), String::new()]);
        let own = self.lines.iter().cloned().chain(gap).chain(needs.into_iter().flatten());
        let lines: Vec<String> = own.chain(rest.iter().cloned()).collect();
        lines.join("\n")
    }

    /// Returns what the script says of the option `--flag`.
    pub fn about(&self, flag: &str) -> &str {
        self.options.iter().find(|(known, _)| known == flag).map_or("", |(_, about)| about)
    }
}
