//! Puts stable words where a run's text has ids, paths, ports and waits that differ from run to run.

use super::{Folder, World};

/// The letters of a token's id that tables show.
const SHORT_ID: usize = 12;

/// What is replaced, in order.
pub struct Words(Vec<(String, String)>);

impl Words {
    /// Collects what is known of a run's world, of other hosts and of its folder.
    pub fn of(world: Option<&World>, hosts: &[String], folder: &Folder) -> Self {
        let mut words = Vec::new();
        for host in hosts.iter().chain(world.map(|world| &world.address().host)) {
            words.push((host.clone(), "[HOST]".to_owned()));
            words.push((host.replace("http://", ""), "[HOST]".to_owned()));
        }
        if let Some(world) = world {
            for (id, name) in world.names() {
                words.push((
                    id[..SHORT_ID].to_owned(),
                    format!("{:.<SHORT_ID$}", format!("[{name}]")),
                ));
                words.insert(0, (id, format!("[{name}]")));
            }
        }
        let path = |path: std::path::PathBuf| path.display().to_string();
        words.push((path(folder.home()), "[HOME]".to_owned()));
        words.push((path(folder.work()), "[DIR]".to_owned()));
        Self(words)
    }

    /// Adds what the test itself knows, which comes before all else.
    pub fn with(mut self, words: Vec<(String, String)>) -> Self {
        self.0.splice(0..0, words);
        self
    }

    /// Replaces everything in `text`.
    pub fn settle(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (found, word) in &self.0 {
            text = text.replace(found, word);
        }
        text = replace_shapes(&text, "dapi", "", &[32], "[VALUE]");
        text = replace_shapes(&text, "", "-", &[8, 4, 4, 4, 12], "[REQUEST]");
        replace_waits(&text)
    }
}

/// Replaces what looks like `prefix` and groups of hexadecimal digits of these lengths.
fn replace_shapes(text: &str, prefix: &str, between: &str, groups: &[usize], word: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(length) = shape_length(rest, prefix, between, groups) {
            clean.push_str(word);
            rest = &rest[length..];
        } else {
            clean.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    clean
}

/// Returns the length of what looks so at the start of `text`.
pub fn shape_length(text: &str, prefix: &str, between: &str, groups: &[usize]) -> Option<usize> {
    let mut rest = text.strip_prefix(prefix)?;
    for (index, digits) in groups.iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix(between)?;
        }
        let group = rest.get(..*digits)?;
        if !group.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        rest = &rest[*digits..];
    }
    Some(text.len() - rest.len())
}

/// Replaces how long a retry waits, which is drawn by lot.
fn replace_waits(text: &str) -> String {
    let mut parts = text.split("trying again in ");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(" s").unwrap_or_default();
        clean.push_str("trying again in [WAIT]");
        clean.push_str(rest);
    }
    clean
}
