//! One call to the API on its way through: what a handler may look at and change.

use super::errors::ApiError;
use super::fields::Fields;
use super::options::Options;
use super::request::Request;
use super::store::Store;

/// What a handler gets.
pub(super) struct Call<'a> {
    /// The request.
    pub(super) request: &'a Request,
    /// What stands in the path where the route has `{id}`.
    pub(super) id: &'a str,
    /// Who asks; 0 where nobody need sign in.
    pub(super) caller: i64,
    /// The time of the call.
    pub(super) now: i64,
    /// What the sandbox was asked to be.
    pub(super) options: &'a Options,
    /// The workspace.
    pub(super) store: &'a mut Store,
    /// How long a new token lives at most, in milliseconds, whatever is asked for.
    pub(super) cap: Option<i64>,
    /// What the call has changed so far.
    pub(super) changes: Vec<Change>,
}

/// Something a call changed.
pub(super) struct Change {
    /// What was done, without any secret.
    pub(super) what: String,
    /// The token it was done to, if it was one.
    pub(super) token_id: Option<String>,
}

impl Call<'_> {
    /// Reads the body.
    pub(super) fn fields(&self) -> Result<Fields, ApiError> {
        Fields::parse(&self.request.body)
    }

    /// Gives a query parameter that must be there.
    pub(super) fn parameter(&self, name: &str) -> Result<&str, ApiError> {
        let value = self.request.head.parameter(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| ApiError::invalid(format!("Missing required field: {name}")))
    }

    /// Notes that a token was changed.
    pub(super) fn changed_token(&mut self, what: &str, token_id: &str) {
        self.changes.push(Change { what: what.to_owned(), token_id: Some(token_id.to_owned()) });
    }

    /// Notes that something other than a token was changed.
    pub(super) fn changed(&mut self, what: String) {
        self.changes.push(Change { what, token_id: None });
    }
}
