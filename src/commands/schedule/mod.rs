//! `patroll schedule SCRIPT …`: what to install so that a script runs again and again, with no more rights than it needs.
//!
//! Here is what all schedulers are told; how each wants it told is in a file of its name. Nothing is installed.

mod cron;
mod kubernetes;
mod systemd;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::{Every, Given, Schedule, Scheduler};
use crate::clock::Duration;
use crate::error::Error;
use crate::output::Output;
use crate::process;
use crate::script::{Arguments, Checked, Header, Source, check, closest};
use crate::settings::Settings;
use crate::stop::Stop;

/// How long a run may take, if nobody says otherwise.
const USUAL_LIMIT: Duration = Duration::from_hours(1);

/// The flags of files that a run itself writes.
const WRITTEN: [&str; 2] = ["audit-log", "metrics-file"];

/// What is run, and how often.
struct Job {
    /// Its name, which begins with `patroll-`.
    name: String,
    /// What the script is called.
    script: String,
    /// Where it lies, if it is a file.
    file: Option<PathBuf>,
    /// Whether it imports others, which lie beside it.
    has_imports: bool,
    arguments: Arguments,
    flags: Vec<Flag>,
    every: Every,
    /// patroll itself.
    program: PathBuf,
    config_file: PathBuf,
    limit: Duration,
    /// Whether it is for several workspaces.
    is_fleet: bool,
}

/// A global flag that the runs are to have.
#[derive(Clone)]
struct Flag {
    name: String,
    value: Option<String>,
    is_path: bool,
}

/// Prints what to install.
pub fn execute(
    typed: &Schedule,
    given: Vec<Given>,
    arguments: Arguments,
    settings: &Settings,
    output: &Output,
    stop: &Arc<Stop>,
) -> Result<(), Error> {
    if typed.script == "-" {
        return Err(usage(
            "a schedule needs a script that is still there at night, not stdin",
            "name a file",
        ));
    }
    settings.check_fleet()?;
    let asked = settings.asked();
    if asked.fleet.workspaces.as_deref() == Some(Path::new("-")) {
        return Err(usage(
            "at night nobody writes hosts to stdin",
            "name a file: --workspaces FILE",
        ));
    }
    let source = Source::load(&typed.script, stop)?;
    let Checked { mistakes, .. } = check(std::slice::from_ref(&typed.script), stop)?;
    if !mistakes.is_empty() {
        return Err(Error::Mistakes { mistakes });
    }
    refuse_stray_options(&source, &arguments)?;
    let file = source.folder.as_ref().map(|_| absolute(Path::new(&typed.script))).transpose()?;
    let flags = given.into_iter().filter(|flag| flag.name != "timeout").map(Flag::read);
    let mut flags = flags.collect::<Result<Vec<_>, _>>()?;
    let limit = asked.timeout.unwrap_or(USUAL_LIMIT);
    let value = Some(limit.to_string().replace(' ', ""));
    flags.push(Flag { name: "timeout".to_owned(), value, is_path: false });
    let job = Job {
        name: name_of(&typed.script),
        script: typed.script.clone(),
        has_imports: file.is_some() && source.text.contains("import"),
        file,
        arguments,
        flags,
        every: typed.every,
        program: process::own_program()?,
        config_file: absolute(&settings.config_file())?,
        limit,
        is_fleet: asked.fleet.flag().is_some(),
    };
    warn_of_needs(&Header::read(&source.text), settings, output);
    output.line(&match typed.scheduler {
        Scheduler::Cron => cron::write(&job),
        Scheduler::Systemd => systemd::write(&job),
        Scheduler::Kubernetes => kubernetes::write(&job, asked.fleet.shard),
    })
}

/// Refuses an option that a bundled script does not have, which would end each of its runs: it describes all that it has in
/// its opening comment.
fn refuse_stray_options(source: &Source, arguments: &Arguments) -> Result<(), Error> {
    if source.folder.is_some() {
        return Ok(());
    }
    let lines = source.text.lines().filter_map(|line| line.strip_prefix("// --"));
    let own: Vec<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    let given = arguments.words.iter().take(arguments.open);
    for option in given.filter_map(|word| word.strip_prefix("--")) {
        let name = option.split('=').next().unwrap_or(option).replace('_', "-");
        if !own.contains(&name.as_str()) {
            let known = own.iter().copied().chain(arguments.reserved.iter().map(String::as_str));
            return Err(Error::Usage {
                problem: format!("the script has no option `--{name}`"),
                hint: closest(&name, known).map(|close| format!("did you mean `--{close}`?")),
            });
        }
    }
    Ok(())
}

