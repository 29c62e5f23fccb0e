//! Secrets in scripts: they can be handed on, and shown only where the command line allows it.

use std::path::Path;

use rhai::Module;
use rhai::plugin::*;

use crate::error::Error;
use crate::files;
use crate::gate::{Admission, Effect};
use crate::script::failure::mistake;
use crate::script::run::{Run, origin};
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
mod api {
    /// Returns a secret as plain text; everything else that shows it prints `[redacted]`.
    ///
    /// Ends the run (exit 5) unless `--allow-reveal` was given; throws in a dry run, which has no value to show. What is
    /// then printed is the script's responsibility.
    ///
    /// ```rhai
    /// // patroll run --allow-reveal …
    /// let made = tokens_create("handed over", days(1));
    /// print(`${made.token_value} has ${made.token_value.reveal().len()} letters`);
    /// tokens_revoke(made);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn reveal(
        context: NativeCallContext,
        value: Value,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        if !run.session().settings().asked().allow_reveal {
            return Err(run.throw(Error::NotGranted {
                action: "reveal()".into(),
                flag: "--allow-reveal".into(),
            }));
        }
        let Some(secret) = value.secret else {
            return Err(mistake("a dry run makes no value that could be revealed"));
        };
        run.forget_value(&value.token_id);
        Ok(secret.reveal().into())
    }

    /// Writes a secret to a file, readable by its owner alone, which it replaces as a whole or not at all; nothing is
    /// written in a dry run.
    ///
    /// Ends the run (exit 5) unless `--allow-write` covers the file. Throws if the file cannot be written, or is a link or
    /// no plain file.
    ///
    /// ```rhai
    /// // patroll run --allow-write token.txt …
    /// let made = tokens_create("nightly job", days(30));
    /// made.token_value.save("token.txt");
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn save(
        context: NativeCallContext,
        value: Value,
        path: &str,
    ) -> Result<(), Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let workspace = run.session().workspace().map_err(|error| run.throw(error))?;
        let effect = Effect::WriteFile { path: path.to_owned() };
        let admission = run.session().gate().admit(effect, workspace.place(), &origin(&context));
        match admission.map_err(|error| run.throw(error))? {
            Admission::Dry(_) => {
                run.forget_value(&value.token_id);
                Ok(())
            }
            Admission::Go(permit) => {
                let Some(secret) = value.secret else {
                    return Err(mistake("there is no value to save"));
                };
                files::replace(permit, Path::new(path), &secret)
                    .map_err(|error| run.throw(error))?;
                run.forget_value(&value.token_id);
                Ok(())
            }
        }
    }

    /// Proves that `save` may and can write a file, before the creation that cannot be undone.
    ///
    /// Ends the run (exit 5) unless `--allow-write` covers the file. Throws if it is a link or no plain file, or its folder
    /// does not exist or cannot be written. Nothing is changed.
    ///
    /// ```rhai
    /// // patroll run --allow-write token.txt …
    /// check_writable("token.txt");
    /// tokens_create("nightly job", days(30)).token_value.save("token.txt");
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn check_writable(
        context: NativeCallContext,
        path: &str,
    ) -> Result<(), Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let effect = Effect::WriteFile { path: path.to_owned() };
        let gate = run.session().gate();
        gate.check_grants(&effect, &origin(&context)).map_err(|error| run.throw(error))?;
        files::check_writable(Path::new(path)).map_err(|error| run.throw(error))
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn value_text(value: &mut Value) -> ImmutableString {
        let _ = value;
        REDACTED.into()
    }
}
