//! What a script knows about its run, and how it ends it.

use rhai::Module;
use rhai::plugin::*;

use crate::clock::Duration;
use crate::error::Error;
use crate::script::convert::type_word;
use crate::script::failure::mistake;
use crate::script::run::Run;
use crate::stop::Reason;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Ends the run with an exit code from 0 to 255, of which 10 to 63 are for scripts; no `catch` holds it up. Throws
    /// for any other code.
    ///
    /// ```rhai
    /// if tokens_list().is_empty() { exit(10); }
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn exit(context: NativeCallContext, code: i64) -> Result<Dynamic, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let Ok(code) = u8::try_from(code) else {
            return Err(mistake(format!("an exit code is a number from 0 to 255, not {code}")));
        };
        run.session().stop().set(Reason::Exit(code));
        Err(run.throw(Error::Exit { code }))
    }

    /// Ends the run with exit code 0.
    ///
    /// ```rhai
    /// exit();
    /// ```
    #[rhai_fn(name = "exit", return_raw, volatile)]
    pub fn exit_done(context: NativeCallContext) -> Result<Dynamic, Box<EvalAltResult>> {
        exit(context, 0)
    }

    // Refuses an exit code that is no number: the language's own `exit` would take it for 0.
    #[rhai_fn(name = "exit", return_raw)]
    pub fn exit_wrong(code: Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
        let found = type_word(&code);
        Err(mistake(format!("an exit code is a number from 0 to 255, not {found}")))
    }

    /// Returns whether this is a dry run, in which nothing is changed. A script seldom needs to know: what would change is
    /// left out and listed without a line of its own.
    ///
    /// ```rhai
    /// print(is_dry_run());
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn is_dry_run(context: NativeCallContext) -> Result<bool, Box<EvalAltResult>> {
        Ok(Run::of(&context)?.session().gate().is_dry())
    }

    /// Returns the address of the run's workspace. Throws if none is configured.
    ///
    /// ```rhai
    /// print(workspace_host().starts_with("http"));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn workspace_host(
        context: NativeCallContext,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let workspace = run.session().workspace().map_err(|error| run.throw(error))?;
        Ok(workspace.place().host.clone().into())
    }

    /// Returns the name of the profile in use; the empty text if the environment or the sandbox says it all. Throws if no
    /// workspace is configured.
    ///
    /// ```rhai
    /// print(profile_name());
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn profile_name(context: NativeCallContext) -> Result<ImmutableString, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let workspace = run.session().workspace().map_err(|error| run.throw(error))?;
        Ok(workspace.connection().profile_name().unwrap_or_default().into())
    }

    /// Waits for a length of time; Ctrl-C and `--timeout` end the wait and the run. Throws for a bare number, which has no
    /// unit.
    ///
    /// ```rhai
    /// sleep(seconds(0));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn sleep(context: NativeCallContext, length: Duration) -> Result<(), Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.session().stop().sleep(length.to_std()).map_err(|error| run.throw(error))
    }

    // Refuses to wait for a bare number: seconds or milliseconds?
    #[rhai_fn(name = "sleep", return_raw)]
    pub fn sleep_number(number: i64) -> Result<(), Box<EvalAltResult>> {
        Err(mistake(format!("`sleep({number})`: of what? Write `sleep(seconds({number}))`")))
    }
}
