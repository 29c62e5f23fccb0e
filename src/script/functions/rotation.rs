//! `tokens_rotate` and the sinks it takes: rotation for scripts, over `rotation`.

use std::path::PathBuf;
use std::rc::Rc;

use rhai::plugin::*;
use rhai::{Array, Map};

use super::keys;
use super::values::{flag, length, text, texts};
use crate::error::Error;
use crate::rotation::{
    CommandSpec, FileSpec, Format, Policy, ProfileSpec, Reach, Report, Request, SecretSpec,
    Selector, Slot, Spec, rotate,
};
use crate::script::convert::type_word;
use crate::script::failure::{Thrown, mistake};
use crate::script::hooks::ScriptHooks;
use crate::script::run::{Run, origin};

/// A place for a value, as a script names it; copies share it.
#[derive(Clone, Debug)]
pub struct Sink(Rc<Spec>);

impl Sink {
    fn new(spec: Spec) -> Self {
        Self(Rc::new(spec))
    }

    /// Returns what it is shown as.
    pub fn text(&self) -> String {
        self.0.label()
    }
}

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Replaces a token everywhere it lives, so that at no instant a place holds a dead one: creates the new token, puts
    /// its value into every sink, proves that each holds it, and revokes the old token when the grace is over. Does what is
    /// due and returns; the next run goes on where this one ended, however it ended.
    ///
    /// The map has the `slot` (a name for this credential), its `sinks`, and how the token is named the first time:
    /// `token_id` or `comment`, or neither if the sinks prove it; `adopt: true` vouches for it where they cannot. The new
    /// token has the old one's comment and scopes, and its `lifetime` unless one is given. It is due at a third of its
    /// lifetime left (half of ten days or less), `expires_within` instead, at an age of `older_than` too, or with
    /// `force: true` now. `grace` is how long the old one lives on (24 hours; a third of the lifetime at most).
    /// `on_behalf_of` names the service principal whose token it is, for an administrator. Three functions may look on:
    /// `verify` and `before_revoke` answer false to stop; `on_published` is told once, or never if the run is killed just then.
    ///
    /// A place of the run before that `sinks` leaves out, and that may still hold the token, ends the run before anything is
    /// changed: name it again, or give it up by what it is called, `forget: ["file /etc/ci/token"]`.
    ///
    /// Returns a map: `slot`, `before`, `after` (`idle`, `minted`, `settled`), `reason`, `token_id`, `old_token_id`,
    /// `waits_until`, `next`, `unverified`, `left_out`, `strays`, `done`, `is_changed`. Throws before anything is changed if anything speaks against it, and with
    /// both tokens valid after that; `OUTCOME_UNKNOWN` means run it again.
    ///
    /// ```rhai
    /// // patroll run --allow-write token.txt …
    /// tokens_create("nightly job", days(90)).token_value.save("token.txt");
    /// let report = tokens_rotate(#{
    ///     slot: "nightly",
    ///     comment: "nightly job",
    ///     sinks: [to_file("token.txt")],
    ///     adopt: true,
    ///     older_than: days(60),
    /// });
    /// print(`${report.after}, due again ${report.next}`);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn tokens_rotate(
        context: NativeCallContext,
        options: Map,
    ) -> Result<Map, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.check_ready()?;
        let request = read_request(&context, &options).map_err(|error| match error {
            Failed::Thrown(thrown) => thrown,
            Failed::Error(error) => run.throw(error),
        })?;
        let hooks = ScriptHooks::read(&context, &options)?;
        let origin = origin(&context);
        match rotate(run.session(), &request, Reach::Full, &hooks, &origin) {
            Ok(report) => Ok(to_map(report)),
            Err(error) => Err(hooks.take_thrown(&error).unwrap_or_else(|| run.throw(error))),
        }
    }

    /// Returns the place of a value that is the token of a profile in the profile file; the profile needs a `host`.
    ///
    /// ```rhai
    /// print(to_profile("prod"));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_profile(context: NativeCallContext, name: &str) -> Result<Sink, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let path = absolute(run.session().settings().config_file())?;
        Ok(Sink::new(Spec::Profile(ProfileSpec { name: name.to_owned(), path })))
    }

    /// Returns the place of a value that is alone in a file.
    ///
    /// ```rhai
    /// print(to_file("/etc/ci/token"));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_file(context: NativeCallContext, path: &str) -> Result<Sink, Box<EvalAltResult>> {
        file(&context, path, Format::Raw, None)
    }

    /// Returns the place of a value in a file, by a map of `format` (`raw`, `env`, `json` or `ini`) and `key`: a variable, a
    /// key of a JSON object (`a.b` for one in another), or `SECTION.key`. Everything else in the file stays as it is.
    ///
    /// ```rhai
    /// print(to_file("/etc/ci/env", #{ format: "env", key: "DATABRICKS_TOKEN" }));
    /// ```
    #[rhai_fn(name = "to_file", return_raw)]
    pub fn to_file_with(
        context: NativeCallContext,
        path: &str,
        options: Map,
    ) -> Result<Sink, Box<EvalAltResult>> {
        keys::refuse_unknown(context.fn_name(), &options)?;
        let format = match text(&options, "format")? {
            None => Format::Raw,
            Some(name) => Format::parse(&name).ok_or_else(|| {
                mistake(format!("a file's format is raw, env, json or ini, not `{name}`"))
            })?,
        };
        file(&context, path, format, text(&options, "key")?)
    }

    /// Returns the place of a value that is a secret of the workspace: its scope, which has to exist, and its key.
    ///
    /// ```rhai
    /// print(to_secret("ci", "token"));
    /// ```
    pub fn to_secret(scope: &str, key: &str) -> Sink {
        secret(scope, key, None, false)
    }

    /// Returns the place of a secret by a map of `profile`, if it lies on the workspace of another profile, and
    /// `unverified: true` if it may be written but not read.
    ///
    /// ```rhai
    /// print(to_secret("ci", "token", #{ profile: "staging" }));
    /// ```
    #[rhai_fn(name = "to_secret", return_raw)]
    pub fn to_secret_with(
        context: NativeCallContext,
        scope: &str,
        key: &str,
        options: Map,
    ) -> Result<Sink, Box<EvalAltResult>> {
        keys::refuse_unknown(context.fn_name(), &options)?;
        Ok(secret(scope, key, text(&options, "profile")?, flag(&options, "unverified")?))
    }

    /// Returns the place of a value that a command is given on stdin, by a map of `read`, the command that gives it back on
    /// stdout (with exit code 3 if there is none yet), `check`, one that proves that it can be written, `timeout`, and
    /// `unverified: true` where nothing can read it. No shell is involved, and the environment is bare. A program that is named by a path must lie there; the journal knows it
    /// by its path from the root, so that it is the same from any folder.
    ///
    /// ```rhai
    /// print(to_command(["vault", "kv", "put", "ci/token", "value=-"], #{
    ///     read: ["vault", "kv", "get", "-field=value", "ci/token"],
    /// }));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_command(
        context: NativeCallContext,
        command: Array,
        options: Map,
    ) -> Result<Sink, Box<EvalAltResult>> {
        keys::refuse_unknown(context.fn_name(), &options)?;
        let words = |key: &str| match options.get(key) {
            None => Ok(None),
            Some(value) => texts(value, key).map(Some),
        };
        let spec = CommandSpec {
            put: texts(&command.into(), "the command")?,
            check: words("check")?,
            read: words("read")?,
            timeout: length(&options, "timeout")?,
            unverified: flag(&options, "unverified")?,
        };
        let run = Run::of(&context)?;
        let spec = spec.anchored(run.session()).map_err(|error| run.throw(error))?;
        Ok(Sink::new(Spec::Command(spec)))
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn sink_text(sink: &mut Sink) -> ImmutableString {
        sink.text().into()
    }
}

