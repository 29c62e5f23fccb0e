//! A script on several workspaces: some at a time, each on its own thread, until all have had their turn.
//!
//! Which they are is `settings`'. What one of them comes to does not stop the others, unless the script or the command line
//! itself is wrong, or the whole run ends. What they share, such as brakes and audit, `Session::part` says.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use crate::cli::Command;
use crate::error::{Error, exit, reason};
use crate::files;
use crate::gate::{Askers, Planned};
use crate::metrics::Metrics;
use crate::output::{Harvest, Output, Reaper, Table};
use crate::process;
use crate::session::Session;
use crate::settings::{Member, Settings};
use crate::stop::{Reason, Stop};

/// A list of hosts longer than this is none.
const LARGEST: u64 = 4 << 20;

/// What is done on each workspace.
pub type Work<'w> = &'w (dyn Fn(&Arc<Session>) -> Result<(), Error> + Sync);

/// Returns the workspaces that the command is for, if it is for several.
pub fn members(
    command: &Command,
    settings: &Settings,
    stop: &Arc<Stop>,
) -> Result<Option<Vec<Member>>, Error> {
    let flag = settings.asked().fleet.flag();
    let runs = matches!(command, Command::Run { .. } | Command::Eval { .. });
    if let Some(flag) = flag.filter(|_| !runs) {
        return Err(Error::Usage {
            problem: format!("{flag} is for `run` and `eval`, which do the same on each workspace"),
            hint: Some("name one workspace: -p NAME".to_owned()),
        });
    }
    let reads_stdin = matches!(command, Command::Run { script, .. } if script == "-");
    settings.members(|path| read_hosts(path, reads_stdin, stop))
}

fn read_hosts(path: &Path, is_stdin_taken: bool, stop: &Arc<Stop>) -> Result<String, Error> {
    let failed = |reason: String| Error::Usage {
        problem: format!("cannot read the workspaces in {}: {reason}", path.display()),
        hint: Some("write one host a line".to_owned()),
    };
    let bytes = match path.to_str() {
        Some("-") if is_stdin_taken => {
            return Err(failed("stdin is the script already".to_owned()));
        }
        Some("-") => process::read_stdin(stop, LARGEST)?,
        _ => files::read_small(path).map_err(|error| failed(reason(&error)))?,
    };
    String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))
}

/// Does the work on every workspace and tells how each of them ended.
pub fn execute(
    session: &Session,
    members: &[Member],
    askers: &Askers,
    metrics: Option<&Metrics>,
    work: Work<'_>,
) -> Result<(), Error> {
    session.warn_if_exposed();
    let fleet = Fleet {
        session,
        members,
        askers,
        metrics,
        work,
        harvest: Arc::default(),
        next: AtomicUsize::new(0),
        ends: members.iter().map(|_| OnceLock::new()).collect(),
        telling: Mutex::default(),
    };
    fleet.run();
    session.output().pass("");
    fleet.ended().for_each(|end| session.gate().plan_in(&end.planned));
    let shown = fleet.harvest.show(session.output());
    fleet.tell();
    fleet.conclude().and(shown)
}

struct Fleet<'f> {
    session: &'f Session,
    members: &'f [Member],
    askers: &'f Askers,
    metrics: Option<&'f Metrics>,
    work: Work<'f>,
    harvest: Arc<Harvest>,
    /// The first workspace that nobody has begun.
    next: AtomicUsize,
    ends: Vec<OnceLock<End>>,
    telling: Mutex<()>,
}

/// How the run on one workspace ended.
struct End {
    error: Option<Error>,
    changes: Option<String>,
    planned: Vec<Planned>,
}

impl End {
    fn code(&self) -> u8 {
        self.error.as_ref().map_or(exit::DONE, Error::exit_code)
    }

    /// Returns whether it is worth a row where nobody watches.
    fn is_notable(&self) -> bool {
        self.code() != exit::DONE || self.changes.is_some()
    }
}

