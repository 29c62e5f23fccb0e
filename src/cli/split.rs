//! Tells patroll's own flags from a script's: `run x.rhai --dry-run` must never run live.
//!
//! Behind a script's name, what patroll knows is patroll's, up to a `--`; everything else is left to the script.

use std::any::TypeId;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use clap::error::ErrorKind;

use super::schedule::Given;
use crate::script::Arguments;

/// A command line in two parts.
pub struct Parts {
    /// What clap is to read, the program's name first.
    pub patroll: Vec<OsString>,
    /// What stands behind a script's name.
    pub script: Arguments,
    /// The global flags before and behind it.
    pub flags: Vec<Given>,
}

/// What a word is to patroll.
enum Kind {
    /// One of patroll's flags; `true` if the next word is its value.
    Own(bool),
    /// `-h` or `--help`.
    Help,
    /// A flag that patroll does not have.
    Foreign,
    /// No flag.
    Plain,
}

/// Splits `words`, the program's name first.
pub fn split(words: Vec<OsString>, command: &clap::Command) -> Result<Parts, clap::Error> {
    let mut flags = Flags::of(command);
    let mut parts = Parts {
        patroll: Vec::new(),
        script: Arguments { reserved: flags.names(), ..Arguments::default() },
        flags: Vec::new(),
    };
    let mut words = words.into_iter();
    parts.patroll.extend(words.next());
    let mut plain = 0;
    while let Some(word) = words.next() {
        let is_behind_script = plain == 2;
        if word == "--" && plain > 0 {
            parts.script.open = parts.script.words.len();
            if !is_behind_script {
                // The script itself stands behind it: `run -- x.rhai --dry-run` hands that flag to the script.
                parts.patroll.push(word);
                parts.patroll.extend(words.next());
            }
            for word in words {
                parts.script.words.push(utf8(word, command)?);
            }
            return Ok(parts);
        }
        match flags.kind(&word.to_string_lossy()) {
            Kind::Own(takes_next) => {
                let next = if takes_next { words.next() } else { None };
                parts.flags.extend(flags.read(&word, next.as_ref()));
                parts.patroll.extend([word].into_iter().chain(next));
            }
            Kind::Help if is_behind_script => parts.script.wants_help = true,
            _ if is_behind_script => parts.script.words.push(utf8(word, command)?),
            // `patroll help tokens list` is what people type for `patroll tokens list --help`.
            Kind::Plain if plain == 0 && word == "help" => {
                parts.patroll.extend(words);
                parts.patroll.push("--help".into());
                return Ok(parts);
            }
            Kind::Plain if plain == 0 && word != "run" && word != "schedule" => {
                parts.patroll.push(word);
                parts.patroll.extend(words);
                return Ok(parts);
            }
            kind => {
                if plain == 0 && matches!(kind, Kind::Plain) {
                    flags.add(command.find_subcommand(&word));
                    parts.script.reserved = flags.names();
                }
                plain += usize::from(matches!(kind, Kind::Plain));
                parts.patroll.push(word);
            }
        }
    }
    parts.script.open = parts.script.words.len();
    Ok(parts)
}

fn utf8(word: OsString, command: &clap::Command) -> Result<String, clap::Error> {
    let wrong =
        || command.clone().error(ErrorKind::InvalidUtf8, "an argument of the script is not UTF-8");
    word.into_string().map_err(|_| wrong())
}

/// The flags that stand for themselves everywhere.
struct Flags(Vec<Flag>);

struct Flag {
    long: Option<String>,
    short: Option<char>,
    takes_value: bool,
    is_path: bool,
    /// Whether it is for the command that is typed, and none of the global ones.
    is_local: bool,
}

/// Flags whose values are paths although they are read as something else.
const PATHS: [&str; 3] = ["workspaces", "allow-read", "allow-write"];

impl Flags {
    fn of(command: &clap::Command) -> Self {
        Self(own(command).collect())
    }

    /// Adds those of a command.
    fn add(&mut self, command: Option<&clap::Command>) {
        let local = command.into_iter().flat_map(own).map(|flag| Flag { is_local: true, ..flag });
        self.0.extend(local);
    }

    /// Reads what is patroll's and global: `-nq`, `-pprod`, `--profile=prod`, or with its value in the `next` word.
    fn read(&self, word: &OsStr, next: Option<&OsString>) -> Vec<Given> {
        let bytes = word.as_bytes();
        let given = |flag: &Flag, value: Option<OsString>| Given {
            name: flag.long.clone().unwrap_or_default(),
            value: if flag.takes_value { value.or_else(|| next.cloned()) } else { None },
            is_path: flag.is_path,
        };
        if let Some(long) = bytes.strip_prefix(b"--") {
            let end = long.iter().position(|byte| *byte == b'=');
            let name = String::from_utf8_lossy(&long[..end.unwrap_or(long.len())]);
            let value = end.map(|end| OsStr::from_bytes(&long[end + 1..]).to_owned());
            let flag = self.0.iter().find(|flag| flag.long.as_deref() == Some(&name));
            return flag
                .filter(|flag| !flag.is_local)
                .map(|flag| given(flag, value))
                .into_iter()
                .collect();
        }
        let mut found = Vec::new();
        for (at, letter) in bytes.iter().enumerate().skip(1) {
            let known = |flag: &&Flag| flag.short == Some(char::from(*letter));
            let Some(flag) = self.0.iter().find(known) else { break };
            let rest = bytes.get(at + 1..).filter(|rest| !rest.is_empty());
            let rest = rest.map(|rest| rest.strip_prefix(b"=").unwrap_or(rest));
            found.push(given(flag, rest.map(|rest| OsStr::from_bytes(rest).to_owned())));
            if flag.takes_value {
                break;
            }
        }
        found
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.0.iter().filter_map(|flag| flag.long.clone()).collect();
        names.push("help".to_owned());
        names
    }

