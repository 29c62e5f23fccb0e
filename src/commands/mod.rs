//! What each command does, in a file of its name: from what was typed to what is said.

mod admin;
mod audit;
mod auth;
mod check;
mod completions;
mod configure;
mod docs;
mod eval;
mod fleet;
mod rotations;
mod revoke;
mod run;
mod sandbox;
mod schedule;
mod scripts;
mod start;
mod tokens;

use std::io::IsTerminal;
use std::path::Path;
use std::sync::{Arc, Weak, mpsc};
use std::thread;

use tempfile::TempDir;

use crate::cli::{self, Command, Typed};
use crate::clock::{Duration, Time};
use crate::error::{Error, exit};
use crate::gate::{Ask, Askers};
use crate::memory;
use crate::metrics::{self, Metrics};
use crate::output::{Format, Output};
use crate::plan;
use crate::repl::Person;
use crate::sandbox::{Address, Options, Sandbox};
use crate::script::Arguments;
use crate::secret::Secret;
use crate::session::Session;
use crate::settings::{Asked, Environment, Member, SandboxAddress, Settings};
use crate::stop::{Reason, Stop, Timer};

/// Does what was typed; returns the exit code, which for `sandbox -- COMMAND` is the command's.
pub fn execute(
    typed: Typed,
    environment: Environment,
    output: Arc<Output>,
    stop: Arc<Stop>,
) -> Result<u8, Error> {
    typed.asked.check()?;
    let command = typed.command.unwrap_or(Command::Repl);
    if !is_session(&command) && !matches!(command, Command::Sandbox(_)) {
        end_for_certain(&stop, &output);
    }
    match command {
        Command::Scripts(scripts) => scripts::execute(&scripts, &output),
        Command::Docs { name } => docs::execute(name.as_deref(), &output),
        Command::Completions { shell } => completions::execute(shell, &output),
        Command::Plan(cli::Plan::Show { plan }) => plan::show_file(&plan, &output),
        Command::Audit(which) => audit::execute(&which, typed.asked, environment, &output),
        Command::Check { scripts } => {
            let _timer = limit_time(typed.asked.timeout, &stop)?;
            check::execute(&scripts, &output, &stop)
        }
        Command::Schedule(schedule) => {
            let settings = Settings::new(typed.asked, environment);
            let flags = typed.flags;
            schedule::execute(&schedule, flags, typed.arguments, &settings, &output, &stop)
        }
        Command::Sandbox(options) => {
            refuse_stray_flags(&typed.asked)?;
            return sandbox::execute(*options, &output, &stop);
        }
        command => on_workspace(
            command,
            typed.arguments,
            Run { asked: typed.asked, environment, output, stop },
        ),
    }
    .map(|()| exit::DONE)
}

/// Returns whether the command is a person's session.
fn is_session(command: &Command) -> bool {
    matches!(command, Command::Repl) && std::io::stdin().is_terminal()
}

/// Refuses flags that say how to run, where nothing of ours is run: they must not seem to be heeded.
fn refuse_stray_flags(asked: &Asked) -> Result<(), Error> {
    let given = [
        (asked.dry_run, "--dry-run"),
        (asked.is_sandbox, "--sandbox"),
        (asked.profile.is_some() || !asked.fleet.patterns.is_empty(), "--profile"),
        (asked.fleet.all_profiles, "--all-profiles"),
        (asked.fleet.shard.is_some(), "--shard"),
        (asked.jobs.is_some(), "--jobs"),
        (asked.host.is_some(), "--host"),
        (asked.timeout.is_some(), "--timeout"),
        (asked.yes, "--yes"),
        (asked.read_only, "--read-only"),
        (!asked.grants.is_empty(), "a permission"),
        (asked.limits.revocations.is_some(), "--max-revocations"),
        (asked.limits.creations.is_some(), "--max-creations"),
    ];
    match given.iter().find(|(is_given, _)| *is_given) {
        None => Ok(()),
        Some((_, flag)) => Err(Error::Usage {
            problem: format!("{flag} means nothing to `sandbox` itself"),
            hint: Some("write it behind `--`, at the command that is run".to_owned()),
        }),
    }
}

/// What a session is made of.
struct Run {
    asked: Asked,
    environment: Environment,
    output: Arc<Output>,
    stop: Arc<Stop>,
}

