//! What a script can read off an error that it caught.

use rhai::Module;
use rhai::plugin::*;

use super::revoke::report_map;
use crate::error::Error;
use crate::script::failure::Failure;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns the error's code: the API's own, such as `QUOTA_EXCEEDED`, or one of patroll's, such as `UNREACHABLE` and
    /// `OUTCOME_UNKNOWN`.
    ///
    /// ```rhai
    /// try {
    ///     tokens_create("too long", days(10000));
    /// } catch (err) {
    ///     print(err.code);
    /// }
    /// ```
    #[rhai_fn(get = "code", pure)]
    pub fn code(failure: &mut Failure) -> ImmutableString {
        failure.0.code().into()
    }

    /// Returns the HTTP status of the answer, or 0 if there was none.
    ///
    /// ```rhai
    /// try { tokens_create("too long", days(10000)); } catch (err) { print(err.status); }
    /// ```
    #[rhai_fn(get = "status", pure)]
    pub fn status(failure: &mut Failure) -> i64 {
        failure.0.api().map_or(0, |api| i64::from(api.status))
    }

    /// Returns what failed, with the server's own words.
    ///
    /// ```rhai
    /// try { tokens_create("too long", days(10000)); } catch (err) { print(err.message); }
    /// ```
    #[rhai_fn(get = "message", pure)]
    pub fn message(failure: &mut Failure) -> ImmutableString {
        match failure.0.api() {
            Some(api) => api.message.as_str().into(),
            None => failure.0.to_string().into(),
        }
    }

    /// Returns the server's id of the request, or the empty text.
    ///
    /// ```rhai
    /// try { tokens_create("too long", days(10000)); } catch (err) { print(err.request_id); }
    /// ```
    #[rhai_fn(get = "request_id", pure)]
    pub fn request_id(failure: &mut Failure) -> ImmutableString {
        failure.0.api().and_then(|api| api.request_id.as_deref()).unwrap_or_default().into()
    }

    /// Returns what came of revoking an array, if the error is `PARTIAL`: a map of `revoked` and `already_gone`, of
    /// `failures`, each with its `token_id` and `error`, and of the ids `untried`, which would have failed like others;
    /// `()` for every other error.
    ///
    /// ```rhai
    /// try {
    ///     tokens_revoke(tokens_list().filter(|t| t.is_expired));
    /// } catch (err) {
    ///     if err.code != "PARTIAL" { throw err; }
    ///     for failure in err.report.failures {
    ///         log_error(`${failure.token_id}: ${failure.error.message}`);
    ///     }
    /// }
    /// ```
    #[rhai_fn(get = "report", pure)]
    pub fn report(failure: &mut Failure) -> Dynamic {
        match &*failure.0 {
            Error::Partial(report) => Dynamic::from_map(report_map(report)),
            _ => Dynamic::UNIT,
        }
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn failure_text(failure: &mut Failure) -> ImmutableString {
        failure.0.to_string().into()
    }
}
