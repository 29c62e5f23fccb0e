//! The commands that begin with a colon: what there is, reading one, and doing it.

use std::sync::Arc;

use super::prompt::Prompt;
use super::{Repl, files, help, show};
use crate::error::Error;
use crate::script::{Interactive, Source, closest};
use crate::session::Session;

/// What a command is called, what it takes, and what it does.
pub struct About {
    /// Its name, without the colon.
    pub name: &'static str,
    /// What stands behind it.
    pub takes: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Every command.
pub const ALL: [About; 11] = [
    about("help", "[NAME]", "explain the commands, or a function (also: NAME?)"),
    about("functions", "", "list the functions by topic"),
    about("all", "", "show the whole last result"),
    about("json", "", "show the last result as JSON"),
    about("vars", "", "list the variables"),
    about("reset", "", "forget variables, functions and imports"),
    about("load", "FILE", "run a script here; a bare word is a bundled one"),
    about("save", "FILE", "write the inputs that did not fail as a script"),
    about("profile", "NAME", "go on with another workspace"),
    about("time", "on|off", "show how long each input takes"),
    about("quit", "", "leave, as Ctrl-D does"),
];

const fn about(name: &'static str, takes: &'static str, does: &'static str) -> About {
    About { name, takes, does }
}

/// A command, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Help(Option<String>),
    Functions,
    All,
    Json,
    Vars,
    Reset,
    Load(String),
    Save(String),
    Profile(String),
    Time(bool),
    Quit,
}

/// Returns whether an input is for the REPL itself.
pub fn is_command(input: &str) -> bool {
    let input = input.trim();
    input.starts_with(':') || question(input).is_some()
}

/// Reads a command; nothing if the input is none.
pub fn parse(input: &str) -> Option<Result<Command, Error>> {
    let input = input.trim();
    if let Some(name) = question(input) {
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        return Some(Ok(Command::Help(name)));
    }
    let line = input.strip_prefix(':')?;
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    Some(read(name, rest.trim()))
}

/// Returns the name in `NAME?`.
fn question(input: &str) -> Option<&str> {
    let name = input.strip_suffix('?')?;
    name.chars().all(|letter| letter.is_alphanumeric() || letter == '_').then_some(name)
}

fn read(name: &str, rest: &str) -> Result<Command, Error> {
    let Some(about) = ALL.iter().find(|about| about.name == name) else {
        let close = closest(name, ALL.iter().map(|about| about.name));
        let close = close.map(|close| format!(":{close}"));
        return Err(Error::UnknownName { kind: "command", name: format!(":{name}"), close });
    };
    let command = match (name, rest) {
        ("help", "") => Command::Help(None),
        ("help", name) => Command::Help(Some(name.trim_start_matches(':').to_owned())),
        ("functions", "") => Command::Functions,
        ("all", "") => Command::All,
        ("json", "") => Command::Json,
        ("vars", "") => Command::Vars,
        ("reset", "") => Command::Reset,
        ("load", file) if !file.is_empty() => Command::Load(file.to_owned()),
        ("save", file) if !file.is_empty() => Command::Save(file.to_owned()),
        ("profile", name) if !name.is_empty() => Command::Profile(name.to_owned()),
        ("time", "on") => Command::Time(true),
        ("time", "off") => Command::Time(false),
        ("quit", "") => Command::Quit,
        _ => {
            let usage = format!(":{name} {}", about.takes);
            return Err(Error::Usage {
                problem: format!("that is not how :{name} is written"),
                hint: Some(format!("write `{}`: {}", usage.trim_end(), about.does)),
            });
        }
    };
    Ok(command)
}

impl Repl {
    /// Does what a command says.
    pub fn obey(&mut self, command: Command) -> Result<(), Error> {
        let session = Arc::clone(&self.session);
        let output = session.output();
        // What a command does can be long, and is stopped as an input is.
        session.stop().begin_turn();
        match command {
            Command::Help(name) => help::explain(name.as_deref(), output),
            Command::Functions => help::list(output),
            Command::All => show::result(&self.interactive.borrow(), output, true),
            Command::Json => show::json(&self.interactive.borrow(), output),
            Command::Vars => show::variables(&self.interactive.borrow(), output),
            Command::Reset => {
                self.interactive.borrow_mut().reset();
                Ok(())
            }
            Command::Load(word) => self.load(&word),
            Command::Save(file) => save(&self.interactive.borrow(), &session, &file),
            Command::Profile(name) => self.move_to(&name),
            Command::Time(on) => {
                self.shows_time = on;
                Ok(())
            }
            Command::Quit => Ok(()),
        }
    }

    /// Runs a script here; its `exit()` is the end of it, not of the session.
    fn load(&mut self, word: &str) -> Result<(), Error> {
        let source = Source::load(word, self.session.stop())?;
        match self.evaluate(&source.text) {
            Err(Error::Exit { code }) => {
                self.session.output().note(&format!("{word}: ended with exit code {code}"));
                Ok(())
            }
            result => result,
        }
    }

    /// Goes on with the workspace of another profile; nothing is asked of it yet.
    fn move_to(&mut self, name: &str) -> Result<(), Error> {
        let settings = self.session.settings();
        if settings.asked().is_sandbox {
            return Err(Error::Usage {
                problem: "a session with --sandbox touches nothing real, so it has no profiles"
                    .to_owned(),
                hint: Some(format!("`patroll -p {name} repl` opens a session there")),
            });
        }
        let settings = settings.for_profile(name);
        settings.connection()?;
        let session = Arc::new(self.session.with(settings, self.askers.clone()));
        self.interactive.borrow_mut().move_to(&session);
        self.prompt = Prompt::of(&session);
        self.editor.move_to(&session);
        self.session = session;
        Ok(())
    }
}

fn save(interactive: &Interactive, session: &Session, file: &str) -> Result<(), Error> {
    let count = files::save(file, &interactive.script())?;
    session
        .output()
        .note(&format!("{file}: {count} lines; `patroll run {}` runs them", files::runnable(file)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_a_colon_or_ends_in_a_question_is_a_command() {
        let told = |input: &str| match parse(input) {
            None => "input".to_owned(),
            Some(Ok(command)) => format!("{command:?}"),
            Some(Err(error)) => format!("{error}; {}", error.hint().unwrap_or_default()),
        };
        let cases = [
            ("tokens_list()", "input"),
            ("a?.b", "input"),
            (" :help ", "Help(None)"),
            ("tokens_list?", "Help(Some(\"tokens_list\"))"),
            ("?", "Help(None)"),
            (":load ./a b.rhai", "Load(\"./a b.rhai\")"),
            (":tiem on", "no command is called `:tiem`; did you mean `:time`?"),
            (
                ":time maybe",
                "that is not how :time is written; write `:time on|off`: show how long each input takes",
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(told(input), expected, "{input}");
        }
    }
}