/// Why options are no request.
enum Failed {
    Thrown(Thrown),
    Error(Error),
}

impl From<Thrown> for Failed {
    fn from(thrown: Thrown) -> Self {
        Self::Thrown(thrown)
    }
}

fn read_request(context: &NativeCallContext<'_>, options: &Map) -> Result<Request, Failed> {
    keys::refuse_unknown(context.fn_name(), options)?;
    let name = text(options, "slot")?
        .ok_or_else(|| mistake("a rotation needs a `slot`: a name for this credential"))?;
    let selector = match (text(options, "token_id")?, text(options, "comment")?) {
        (Some(_), Some(_)) => {
            return Err(mistake("`token_id` and `comment` name the token twice").into());
        }
        (Some(id), None) => Some(Selector::Id(id)),
        (None, comment) => comment.map(Selector::Comment),
    };
    let sinks = options.get("sinks").cloned().unwrap_or_default();
    let sinks = sinks.into_array().map_err(|_| mistake("`sinks` is an array of sinks"))?;
    let sinks = sinks.into_iter().map(|sink| {
        let word = type_word(&sink);
        let wrong = || {
            mistake(format!(
                "a sink is made by to_profile, to_file, to_secret or to_command; this is {word}"
            ))
        };
        sink.try_cast::<Sink>().map(|sink| (*sink.0).clone()).ok_or_else(wrong)
    });
    let sinks = sinks.collect::<Result<Vec<_>, _>>()?;
    if let Some(scopes) = text(options, "scopes")?
        && scopes != "keep"
    {
        return Err(mistake("`scopes` is \"keep\": a rotation changes no scopes").into());
    }
    let policy = Policy {
        lifetime: length(options, "lifetime")?,
        older_than: length(options, "older_than")?,
        expires_within: length(options, "expires_within")?,
        grace: length(options, "grace")?,
        on_behalf_of: text(options, "on_behalf_of")?,
    };
    let (force, adopt) = (flag(options, "force")?, flag(options, "adopt")?);
    let slot = Slot::parse(&name).map_err(Failed::Error)?;
    let forget = options.get("forget").map(|names| texts(names, "forget")).transpose()?;
    let forget = forget.unwrap_or_default();
    Ok(Request { slot, selector, sinks, policy, force, adopt, forget })
}

