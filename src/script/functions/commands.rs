//! Programs that the command line lets a script run.

use std::path::PathBuf;

use rhai::plugin::*;
use rhai::{Array, Map, Module};

use super::keys;
use super::secrets::Handed;
use crate::clock::Duration;
use crate::error::Error;
use crate::gate::{Admission, Effect};
use crate::process::command::{self, Command, Ended};
use crate::script::convert::type_word;
use crate::script::failure::{Thrown, mistake};
use crate::script::run::Run;
use crate::secret::{self, Secret};

/// How long a program may run if nobody says otherwise.
const USUAL_LIMIT: Duration = Duration::from_seconds(60);

/// What is told of a program's complaint.
const LONGEST_COMPLAINT: usize = 500;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Runs a program, given as an array of its name and its arguments, and returns what it writes to stdout, without the
    /// line ends at its end. There is no shell: each text is one argument. The program sees who and where it is (`PATH`,
    /// `HOME`, `LANG`, …) and nothing else of the environment. In a dry run it is not run, and the answer is the empty text.
    ///
    /// Ends the run (exit 5) unless `--allow-run` names the program, and if it answers with a token's value unless there is
    /// `--allow-reveal` too. Throws if it cannot be run, ends with a code that is not
    /// 0, runs longer than a minute, or is handed a secret as an argument, where every process could read it.
    ///
    /// ```rhai
    /// // patroll run --allow-run git …
    /// print(run_command(["git", "--version"]));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn run_command(
        context: NativeCallContext,
        words: Array,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        run_with(&context, &words, &Map::new())
    }

    /// Runs a program as above, with a map of options: `stdin`, a text or a secret, and `timeout`, a duration. Throws for
    /// other keys.
    ///
    /// ```rhai
    /// // patroll run --allow-run vault …
    /// let made = tokens_create("nightly job", days(30));
    /// run_command(["vault", "kv", "put", "ci/databricks", "token=-"], #{ stdin: made.token_value, timeout: seconds(20) });
    /// ```
    #[rhai_fn(name = "run_command", return_raw, volatile)]
    pub fn run_command_with(
        context: NativeCallContext,
        words: Array,
        options: Map,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        run_with(&context, &words, &options)
    }
}

fn run_with(
    context: &NativeCallContext<'_>,
    words: &Array,
    options: &Map,
) -> Result<ImmutableString, Thrown> {
    let run = Run::of(context)?;
    run.check_ready()?;
    keys::refuse_unknown("run_command", options)?;
    let words = words.iter().map(read_word).collect::<Result<Vec<_>, _>>()?;
    let Some((name, arguments)) = words.split_first() else {
        return Err(mistake("no program is named: the array is empty"));
    };
    let stdin = options.get("stdin");
    let stdin =
        stdin.map(|value| Handed::read(value, "`stdin` is a text or a secret")).transpose()?;
    let limit = read_limit(options)?;
    let settings = run.session().settings();
    let program = settings.find_program(name.as_ref()).unwrap_or_else(|| PathBuf::from(name));
    let effect =
        Effect::RunCommand { program: name.clone(), arguments: arguments.to_vec(), is_look: false };
    let said = match run.admit(context, effect)? {
        Admission::Dry(_) => None,
        Admission::Go(permit) => {
            let secret = stdin.as_ref().map(Handed::value).transpose()?;
            let command = Command {
                program: &program,
                arguments,
                stdin: secret,
                environment: &settings.plain_environment(),
                limit: limit.to_std(),
            };
            let ended = command::run(permit, &command, run.session().stop());
            let ended = ended.and_then(|ended| insist_on_success(name, ended));
            Some(ended.map_err(|error| run.throw(error))?.stdout)
        }
    };
    // It has arrived, whether or not the script is let have the answer.
    if let Some(stdin) = stdin {
        stdin.arrive(&run);
    }
    let said = said.as_ref().map_or("", Secret::expose);
    run.let_in(context, said)?;
    Ok(said.into())
}

fn read_word(value: &Dynamic) -> Result<String, Thrown> {
    let Ok(word) = value.clone().into_immutable_string() else {
        return Err(mistake(format!("a program's arguments are texts, not {}", type_word(value))));
    };
    if secret::holds_secret(&word) {
        return Err(mistake(
            "a secret is no argument, which every process can read: hand it over as `stdin`",
        ));
    }
    Ok(word.into())
}

fn read_limit(options: &Map) -> Result<Duration, Thrown> {
    let Some(value) = options.get("timeout") else { return Ok(USUAL_LIMIT) };
    match value.clone().try_cast::<Duration>() {
        Some(limit) if limit > Duration::from_ms(0) && !limit.is_forever() => Ok(limit),
        Some(_) => Err(mistake("a `timeout` is longer than nothing and shorter than for ever")),
        None => Err(mistake(format!(
            "a `timeout` is a duration such as `seconds(20)`, not {}",
            type_word(value)
        ))),
    }
}

fn insist_on_success(name: &str, ended: Ended) -> Result<Ended, Error> {
    if ended.code == 0 {
        return Ok(ended);
    }
    let complaint = ended.stderr.trim().lines().next_back().unwrap_or("it says nothing");
    let complaint: String = complaint.chars().take(LONGEST_COMPLAINT).collect();
    let reason = format!("ended with code {}: {complaint}", ended.code);
    Err(Error::CommandFailed { program: name.to_owned(), reason })
}
