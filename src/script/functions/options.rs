//! What was written behind the script's name: its options, other words, and stdin.

use std::io::IsTerminal;

use rhai::plugin::*;
use rhai::{Array, Map, Module};

use crate::error::{Error, exit};
use crate::script::engine::LONGEST_TEXT;
use crate::script::failure::mistake;
use crate::script::options;
use crate::script::run::Run;
use crate::stop::Reason;

/// What is read from stdin at most.
const LARGEST_STDIN: u64 = LONGEST_TEXT as u64;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Declares the script's own options and returns their values. The map has each option's default, which also tells its
    /// type: a text, a number, true or false, a duration, a time, or an array of texts (which may be given several times).
    /// `older_than` is written `--older-than 90d`; `--help` behind the script's name explains them under the script's
    /// opening comment.
    ///
    /// Has to come before the first request. An unknown or mistyped option ends the run (exit 2).
    ///
    /// ```rhai
    /// let options = options(#{ prefix: "ci-", older_than: days(90), list: false });
    /// print(options.prefix);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn options(context: NativeCallContext, defaults: Map) -> Result<Map, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let arguments = run.arguments();
        if let Some(problem) = options::find_mistake(&defaults, &arguments.reserved) {
            return Err(mistake(problem));
        }
        if arguments.wants_help {
            return Err(show_help(&run, &context, &defaults));
        }
        let parsed = options::parse(arguments, &defaults).map_err(|error| run.throw(error))?;
        if let Some(word) = parsed.positional.first().filter(|_| !run.takes_words()) {
            let problem = format!("the script takes no arguments, so not `{word}`");
            return Err(run.throw(Error::Usage { problem, hint: None }));
        }
        run.take_options(parsed.positional);
        Ok(parsed.values)
    }

    /// Returns the words behind the script's name that are no options.
    ///
    /// ```rhai
    /// print(args().len());
    /// ```
    #[rhai_fn(name = "args", return_raw, volatile)]
    pub fn arguments(context: NativeCallContext) -> Result<Array, Box<EvalAltResult>> {
        let words = Run::of(&context)?.positional();
        Ok(words.into_iter().map(Dynamic::from).collect())
    }

    /// Returns all of stdin as text; the empty text if it is a terminal. Throws if it is no UTF-8 or longer than 32 MiB, and
    /// in a run on several workspaces.
    ///
    /// ```rhai
    /// for line in read_stdin().split("\n") {
    ///     print(line);
    /// }
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn read_stdin(context: NativeCallContext) -> Result<ImmutableString, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        if run.session().settings().is_of_fleet() {
            return Err(mistake("there is one stdin, and the script runs on several workspaces"));
        }
        if std::io::stdin().is_terminal() {
            return Ok(ImmutableString::new());
        }
        let read = crate::process::read_stdin(run.session().stop(), LARGEST_STDIN + 1);
        let bytes = read.map_err(|error| run.throw(error))?;
        let text = String::from_utf8(bytes).map_err(|_| mistake("stdin is not UTF-8"))?;
        if text.len() as u64 > LARGEST_STDIN {
            return Err(mistake("stdin is longer than 32 MiB"));
        }
        Ok(text.into())
    }
}

/// Prints the script's help and ends the run.
fn show_help(run: &Run, context: &NativeCallContext<'_>, defaults: &Map) -> Box<EvalAltResult> {
    let output = run.session().output();
    let name = context.call_source().unwrap_or("SCRIPT");
    let name = name.strip_prefix("bundled:").unwrap_or(name);
    let words = if run.takes_words() { " [ARGS…]" } else { "" };
    let usage = format!("Usage: patroll run {name} [OPTIONS]{words}");
    let own = "patroll's own flags, such as --dry-run and --profile, can stand here too.";
    let mut lines = vec![usage, String::new(), "Options:".to_owned()];
    lines.extend(options::explain(defaults, run.header()));
    lines.extend([String::new(), own.to_owned()]);
    // A closed stdout ends the run as well.
    let _ = output.line(&run.header().page(&lines));
    run.session().stop().set(Reason::Exit(exit::DONE));
    run.throw(Error::Exit { code: exit::DONE })
}