/// Does what needs a workspace; in a dry run, tells at the end what would have been done.
fn on_workspace(command: Command, arguments: Arguments, run: Run) -> Result<(), Error> {
    let Run { mut asked, environment, output, stop } = run;
    let settings = Settings::new(asked.clone(), environment.clone());
    let mut members = fleet::members(&command, &settings, &stop)?;
    let scratch = if asked.is_sandbox {
        Some(Scratch::start(&mut asked, members.as_deref_mut(), &output)?)
    } else {
        None
    };
    let plan = match &command {
        Command::Run { plan: Some(path), .. } => Some(path.clone()),
        _ => None,
    };
    if let Some(path) = &plan {
        plan::check_room(path)?;
        asked.dry_run = true;
    }
    asked.metrics_file.as_deref().map_or(Ok(()), metrics::check)?;
    let metrics = asked.metrics_file.as_deref().filter(|_| !asked.dry_run);
    let name = name_of(&command);
    let metrics = metrics.map(|path| Metrics::new(path, &name)).transpose()?;
    let settings = Settings::new(asked, environment);
    let is_repl = is_session(&command);
    let started = start::start(&settings, &output, &stop, is_repl)?;
    let askers = askers(&command, &settings, &output);
    let session = Arc::new(Session::new(settings, output, stop, askers.clone()));
    let tells_of_changes = tells_of_changes(&command, session.output());
    let words = arguments.words.clone();
    // What signing in shows has no plan, and JSON must stay one document.
    let has_plan = !matches!(command, Command::Auth(_));
    let result = match command {
        Command::Run { script, .. } => run::execute(
            &session,
            members.as_deref(),
            &askers,
            &script,
            arguments,
            metrics.as_ref(),
        ),
        Command::Repl if is_repl => crate::repl::open(&session, askers),
        Command::Repl => run::execute(&session, None, &askers, "-", arguments, None),
        Command::Eval { expression } => {
            eval::execute(&session, members.as_deref(), &askers, &expression, metrics.as_ref())
        }
        Command::Tokens(tokens) => tokens::execute(&session, tokens),
        Command::Apply { plan, max_age } => plan::apply(&session, &plan, max_age),
        Command::Rotations(rotations) => rotations::execute(&session, rotations),
        Command::Admin(admin) => admin::execute(&session, admin),
        Command::Auth(auth) => auth::execute(&session, &auth),
        Command::Configure => configure::execute(&session),
        _ => Ok(()),
    };
    let result = result.and_then(|()| session.stop().check()).or_else(without_success);
    let measured = metrics.map_or(Ok(()), |metrics| {
        if members.is_none() {
            metrics.observe(&session, &result);
        }
        metrics.write()
    });
    let summary = session.gate().summary().filter(|_| tells_of_changes);
    let told = if (result.is_ok() && has_plan) || session.gate().has_planned() {
        plan::show(&session, 0)
    } else {
        Ok(())
    };
    if let Some(summary) = summary {
        session.output().summary(&summary);
    }
    if tells_of_changes {
        tell_of_memory(session.output());
    }
    let result = match &plan {
        Some(path) => write_plan(&session, path, &name, &words, result),
        None => result,
    };
    drop((started, scratch));
    result.and(told).and(measured)
}

/// Returns whether a line at the end tells what was changed: what prints no answer of its own is never silent about that.
fn tells_of_changes(command: &Command, output: &Output) -> bool {
    match command {
        Command::Run { .. } | Command::Eval { .. } | Command::Repl | Command::Apply { .. } => true,
        Command::Tokens(cli::Tokens::Revoke { .. }) => {
            output.format() != Format::Json && !output.is_watched()
        }
        _ => false,
    }
}

/// Returns what a run is called in plans and figures.
fn name_of(command: &Command) -> String {
    match command {
        Command::Run { script, .. } => script.as_str(),
        Command::Eval { .. } => "eval",
        Command::Apply { .. } => "apply",
        Command::Tokens(_) => "tokens",
        Command::Rotations(_) => "rotations",
        _ => "-",
    }
    .to_owned()
}

/// Writes the plan of a script that has ended well, or says that there is none.
fn write_plan(
    session: &Arc<Session>,
    path: &Path,
    script: &str,
    words: &[String],
    result: Result<(), Error>,
) -> Result<(), Error> {
    if let Err(error) = &result
        && !matches!(error, Error::Exit { .. })
    {
        session.output().warn("no plan was written, as the script failed");
        return result;
    }
    if matches!(session.stop().reason(), Some(Reason::Exit(_))) {
        // What the script has ended goes on once more, to look at the tokens.
        session.stop().begin_turn();
    }
    plan::make(session, path, script, words).and(result)
}

