//! Databricks' own secrets: named values in scopes, where jobs look for them.

use rhai::plugin::*;
use rhai::{Array, Map, Module};

use super::secrets::Handed;
use crate::api::secrets::{self, Changed};
use crate::gate::Grant;
use crate::script::failure::mistake;
use crate::script::run::{Run, origin};

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Puts a secret or a text into a scope of the workspace's secrets; what the key held is replaced. In a dry run nothing
    /// is put.
    ///
    /// Ends the run (exit 5) unless `--allow-secret` names the scope. Throws what the workspace answers, such as
    /// `RESOURCE_DOES_NOT_EXIST` for a scope that is not there.
    ///
    /// ```rhai
    /// // patroll run --allow-secret ci …
    /// secrets_create_scope("ci");
    /// let made = tokens_create("nightly job", days(30));
    /// secrets_put("ci", "databricks-token", made.token_value);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn secrets_put(
        context: NativeCallContext,
        scope: ImmutableString,
        key: ImmutableString,
        value: Dynamic,
    ) -> Result<(), Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.require(&context, &Grant::Secret(scope.to_string()))?;
        let handed = Handed::read(&value, "a secret or a text is wanted")?;
        if key.is_empty() {
            return Err(mistake("a secret's key is empty"));
        }
        let (secret, origin) = (handed.value_or_placeholder(), origin(&context));
        let (scope, key) = (scope.to_string(), key.to_string());
        run.call(move |client| secrets::put(client, &scope, &key, &secret, &origin))?;
        handed.arrive(&run);
        Ok(())
    }

    /// Returns the secrets of a scope as maps of `key` and `last_updated`; never their values.
    ///
    /// Ends the run (exit 5) unless `--allow-secret` names the scope. Throws what the workspace answers.
    ///
    /// ```rhai
    /// // patroll run --allow-secret ci …
    /// secrets_create_scope("ci");
    /// for s in secrets_list("ci") {
    ///     print(`${s.key} ${s.last_updated}`);
    /// }
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn secrets_list(
        context: NativeCallContext,
        scope: ImmutableString,
    ) -> Result<Array, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.require(&context, &Grant::Secret(scope.to_string()))?;
        let scope = scope.to_string();
        let listed = run.call(move |client| secrets::list(client, &scope))?;
        let row = |listed: secrets::Listed| {
            let key = ("key".into(), listed.key.into());
            let updated = ("last_updated".into(), Dynamic::from(listed.last_updated));
            Dynamic::from_map(Map::from([key, updated]))
        };
        Ok(listed.into_iter().map(row).collect())
    }

    /// Deletes a secret from a scope: true if it was there, false if it was gone already. In a dry run nothing is deleted
    /// and the answer is true.
    ///
    /// Ends the run (exit 5) unless `--allow-secret` names the scope. Throws what the workspace answers.
    ///
    /// ```rhai
    /// // patroll run --allow-secret ci …
    /// secrets_create_scope("ci");
    /// print(secrets_delete("ci", "old-token"));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn secrets_delete(
        context: NativeCallContext,
        scope: ImmutableString,
        key: ImmutableString,
    ) -> Result<bool, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.require(&context, &Grant::Secret(scope.to_string()))?;
        let (scope, key, origin) = (scope.to_string(), key.to_string(), origin(&context));
        let changed = run.call(move |client| secrets::delete(client, &scope, &key, &origin))?;
        Ok(changed != Changed::Already)
    }

    /// Makes a scope for secrets: true if it is new, false if it was there. In a dry run none is made and the answer is
    /// true.
    ///
    /// Ends the run (exit 5) unless `--allow-secret` names the scope. Throws what the workspace answers.
    ///
    /// ```rhai
    /// // patroll run --allow-secret ci …
    /// print(secrets_create_scope("ci"));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn secrets_create_scope(
        context: NativeCallContext,
        scope: ImmutableString,
    ) -> Result<bool, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.require(&context, &Grant::Secret(scope.to_string()))?;
        let (scope, origin) = (scope.to_string(), origin(&context));
        let changed = run.call(move |client| secrets::create_scope(client, &scope, &origin))?;
        Ok(changed != Changed::Already)
    }
}
