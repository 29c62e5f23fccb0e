//! What a script says: rows and lines on stdout, logs on stderr, and JSON.

use rhai::plugin::*;
use rhai::{Array, Map, Module};

use crate::output::indent;
use crate::script::convert;
use crate::script::engine::LONGEST_TEXT;
use crate::script::failure::{Thrown, brief, mistake};
use crate::script::run::Run;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Writes tokens or maps, one or an array of them, to stdout as `--output` says: a table on a terminal and JSON
    /// otherwise, if nothing is said. Tokens are written with the usual columns or, in JSON, as the workspace sent them.
    /// Throws if that would take more than a quarter of `--max-memory`.
    ///
    /// ```rhai
    /// output(tokens_list().filter(|t| t.expires_in < days(7)));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn output(context: NativeCallContext, rows: Dynamic) -> Result<(), Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let most = run.most_at_once();
        convert::output_rows(run.session().output(), &rows, None, most)
            .map_err(|error| run.throw(error))
    }

    /// Writes these columns only: any field or computed property of a token, any key of a map. Throws if the columns are
    /// no texts, or one is named twice, and as above.
    ///
    /// ```rhai
    /// output(tokens_list(), ["comment", "expires"]);
    /// ```
    #[rhai_fn(name = "output", return_raw, volatile)]
    pub fn output_columns(
        context: NativeCallContext,
        rows: Dynamic,
        columns: Array,
    ) -> Result<(), Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let names =
            columns.into_iter().map(Dynamic::into_immutable_string).collect::<Result<Vec<_>, _>>();
        let names = names.map_err(|_| mistake("the columns are an array of texts"))?;
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let most = run.most_at_once();
        convert::output_rows(run.session().output(), &rows, Some(&names), most)
            .map_err(|error| run.throw(error))
    }

    /// Writes a line to stderr; `--quiet` leaves it out.
    ///
    /// ```rhai
    /// log_info("looking at the tokens");
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn log_info(
        context: NativeCallContext,
        message: Dynamic,
    ) -> Result<(), Box<EvalAltResult>> {
        let text = read_message(&context, &message)?;
        Run::of(&context)?.session().output().note(&text);
        Ok(())
    }

    /// Writes a warning to stderr.
    ///
    /// ```rhai
    /// log_warn("a token without a comment");
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn log_warn(
        context: NativeCallContext,
        message: Dynamic,
    ) -> Result<(), Box<EvalAltResult>> {
        let text = read_message(&context, &message)?;
        Run::of(&context)?.session().output().warn(&text);
        Ok(())
    }

    /// Writes an error to stderr; the script goes on.
    ///
    /// ```rhai
    /// log_error("one of them could not be revoked");
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn log_error(
        context: NativeCallContext,
        message: Dynamic,
    ) -> Result<(), Box<EvalAltResult>> {
        let text = read_message(&context, &message)?;
        Run::of(&context)?.session().output().fault(&text);
        Ok(())
    }

    /// Returns a value as JSON on one line: tokens as the workspace sent them, times as text, secrets as `[redacted]`.
    /// Throws if that would be longer than 32 MiB, or than a quarter of `--max-memory`.
    ///
    /// ```rhai
    /// print(to_json(#{ when: time("2026-11-23"), list: [1, true, ()] }));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_json(
        context: NativeCallContext,
        value: Dynamic,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        Ok(read_json(&context, &value)?.to_string().into())
    }

    // Wins over the language's own, which knows no times.
    #[rhai_fn(name = "to_json", return_raw)]
    pub fn map_to_json(
        context: NativeCallContext,
        value: Map,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        to_json(context, value.into())
    }

    /// Returns a value as JSON over several lines, indented by two spaces. Throws as `to_json` does.
    ///
    /// ```rhai
    /// print(to_json_pretty(#{ a: 1 }));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_json_pretty(
        context: NativeCallContext,
        value: Dynamic,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        Ok(indent(&read_json(&context, &value)?.to_string()).into())
    }

    /// Returns the value that a JSON text stands for: a map, an array, a text, a number, true or false, or `()` for null.
    /// Throws if it is no JSON, or would take more than a quarter of `--max-memory`.
    ///
    /// ```rhai
    /// print(parse_json("{\"a\": [1, 2]}").a[1]);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse_json(
        context: NativeCallContext,
        text: &str,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        convert::parse_json(text, Run::of(&context)?.most_at_once())
    }
}

/// Returns a value as JSON, unless that would be too long.
fn read_json(
    context: &NativeCallContext<'_>,
    value: &Dynamic,
) -> Result<serde_json::Value, Thrown> {
    let run = Run::of(context)?;
    convert::refuse_heavy(value, run.most_at_once().min(LONGEST_TEXT))
        .map_err(|error| run.throw(error))?;
    Ok(convert::to_json(value))
}

/// Returns a value as a message of the log, unless it was refused as one.
fn read_message(context: &NativeCallContext<'_>, value: &Dynamic) -> Result<String, Thrown> {
    let run = Run::of(context)?;
    let text = convert::display(context.engine(), value);
    run.session().stop().check().map_err(|error| run.throw(error))?;
    Ok(brief(&text).into_owned())
}