fn file(
    context: &NativeCallContext<'_>,
    path: &str,
    format: Format,
    key: Option<String>,
) -> Result<Sink, Thrown> {
    let run = Run::of(context)?;
    format.check_key(key.as_deref()).map_err(mistake)?;
    let path = absolute(run.session().settings().expand(path))?;
    Ok(Sink::new(Spec::File(FileSpec { path, format, key })))
}

fn secret(scope: &str, key: &str, profile: Option<String>, unverified: bool) -> Sink {
    let (scope, key) = (scope.to_owned(), key.to_owned());
    Sink::new(Spec::Secret(SecretSpec { scope, key, profile, unverified }))
}

/// Returns a path that means the same from any folder.
fn absolute(path: PathBuf) -> Result<PathBuf, Thrown> {
    std::path::absolute(&path)
        .map_err(|error| mistake(format!("{} is no path: {error}", path.display())))
}

fn to_map(report: Report) -> Map {
    let texts = |texts: Vec<String>| texts.into_iter().map(Dynamic::from).collect::<Array>();
    let maybe = |text: Option<String>| text.map_or(Dynamic::UNIT, Dynamic::from);
    let is_changed = !report.done.is_empty();
    Map::from([
        ("slot".into(), report.slot.into()),
        ("before".into(), report.before.into()),
        ("after".into(), report.after.into()),
        ("reason".into(), maybe(report.reason.map(str::to_owned))),
        ("token_id".into(), report.token_id.into()),
        ("old_token_id".into(), maybe(report.old_token_id)),
        ("waits_until".into(), report.waits_until.map_or(Dynamic::UNIT, Dynamic::from)),
        ("next".into(), Dynamic::from(report.next)),
        ("unverified".into(), texts(report.unverified).into()),
        ("left_out".into(), texts(report.left_out).into()),
        ("strays".into(), i64::try_from(report.strays).unwrap_or(i64::MAX).into()),
        ("done".into(), texts(report.done).into()),
        ("is_changed".into(), is_changed.into()),
    ])
}
