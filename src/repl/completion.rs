//! What Tab completes: the script's words, commands, profiles, bundled scripts and paths.

use std::path::Path;

use rustyline::completion::Pair;

use super::commands;
use crate::folder;
use crate::profile::Profiles;
use crate::script::{Interactive, bundled_scripts};
use crate::session::Session;

/// Returns where the word at the end of `line` begins, and what it could become.
pub fn complete(line: &str, interactive: &Interactive, session: &Session) -> (usize, Vec<Pair>) {
    let Some(command) = line.strip_prefix(':') else {
        let (start, candidates) = interactive.complete(line);
        let pair = |candidate: crate::script::Candidate| Pair {
            display: candidate.shown,
            replacement: candidate.text,
        };
        return (start, candidates.into_iter().map(pair).collect());
    };
    let Some((name, word)) = command.split_once(' ') else {
        let names = commands::ALL.iter().filter(|about| about.name.starts_with(command));
        let pair = |about: &commands::About| {
            let space = if about.takes.is_empty() { "" } else { " " };
            Pair {
                display: format!(":{} {}", about.name, about.takes).trim_end().to_owned(),
                replacement: format!(":{}{space}", about.name),
            }
        };
        return (0, names.map(pair).collect());
    };
    let words = match name {
        "help" => interactive.function_names(word),
        "load" => {
            let scripts = bundled_scripts().iter().map(|script| script.name.to_owned());
            scripts.chain(paths(word)).collect()
        }
        "save" => paths(word),
        "profile" => session.settings().profiles().map(Profiles::names).unwrap_or_default(),
        "time" => vec!["on".to_owned(), "off".to_owned()],
        _ => Vec::new(),
    };
    let fitting = words.into_iter().filter(|known| known.starts_with(word));
    let pair = |word: String| Pair { display: word.clone(), replacement: word };
    (line.len() - word.len(), fitting.map(pair).collect())
}

/// Returns the folders and scripts that begin as `word` does.
fn paths(word: &str) -> Vec<String> {
    let folder = word.rfind('/').map_or("", |at| &word[..=at]);
    let place = if folder.is_empty() { "." } else { folder };
    let names = folder::names(Path::new(place)).unwrap_or_default();
    let mut paths: Vec<String> = names
        .into_iter()
        .filter_map(|name| {
            let name = name.into_string().ok()?;
            let is_hidden = name.starts_with('.') && !word[folder.len()..].starts_with('.');
            let path = format!("{folder}{name}");
            let is_folder = Path::new(&path).is_dir();
            let is_script = Path::new(&name).extension().is_some_and(|end| end == "rhai");
            match (is_folder, is_script) {
                _ if is_hidden => None,
                (true, _) => Some(format!("{path}/")),
                (false, true) => Some(path),
                (false, false) => None,
            }
        })
        .collect();
    paths.sort();
    paths
}
