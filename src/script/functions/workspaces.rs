//! Other workspaces from the same script, by profile: the same functions, called as methods.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, FuncArgs, Map, Module};

use super::tokens::Minted;
use crate::gate::Grant;
use crate::script::failure::Thrown;
use crate::script::run::Run;
use crate::session::Session;

/// Another workspace in a script.
#[derive(Clone)]
pub struct Workspace {
    profile: ImmutableString,
    session: Arc<Session>,
}

impl Workspace {
    /// Calls a function of ours as if the run were on this workspace.
    fn call<T: rhai::Variant + Clone>(
        &self,
        context: &NativeCallContext<'_>,
        name: &str,
        arguments: impl FuncArgs,
    ) -> Result<T, Thrown> {
        let run = Run::of(context)?;
        run.elsewhere(&self.session, || context.call_native_fn(name, arguments))
    }
}

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns the workspace of another profile, on which the functions for tokens can be called as methods.
    ///
    /// Ends the run (exit 5) unless `--allow-profile` names the profile. Throws if there is no such profile. With
    /// `--sandbox` every profile leads to the sandbox.
    ///
    /// ```rhai
    /// // patroll run --allow-profile prod …
    /// let prod = workspace("prod");
    /// print(`${prod.profile}: ${prod.tokens_list().len()} tokens`);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn workspace(
        context: NativeCallContext,
        profile: ImmutableString,
    ) -> Result<Workspace, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.require(&context, &Grant::Profile(profile.to_string()))?;
        let session = run.session().on(&profile).map_err(|error| run.throw(error))?;
        Ok(Workspace { profile, session })
    }

    /// Returns the tokens of whoever the profile signs in, as `tokens_list()` does for the run's own. Throws as that does.
    ///
    /// ```rhai
    /// // patroll run --allow-profile prod …
    /// output(workspace("prod").tokens_list().filter(|t| t.expires_in < days(7)));
    /// ```
    #[rhai_fn(name = "tokens_list", return_raw, volatile)]
    pub fn tokens_list(
        context: NativeCallContext,
        workspace: &mut Workspace,
    ) -> Result<Array, Box<EvalAltResult>> {
        workspace.call(&context, "tokens_list", ())
    }

    /// Creates a token there. Throws as `tokens_create` does.
    ///
    /// ```rhai
    /// // patroll run --allow-profile prod …
    /// let prod = workspace("prod");
    /// let made = prod.tokens_create(#{ comment: "ci deploy", lifetime: days(30) });
    /// prod.tokens_revoke(made);
    /// ```
    #[rhai_fn(name = "tokens_create", return_raw, volatile)]
    pub fn tokens_create(
        context: NativeCallContext,
        workspace: &mut Workspace,
        options: Map,
    ) -> Result<Minted, Box<EvalAltResult>> {
        workspace.call(&context, "tokens_create", (options,))
    }

    /// Creates a token there, with a comment and a lifetime. Throws as `tokens_create` does.
    ///
    /// ```rhai
    /// // patroll run --allow-profile prod …
    /// let prod = workspace("prod");
    /// prod.tokens_revoke(prod.tokens_create("nightly job", days(7)));
    /// ```
    #[rhai_fn(name = "tokens_create", return_raw, volatile)]
    pub fn tokens_create_for(
        context: NativeCallContext,
        workspace: &mut Workspace,
        comment: ImmutableString,
        lifetime: Dynamic,
    ) -> Result<Minted, Box<EvalAltResult>> {
        workspace.call(&context, "tokens_create", (comment, lifetime))
    }

    /// Revokes a token there, or an array of them. Throws as `tokens_revoke` does.
    ///
    /// ```rhai
    /// // patroll run --allow-profile prod …
    /// let prod = workspace("prod");
    /// prod.tokens_revoke(prod.tokens_list().filter(|t| t.is_expired));
    /// ```
    #[rhai_fn(name = "tokens_revoke", return_raw, volatile)]
    pub fn tokens_revoke(
        context: NativeCallContext,
        workspace: &mut Workspace,
        token: Dynamic,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        workspace.call(&context, "tokens_revoke", (token,))
    }

    /// Revokes there, with the map of options of `tokens_revoke`. Throws as that does.
    ///
    /// ```rhai
    /// // patroll run --allow-profile prod …
    /// let prod = workspace("prod");
    /// prod.tokens_revoke(prod.tokens_list().filter(|t| t.is_expired), #{ allow_own: false });
    /// ```
    #[rhai_fn(name = "tokens_revoke", return_raw, volatile)]
    pub fn tokens_revoke_with(
        context: NativeCallContext,
        workspace: &mut Workspace,
        token: Dynamic,
        options: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        workspace.call(&context, "tokens_revoke", (token, options))
    }

    /// Returns the workspace's address. Throws if it cannot be told.
    ///
    /// ```rhai
    /// // patroll run --allow-profile prod …
    /// print(workspace("prod").host.starts_with("http"));
    /// ```
    #[rhai_fn(get = "host", return_raw, pure)]
    pub fn host(
        context: NativeCallContext,
        workspace: &mut Workspace,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let opened = workspace.session.workspace().map_err(|error| run.throw(error))?;
        Ok(opened.place().host.clone().into())
    }

    /// Returns the name of the profile.
    ///
    /// ```rhai
    /// // patroll run --allow-profile prod …
    /// print(workspace("prod").profile);
    /// ```
    #[rhai_fn(get = "profile", pure)]
    pub fn profile(workspace: &mut Workspace) -> ImmutableString {
        workspace.profile.clone()
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn workspace_text(workspace: &mut Workspace) -> ImmutableString {
        format!("workspace of {}", workspace.profile).into()
    }
}