/// Returns who is asked at a brake, and before a revocation by a script: the person who watches, if there is one.
fn askers(command: &Command, settings: &Settings, output: &Arc<Output>) -> Askers {
    let is_script = matches!(command, Command::Run { .. } | Command::Eval { .. } | Command::Repl);
    let is_watched = std::io::stdin().is_terminal() && output.is_watched();
    if !is_watched || settings.asked().yes {
        return Askers::default();
    }
    let person: Arc<dyn Ask> = Arc::new(Person::new(Arc::clone(output)));
    Askers { revocations: is_script.then(|| Arc::clone(&person)), brakes: Some(person) }
}

/// Tells `--debug` how much memory a script took.
fn tell_of_memory(output: &Output) {
    output.debug(|| {
        let peak = memory::peak().map_or_else(|| "unknown".to_owned(), memory::show);
        format!("memory: {peak} at most")
    });
}

/// `exit(0)` is no error.
fn without_success(error: Error) -> Result<(), Error> {
    if error == (Error::Exit { code: exit::DONE }) { Ok(()) } else { Err(error) }
}

/// The sandbox of one run and the folder for what it would remember; both end with it.
struct Scratch {
    _sandbox: Sandbox,
    _state: TempDir,
}

impl Scratch {
    /// Starts it, with a workspace for each member of a fleet.
    fn start(
        asked: &mut Asked,
        members: Option<&mut [Member]>,
        output: &Output,
    ) -> Result<Self, Error> {
        let failed = |reason: String| Error::Sandbox { reason };
        let workspaces = members.as_ref().map_or(1, |members| members.len().max(1));
        let options = Options { workspaces, ..Options::default() };
        let sandbox = Sandbox::start(options).map_err(|error| failed(error.to_string()))?;
        let state = TempDir::with_prefix("patroll-").map_err(|error| {
            failed(format!("no scratch folder in TMPDIR: {}", crate::error::reason(&error)))
        })?;
        let reach = |address: &Address| SandboxAddress {
            host: address.host.clone(),
            token: Secret::new(address.token.clone()),
            now: Time::from_ms(sandbox.now_ms()),
        };
        let address =
            sandbox.workspaces().first().ok_or_else(|| failed("it has no workspace".to_owned()))?;
        asked.sandbox = Some(reach(address));
        for (member, address) in members.into_iter().flatten().zip(sandbox.workspaces()) {
            member.sandbox = Some(reach(address));
        }
        asked.state_dir = Some(state.path().to_owned());
        output.note(
            "sandbox: a fresh local workspace, not a real one, forgotten at the end of this run",
        );
        Ok(Self { _sandbox: sandbox, _state: state })
    }
}

/// How long a run that was told to end may take for it: a write on its way has 10 s to land.
const LAST_GRACE: std::time::Duration = std::time::Duration::from_secs(12);

/// How long the last words of a run may take.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_secs(1);

/// Ends the process a while after the run was told to end: what hears no stop, such as a read of a file that never ends,
/// does not outlive it by much.
fn end_for_certain(stop: &Arc<Stop>, output: &Arc<Output>) {
    let (weak, output) = (Arc::downgrade(stop), Arc::clone(output));
    stop.on_set(move |_| {
        let (weak, output) = (Weak::clone(&weak), Arc::clone(&output));
        let end = move || {
            thread::sleep(LAST_GRACE);
            let error = weak.upgrade().and_then(|stop| stop.check().err());
            let code = error.as_ref().map_or(exit::FAILED, Error::exit_code);
            if let Some(error) = error.filter(Error::is_worth_telling) {
                say_at_last(error, output);
            }
            std::process::exit(i32::from(code));
        };
        // Without a thread to spare the run ends when it ends.
        let _ = thread::Builder::new().spawn(end);
    });
}

/// Says what has ended the run, unless whoever holds the streams never lets go of them.
fn say_at_last(error: Error, output: Arc<Output>) {
    let (said, heard) = mpsc::channel();
    let say = move || {
        output.error(&error);
        said.send(())
    };
    if thread::Builder::new().spawn(say).is_ok() {
        let _ = heard.recv_timeout(LAST_WORDS);
    }
}

/// Ends the run when its time is up, unless the timer is dropped before.
fn limit_time(limit: Option<Duration>, stop: &Arc<Stop>) -> Result<Option<Timer>, Error> {
    let over = |limit: Duration| Error::TimedOut { limit: limit.to_string() };
    limit.map(|limit| stop.set_after(limit.to_std(), over(limit))).transpose()
}
