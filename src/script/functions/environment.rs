//! The environment's variables, as far as the command line lets a script read them.

use rhai::Module;
use rhai::plugin::*;

use crate::gate::Grant;
use crate::script::run::Run;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns a variable of the environment as text, or `()` if it is not set or empty.
    ///
    /// Ends the run (exit 5) unless `--allow-env` names the variable, and with a token's value in it unless there is
    /// `--allow-reveal` too.
    ///
    /// ```rhai
    /// // patroll run --allow-env HOME …
    /// print(env("HOME") ?? "nobody is at home");
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn env(context: NativeCallContext, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.require(&context, &Grant::Env(name.to_owned()))?;
        let value = run.session().settings().variable(name).map(ImmutableString::from);
        run.let_in(&context, value.as_deref().unwrap_or_default())?;
        Ok(value.map_or(Dynamic::UNIT, Dynamic::from))
    }
}
