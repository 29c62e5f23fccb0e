//! Secrets in scripts: they can be handed on, and shown only where the command line allows it.

use std::path::Path;

use rhai::Module;
use rhai::plugin::*;

use crate::files;
use crate::gate::{Admission, Effect, Grant};
use crate::script::convert::type_word;
use crate::script::failure::{Thrown, mistake};
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

/// What a script hands over to a place that takes secrets: a secret, or a text.
pub struct Handed {
    /// None where a dry run made it up.
    secret: Option<Secret>,
    /// The token it is the value of; none for a text.
    token_id: Option<String>,
}

impl Handed {
    /// Reads a value; anything else than a text or a secret is a mistake, of which `wanted` tells.
    pub fn read(value: &Dynamic, wanted: &str) -> Result<Self, Thrown> {
        if let Some(value) = value.read_lock::<Value>() {
            let token_id = Some(value.token_id.clone());
            return Ok(Self { secret: value.secret.clone(), token_id });
        }
        match value.clone().into_immutable_string() {
            Ok(text) => {
                Ok(Self { secret: Some(Secret::unregistered(text.as_str())), token_id: None })
            }
            Err(_) => Err(mistake(format!("{wanted}, not {}", type_word(value)))),
        }
    }

    /// Returns whether it has to be kept from others: a secret, or a text that holds one.
    pub fn is_secret(&self) -> bool {
        let holds = |secret: &Secret| crate::secret::holds_secret(secret.expose());
        self.token_id.is_some() || self.secret.as_ref().is_some_and(holds)
    }

    /// Returns what is handed over; a dry run's value cannot be.
    pub fn value(&self) -> Result<&Secret, Thrown> {
        self.secret.as_ref().ok_or_else(|| mistake("a dry run makes no value to hand over"))
    }

    /// Returns what is handed over, or what a dry run has in its place.
    pub fn value_or_placeholder(&self) -> Secret {
        self.secret.clone().unwrap_or_else(|| Secret::unregistered(""))
    }

    /// Notes that it has reached its place.
    pub fn arrive(&self, run: &Run) {
        if let Some(token_id) = &self.token_id {
            run.forget_value(token_id);
        }
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
        run.require(&context, &Grant::Reveal)?;
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
