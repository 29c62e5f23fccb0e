//! Secrets in scripts: they can be handed on, and shown only where the command line allows it.

use rhai::Module;
#[allow(clippy::wildcard_imports, reason = "the macro's expansion names them")]
use rhai::plugin::*;

use crate::error::Error;
use crate::script::failure::mistake;
use crate::script::run::Run;
use crate::secret::{REDACTED, Secret};

/// A token value in a script: the secret, and the token it belongs to; none where a dry run made it up.
#[derive(Clone, Debug)]
pub struct Value {
    token_id: String,
    secret: Option<Secret>,
}

impl Value {
    /// Makes the value of a token.
    pub fn of_token(token_id: &str, secret: Option<Secret>) -> Self {
        Self { token_id: token_id.to_owned(), secret }
    }
}

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
#[allow(clippy::needless_pass_by_value, reason = "Rhai hands values over")]
mod api {
    /// Returns a secret as plain text; everything else that shows it prints `[redacted]`.
    ///
    /// Ends the run (exit 5) unless `--allow-reveal` was given; throws in a dry run, which has no value to show. What is
    /// then printed is the script's responsibility.
    ///
    /// ```rhai
    /// let made = tokens_create("handed over", days(1));
    /// print(`the value is ${made.token_value}`);
    /// // made.token_value.reveal() would be the text
    /// tokens_revoke(made);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn reveal(
        context: NativeCallContext,
        value: Value,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        if !run.session().settings().asked().allow_reveal {
            return Err(run.throw(Error::NotGranted { action: "reveal()", flag: "--allow-reveal" }));
        }
        let Some(secret) = value.secret else {
            return Err(mistake("a dry run makes no value that could be revealed"));
        };
        run.forget_value(&value.token_id);
        Ok(secret.reveal().into())
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn value_text(value: &mut Value) -> ImmutableString {
        let _ = value;
        REDACTED.into()
    }
}