/// Tells of what the script asks for and the flags do not give: at night that is exit code 5.
fn warn_of_needs(header: &Header, settings: &Settings, output: &Output) {
    let given: Vec<_> = settings.asked().grants.iter().map(ToString::to_string).collect();
    for need in header.needs.iter().map(ToString::to_string).filter(|need| !given.contains(need)) {
        output.warn(&format!("the script asks for {need}, which these flags do not give it"));
    }
}

impl Flag {
    fn read(given: Given) -> Result<Self, Error> {
        let Given { name, value, is_path } = given;
        let value = value.map(|value| {
            let path = Path::new(&value);
            // A dash is stdout, wherever one is.
            let is_path = is_path && value != "-";
            let value = if is_path { absolute(path)?.into_os_string() } else { value.clone() };
            let wrong =
                |_| usage(&format!("the value of --{name} is not UTF-8"), "a schedule is text");
            value.into_string().map_err(wrong)
        });
        Ok(Self { value: value.transpose()?, name, is_path })
    }
}

impl Job {
    /// Returns the command with its words, the script and the flags as the scheduler has them.
    fn command(&self, program: &str, script: &str, flags: &[Flag]) -> Vec<String> {
        let (open, closed) = self.arguments.words.split_at(self.arguments.open);
        let mut words = vec![program.to_owned(), "run".to_owned(), script.to_owned()];
        words.extend_from_slice(open);
        for Flag { name, value, .. } in flags {
            // In one word, so that a value that begins with a dash is none by itself.
            words.push(match value {
                Some(value) => format!("--{name}={value}"),
                None => format!("--{name}"),
            });
        }
        if !closed.is_empty() {
            words.push("--".to_owned());
            words.extend_from_slice(closed);
        }
        words
    }

    /// Returns the script as this machine finds it.
    fn script_here(&self) -> String {
        self.file.as_ref().map_or_else(|| self.script.clone(), |file| file.display().to_string())
    }

    /// Returns the flags but for those that the scheduler says in its own way.
    fn flags_but(&self, names: &[&str]) -> Vec<Flag> {
        self.flags.iter().filter(|flag| !names.contains(&flag.name.as_str())).cloned().collect()
    }

    /// Returns the values of a flag.
    fn values<'j>(&'j self, name: &'j str) -> impl Iterator<Item = &'j str> {
        self.flags
            .iter()
            .filter(move |flag| flag.name == name)
            .filter_map(|flag| flag.value.as_deref())
    }

    /// Returns the files that a run itself writes.
    fn written(&self) -> impl Iterator<Item = &Path> {
        let files = WRITTEN.iter().flat_map(|name| self.values(name));
        files.filter(|file| *file != "-").map(Path::new)
    }

    /// Returns a minute of its own: not every job of a company has to begin at the full hour.
    fn minute(&self) -> u32 {
        self.name.bytes().fold(7, |sum, byte| (sum * 31 + u32::from(byte)) % 60)
    }

    /// Returns when it runs, as crontab(5) has it.
    fn crontab_time(&self) -> String {
        let minute = self.minute();
        match self.every {
            Every::Minutes(count) => format!("*/{count} * * * *"),
            Every::Hours(1) => format!("{minute} * * * *"),
            Every::Hours(count) => format!("{minute} */{count} * * *"),
            Every::Daily => format!("{minute} 3 * * *"),
            Every::Weekly => format!("{minute} 3 * * 1"),
            Every::Monthly => format!("{minute} 3 1 * *"),
        }
    }
}

/// Returns what the schedulers call a script: `patroll-cleanup-expired`.
fn name_of(script: &str) -> String {
    let stem = Path::new(script).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let letters =
        stem.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
    let name: String = letters.take(40).collect();
    match name.trim_matches('-') {
        "" => "patroll-script".to_owned(),
        name => format!("patroll-{name}"),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|error| Error::io("find", path.display(), &error))
}

fn usage(problem: &str, hint: &str) -> Error {
    Error::Usage { problem: problem.to_owned(), hint: Some(hint.to_owned()) }
}
