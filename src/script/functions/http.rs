//! Other hosts that the command line lets a script ask and tell: a webhook, an inventory.

use rhai::plugin::*;
use rhai::{Map, Module};

use super::keys;
use crate::gate::{Admission, Effect, Grant};
use crate::host::{Host, split_url};
use crate::script::call::aside;
use crate::script::convert::{self, type_word};
use crate::script::engine::LONGEST_TEXT;
use crate::script::failure::{Thrown, mistake};
use crate::script::run::Run;
use crate::secret;
use crate::wire::Message;

/// Headers that say how a message is sent, which is not the script's.
const TAKEN: [&str; 6] =
    ["connection", "content-length", "content-type", "host", "transfer-encoding", "user-agent"];

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Asks a host by https and returns its answer: what its JSON stands for, or its text. No credential of ours goes along,
    /// and no redirect is followed. A dry run asks too: asking changes nothing.
    ///
    /// Ends the run (exit 5) unless `--allow-net` names the host, and if it answers with a token's value unless there is
    /// `--allow-reveal` too. Throws if it cannot be reached or answers with an error (`err.status`), and if what would be sent holds a secret.
    ///
    /// ```rhai
    /// // patroll run --allow-net 127.0.0.1 …
    /// print(http_get(`${workspace_host()}/.well-known/databricks-config`).oidc_endpoint);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn http_get(context: NativeCallContext, url: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        get(&context, url, &Map::new())
    }

    /// Asks as above, with a map of options: `headers`, a map of texts. Throws for other keys.
    ///
    /// ```rhai
    /// // patroll run --allow-net 127.0.0.1 …
    /// http_get(`${workspace_host()}/.well-known/databricks-config`, #{ headers: #{ accept: "application/json" } });
    /// ```
    #[rhai_fn(name = "http_get", return_raw, volatile)]
    pub fn http_get_with(
        context: NativeCallContext,
        url: &str,
        options: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        get(&context, url, &options)
    }

    /// Sends a value as JSON to a host by https and returns its answer, as `http_get` does; in a dry run nothing is sent, and
    /// the answer is `()`. What may have arrived is not sent twice: a lost answer throws `OUTCOME_UNKNOWN`.
    ///
    /// Ends the run (exit 5) unless `--allow-net` names the host. Throws as `http_get` does.
    ///
    /// ```rhai
    /// // patroll run --allow-net hooks.example.com …
    /// let soon = tokens_list().filter(|t| t.expires_in < days(7));
    /// http_post("https://hooks.example.com/tokens", #{ text: `${soon.len()} tokens expire this week` });
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn http_post(
        context: NativeCallContext,
        url: &str,
        body: Dynamic,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        post(&context, url, &body, &Map::new())
    }

    /// Sends as above, with a map of options: `headers`, a map of texts. Throws for other keys.
    ///
    /// ```rhai
    /// // patroll run --allow-net hooks.example.com --allow-env HOOK_KEY …
    /// http_post("https://hooks.example.com/tokens", #{ text: "done" }, #{ headers: #{ "x-key": env("HOOK_KEY") ?? "" } });
    /// ```
    #[rhai_fn(name = "http_post", return_raw, volatile)]
    pub fn http_post_with(
        context: NativeCallContext,
        url: &str,
        body: Dynamic,
        options: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        post(&context, url, &body, &options)
    }
}

fn get(context: &NativeCallContext<'_>, url: &str, options: &Map) -> Result<Dynamic, Thrown> {
    let run = Run::of(context)?;
    run.check_ready()?;
    let message = read_message("http_get", url, options)?;
    run.require(context, &Grant::Net(message.host.authority().to_owned()))?;
    let means = run.session().means_elsewhere();
    let answer = aside(run.session().stop(), || false, move || message.get(means));
    read_answer(context, &answer.map_err(|error| run.throw(error))?)
}

fn post(
    context: &NativeCallContext<'_>,
    url: &str,
    body: &Dynamic,
    options: &Map,
) -> Result<Dynamic, Thrown> {
    let run = Run::of(context)?;
    run.check_ready()?;
    let message = read_message("http_post", url, options)?;
    convert::refuse_heavy(body, run.most_at_once().min(LONGEST_TEXT))
        .map_err(|error| run.throw(error))?;
    let body = convert::to_json(body);
    refuse_secret(&body.to_string())?;
    let effect = Effect::Send { host: message.host.authority().to_owned(), method: "POST" };
    let permit = match run.admit(context, effect)? {
        Admission::Go(permit) => permit,
        Admission::Dry(_) => return Ok(Dynamic::UNIT),
    };
    let means = run.session().means_elsewhere();
    let answer = aside(run.session().stop(), || true, move || message.post(means, permit, &body));
    read_answer(context, &answer.map_err(|error| run.throw(error))?)
}

fn read_message(name: &str, url: &str, options: &Map) -> Result<Message, Thrown> {
    keys::refuse_unknown(name, options)?;
    let (host, path) = split_url(url)
        .map_err(|reason| mistake(format!("that is no address to send to: {reason}")))?;
    insist_on_encryption(&host)?;
    refuse_secret(url)?;
    let headers = match options.get("headers") {
        None => Vec::new(),
        Some(value) => {
            let Some(map) = value.read_lock::<Map>() else {
                return Err(mistake(format!(
                    "`headers` is a map of texts, not {}",
                    type_word(value)
                )));
            };
            map.iter().map(|(name, value)| read_header(name, value)).collect::<Result<_, _>>()?
        }
    };
    Ok(Message { host, path, headers })
}

fn insist_on_encryption(host: &Host) -> Result<(), Thrown> {
    if host.is_safe() {
        return Ok(());
    }
    Err(mistake(format!("{host} is plain http: only this machine may be asked without https")))
}

fn read_header(name: &str, value: &Dynamic) -> Result<(String, String), Thrown> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(mistake(format!("`{name}` is no header's name")));
    }
    if TAKEN.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(mistake(format!("the header `{name}` is not the script's to set")));
    }
    let Ok(text) = value.clone().into_immutable_string() else {
        return Err(mistake(format!("the header `{name}` is a text, not {}", type_word(value))));
    };
    if !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Err(mistake(format!("the header `{name}` holds a letter that no header can")));
    }
    refuse_secret(&text)?;
    Ok((name.to_owned(), text.into()))
}

/// Refuses to send a credential or a new token: they have sinks of their own.
fn refuse_secret(text: &str) -> Result<(), Thrown> {
    if secret::holds_secret(text) {
        return Err(mistake("what would be sent holds a secret, which goes to no other host"));
    }
    Ok(())
}

/// Returns what an answer's JSON stands for, or its text.
fn read_answer(context: &NativeCallContext<'_>, text: &str) -> Result<Dynamic, Thrown> {
    if text.trim().is_empty() {
        return Ok(Dynamic::UNIT);
    }
    let run = Run::of(context)?;
    run.let_in(context, text)?;
    Ok(convert::parse_json(text, run.most_at_once()).unwrap_or_else(|_| text.into()))
}
