//! `admin_tokens_list`, `admin_tokens_get`, `admin_tokens_create`, `admin_tokens_revoke`, and who the owners are: what a
//! workspace's administrator can do, over `api::admin` and `api::users`.

use rhai::plugin::*;
use rhai::{Array, Map};

use super::keys;
use super::revoke::{Whose, revoke};
use super::tokens::{Minted, create, read_options};
use crate::api::admin::{self, Creator};
use crate::api::users::{self, Kind, User};
use crate::script::failure::{Thrown, mistake};
use crate::script::run::{Run, origin};
use crate::token::Token;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns the tokens of the whole workspace, whoever owns them, with `owner_id`, `created_by_username`,
    /// `last_used_day` and `unused_for`.
    ///
    /// Needs `--allow-admin`, and a credential of an administrator. Throws what the workspace answers.
    ///
    /// ```rhai
    /// for t in admin_tokens_list().filter(|t| t.unused_for > days(90)) {
    ///     print(`${t.created_by_username}: ${t.comment}, last used ${t.last_used_day.date}`);
    /// }
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn admin_tokens_list(context: NativeCallContext) -> Result<Array, Box<EvalAltResult>> {
        list(&context, Creator::default())
    }

    /// Returns the tokens that one user made: the map has `created_by_username` or `created_by_id`. Throws for other keys.
    ///
    /// ```rhai
    /// print(admin_tokens_list(#{ created_by_username: "analyst@example.com" }).len());
    /// ```
    #[rhai_fn(name = "admin_tokens_list", return_raw, volatile)]
    pub fn admin_tokens_list_of(
        context: NativeCallContext,
        creator: Map,
    ) -> Result<Array, Box<EvalAltResult>> {
        let creator = read_creator(&context, &creator)?;
        list(&context, creator)
    }

    /// Returns one token by its id, whoever owns it. Needs `--allow-admin`. Throws if there is none.
    ///
    /// ```rhai
    /// let some = admin_tokens_list()[0];
    /// print(admin_tokens_get(some.token_id) == some);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn admin_tokens_get(
        context: NativeCallContext,
        token_id: ImmutableString,
    ) -> Result<Token, Box<EvalAltResult>> {
        let (origin, token_id) = (origin(&context), token_id.to_string());
        Run::of(&context)?.call(move |client| admin::get(client, &token_id, &origin))
    }

    /// Creates a token that belongs to a service principal, named by its `application_id`; otherwise as `tokens_create`.
    ///
    /// Needs `--allow-admin`. Throws where the workspace cannot: on Azure, sign in as the service principal instead.
    ///
    /// ```rhai
    /// let job = service_principals_list()[0];
    /// let made = admin_tokens_create(#{ application_id: job.applicationId, comment: "nightly", lifetime: days(30) });
    /// admin_tokens_revoke(made);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn admin_tokens_create(
        context: NativeCallContext,
        options: Map,
    ) -> Result<Minted, Box<EvalAltResult>> {
        let new = read_options(&context, &options)?;
        let owner = options.get("application_id").cloned().unwrap_or_default();
        match owner.into_string() {
            Ok(owner) if !owner.trim().is_empty() => create(&context, new, Some(owner)),
            _ => Err(mistake(
                "`application_id` names the service principal that the token is for; `service_principals_list()` has them",
            )),
        }
    }

    /// Revokes a token, whoever owns it; otherwise as `tokens_revoke`. Needs `--allow-admin`.
    ///
    /// ```rhai
    /// let left = users_list().filter(|u| !u.active).map(|u| u.id);
    /// admin_tokens_revoke(admin_tokens_list().filter(|t| t.owner_id in left));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn admin_tokens_revoke(
        context: NativeCallContext,
        token: Dynamic,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        revoke(&context, &token, Whose::Anybodys, &Map::new())
    }

    /// Revokes as above, with the options of `tokens_revoke`.
    ///
    /// ```rhai
    /// let dead = admin_tokens_list().filter(|t| t.is_expired);
    /// print(admin_tokens_revoke(dead, #{ allow_own: false }).revoked);
    /// ```
    #[rhai_fn(name = "admin_tokens_revoke", return_raw, volatile)]
    pub fn admin_tokens_revoke_with(
        context: NativeCallContext,
        token: Dynamic,
        options: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        revoke(&context, &token, Whose::Anybodys, &options)
    }

    /// Returns the users of the workspace as maps of `id`, `userName`, `displayName` and `active`, which is false for one
    /// who may not sign in any more.
    ///
    /// Needs `--allow-admin`. Throws what the workspace answers.
    ///
    /// ```rhai
    /// for user in users_list().filter(|u| !u.active) {
    ///     print(`${user.userName} has left`);
    /// }
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn users_list(context: NativeCallContext) -> Result<Array, Box<EvalAltResult>> {
        list_users(&context, Kind::User)
    }

    /// Returns the service principals of the workspace as maps of `id`, `applicationId`, `displayName` and `active`.
    ///
    /// Needs `--allow-admin`. Throws what the workspace answers.
    ///
    /// ```rhai
    /// print(service_principals_list().map(|s| s.displayName));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn service_principals_list(
        context: NativeCallContext,
    ) -> Result<Array, Box<EvalAltResult>> {
        list_users(&context, Kind::ServicePrincipal)
    }
}

fn list(context: &NativeCallContext<'_>, creator: Creator) -> Result<Array, Thrown> {
    let origin = origin(context);
    let listing = Run::of(context)?.call(move |client| admin::list(client, &creator, &origin))?;
    Ok(listing.tokens.into_iter().map(Dynamic::from).collect())
}

fn read_creator(context: &NativeCallContext<'_>, map: &Map) -> Result<Creator, Thrown> {
    keys::refuse_unknown(context.fn_name(), map)?;
    let created_by_id = map.get("created_by_id").map(Dynamic::as_int).transpose();
    let name = map.get("created_by_username").cloned().map(Dynamic::into_string).transpose();
    Ok(Creator {
        created_by_id: created_by_id.map_err(|_| mistake("`created_by_id` is a whole number"))?,
        created_by_username: name.map_err(|_| mistake("`created_by_username` is a text"))?,
    })
}

fn list_users(context: &NativeCallContext<'_>, kind: Kind) -> Result<Array, Thrown> {
    let origin = origin(context);
    let listed = Run::of(context)?.call(move |client| users::list(client, kind, &origin))?;
    Ok(listed.into_iter().map(|user| Dynamic::from_map(map_of(user, kind))).collect())
}

fn map_of(user: User, kind: Kind) -> Map {
    Map::from([
        ("id".into(), user.id.into()),
        (kind.name_field().into(), user.name.into()),
        ("displayName".into(), user.display_name.into()),
        ("active".into(), user.is_active.into()),
    ])
}