    fn kind(&self, word: &str) -> Kind {
        if word == "-h" || word == "--help" {
            return Kind::Help;
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, _)) => (name, true),
                None => (long, false),
            };
            let flag = self.0.iter().find(|flag| flag.long.as_deref() == Some(name));
            return flag.map_or(Kind::Foreign, |flag| Kind::Own(flag.takes_value && !value));
        }
        match word.strip_prefix('-') {
            Some(cluster) if !cluster.is_empty() => self.cluster(cluster),
            _ => Kind::Plain,
        }
    }

    /// Reads short flags written together, `-nq` or `-pprod`: patroll's if the first is.
    fn cluster(&self, cluster: &str) -> Kind {
        let mut letters = cluster.chars();
        let mut is_own = false;
        while let Some(letter) = letters.next() {
            match self.0.iter().find(|flag| flag.short == Some(letter)) {
                Some(flag) if flag.takes_value => return Kind::Own(letters.as_str().is_empty()),
                Some(_) => is_own = true,
                None if is_own => return Kind::Own(false),
                None => return Kind::Foreign,
            }
        }
        Kind::Own(false)
    }
}

/// Returns the flags that a command itself has.
fn own(command: &clap::Command) -> impl Iterator<Item = Flag> {
    let own = command.get_arguments().filter(|argument| argument.get_long().is_some());
    own.map(|argument| Flag {
        long: argument.get_long().map(str::to_owned),
        short: argument.get_short(),
        takes_value: argument.get_action().takes_values(),
        is_path: argument.get_value_parser().type_id() == TypeId::of::<PathBuf>()
            || argument.get_long().is_some_and(|long| PATHS.contains(&long)),
        is_local: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn split_text(text: &str) -> (String, Vec<String>, usize, bool) {
        let parts =
            split(text.split(' ').map(OsString::from).collect(), &super::super::Line::command())
                .unwrap();
        let patroll: Vec<_> =
            parts.patroll.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        (patroll.join(" "), parts.script.words, parts.script.open, parts.script.wants_help)
    }

    #[test]
    fn own_flags_are_found_behind_the_script_too() {
        let cases: [(&str, &str, &[&str], usize, bool); 14] = [
            ("patroll run x --dry-run", "patroll run x --dry-run", &[], 0, false),
            ("patroll run x --prefix ci- -n", "patroll run x -n", &["--prefix", "ci-"], 2, false),
            ("patroll -p prod run x a -oj", "patroll -p prod run x -oj", &["a"], 1, false),
            ("patroll run -p prod x b", "patroll run -p prod x", &["b"], 1, false),
            ("patroll run x -- --dry-run", "patroll run x", &["--dry-run"], 0, false),
            ("patroll run -- x --dry-run", "patroll run -- x", &["--dry-run"], 0, false),
            ("patroll run -n -- x y", "patroll run -n -- x", &["y"], 0, false),
            ("patroll run x --help", "patroll run x", &[], 0, true),
            ("patroll run x --timeout 5m y", "patroll run x --timeout 5m", &["y"], 1, false),
            ("patroll run x --plan p y", "patroll run x --plan p", &["y"], 1, false),
            ("patroll run x -nq -z", "patroll run x -nq", &["-z"], 1, false),
            ("patroll help tokens list", "patroll tokens list --help", &[], 0, false),
            ("patroll help", "patroll --help", &[], 0, false),
            ("patroll tokens list --where x", "patroll tokens list --where x", &[], 0, false),
        ];
        for (line, patroll, script, open, help) in cases {
            let script: Vec<String> = script.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(split_text(line), (patroll.to_owned(), script, open, help), "{line}");
        }
    }

    #[test]
    fn a_schedule_remembers_the_global_flags_and_leaves_the_rest_to_the_script() {
        let line = "patroll -nqpprod schedule x --every daily a --as=cron --state-dir s --timeout=5m --deep -- -n";
        let words = line.split(' ').map(OsString::from).collect();
        let parts = split(words, &super::super::Line::command()).unwrap();
        assert_eq!(
            (parts.script.words, parts.script.open),
            (vec!["a".into(), "--deep".into(), "-n".into()], 2)
        );
        let given = |name: &str, value: Option<&str>, is_path| Given {
            name: name.to_owned(),
            value: value.map(OsString::from),
            is_path,
        };
        let expected = [
            given("dry-run", None, false),
            given("quiet", None, false),
            given("profile", Some("prod"), false),
            given("state-dir", Some("s"), true),
            given("timeout", Some("5m"), false),
        ];
        assert_eq!(parts.flags, expected);
    }
}