impl Fleet<'_> {
    fn run(&self) {
        // Questions come one at a time, and a person has to see what they are about.
        let is_asked = self.askers.revocations.is_some() && !self.session.gate().is_dry();
        let workers = if is_asked { 1 } else { self.session.settings().at_once() };
        thread::scope(|scope| {
            for _ in 1..workers.min(self.members.len()) {
                // Where there is no thread to spare, fewer do it.
                let _ = thread::Builder::new()
                    .name("fleet".to_owned())
                    .spawn_scoped(scope, || self.work());
            }
            self.work();
        });
    }

    /// Takes one workspace after the other.
    fn work(&self) {
        while !self.session.stop().is_set() {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let (Some(member), Some(end)) = (self.members.get(at), self.ends.get(at)) else {
                return;
            };
            let reaper = Reaper::new(&self.harvest, at, &member.name);
            let part = Arc::new(self.session.part(member, reaper, self.askers.clone()));
            let result = (self.work)(&part).and_then(|()| part.stop().check());
            if let Some(metrics) = self.metrics {
                metrics.observe(&part, &result);
            }
            let error = result.err().filter(|error| *error != Error::Exit { code: exit::DONE });
            self.tell_error(part.output(), error.as_ref());
            self.session.gate().count_in(part.gate());
            let (changes, planned) = (part.gate().summary(), part.gate().planned());
            let _ = end.set(End { error, changes, planned });
            self.session.output().pass(&self.progress());
        }
    }

    /// Says what failed, unless all fail with it.
    fn tell_error(&self, output: &Output, error: Option<&Error>) {
        let Some(error) = error else { return };
        let _telling = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        let stop = self.session.stop();
        if matches!(error, Error::Usage { .. } | Error::Mistakes { .. }) {
            stop.set(Reason::Failed(error.clone()));
        }
        if stop.check().as_ref().err() != Some(error) && error.is_worth_telling() {
            output.error(error);
        }
    }

    fn ended(&self) -> impl Iterator<Item = &End> {
        self.ends.iter().filter_map(OnceLock::get)
    }

    fn progress(&self) -> String {
        let (done, failed) = (self.ended().count(), self.failed());
        let failed = if failed == 0 { String::new() } else { format!(", {failed} failed") };
        format!("{done} of {} workspaces done{failed} (Ctrl-C stops)", self.members.len())
    }

    fn failed(&self) -> usize {
        self.ended().filter(|end| end.error.as_ref().is_some_and(Error::is_worth_telling)).count()
    }

    /// Says how each workspace ended; where nobody watches, only of those of which there is something to say.
    fn tell(&self) {
        let (output, total) = (self.session.output(), self.members.len());
        if matches!(self.session.stop().check(), Err(Error::Usage { .. } | Error::Mistakes { .. }))
        {
            return;
        }
        let mut table = Table::new(["workspace", "exit", "what"]);
        for (member, end) in self.members.iter().zip(&self.ends) {
            let (code, what) = match end.get() {
                Some(end) if !output.is_watched() && !end.is_notable() => continue,
                Some(End { error: Some(error), changes, .. }) if error.is_worth_telling() => {
                    let first = error.to_string().lines().next().unwrap_or_default().to_owned();
                    let changes = changes.as_ref().map(|changes| format!("{changes}; "));
                    (error.exit_code().to_string(), changes.unwrap_or_default() + &first)
                }
                Some(end) => (end.code().to_string(), end.changes.clone().unwrap_or_default()),
                None => (String::new(), "not begun".to_owned()),
            };
            table.rows.push(vec![member.name.clone(), code, what]);
        }
        let is_quiet = table.rows.is_empty()
            || !self.ended().any(End::is_notable) && self.ended().count() == total;
        if !is_quiet {
            output.summary(&table.draw(output.width()));
        }
        let done = self.ended().count() - self.failed();
        let line = format!("{done} of {total} workspaces done");
        if is_quiet { output.progress(&line) } else { output.summary(&line) }
    }

    /// Returns the gravest of what the workspaces came to.
    fn conclude(&self) -> Result<(), Error> {
        let stopped = self.session.stop().check().err();
        let codes = self.ended().map(End::code).chain(stopped.as_ref().map(Error::exit_code));
        let code = codes.max_by_key(|code| exit::gravity(*code)).unwrap_or(exit::DONE);
        match (stopped, self.failed()) {
            (Some(error), _) if error.exit_code() == code => Err(error),
            (None, 0) if code == exit::DONE => Ok(()),
            (None, 0) => Err(Error::Exit { code }),
            (_, failed) => Err(Error::Fleet { failed, total: self.members.len(), code }),
        }
    }
}
