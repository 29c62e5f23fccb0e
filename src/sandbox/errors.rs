//! The API's errors: status, code, message, and the JSON they travel in. Errors of HTTP itself take
//! this shape too; SCIM and OAuth have their own.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::answer::{Answer, reason};

/// A refusal in the API's own words.
#[derive(Debug)]
pub(super) struct ApiError {
    status: u16,
    code: Code,
    message: String,
    fields: Vec<(&'static str, String)>,
}

/// What `error_code` holds: a name, except where the front door answers in place of the API.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Code {
    Name(Cow<'static, str>),
    Number(u16),
}

impl ApiError {
    /// Makes an error with a named code.
    pub(super) fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self { status, code: Code::Name(code.into()), message: message.into(), fields: Vec::new() }
    }

    /// Refuses a value that was understood.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_PARAMETER_VALUE", message)
    }

    /// Refuses a body that was not understood.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(400, "MALFORMED_REQUEST", message)
    }

    /// Says that what a request names is not there.
    pub(super) fn missing(message: impl Into<String>) -> Self {
        Self::new(404, "RESOURCE_DOES_NOT_EXIST", message)
    }

    /// Says that there is no such call.
    pub(super) fn no_endpoint(method: &str, path: &str) -> Self {
        let path = path.strip_prefix("/api/2.0").unwrap_or(path);
        Self::new(404, "ENDPOINT_NOT_FOUND", format!("No API found for '{method} {path}'"))
    }

    /// Refuses a request without a credential that can be used.
    pub(super) fn no_credential() -> Self {
        Self::at_the_door(
            401,
            "Credential was not sent or was of an unsupported type for this API.",
        )
        .with("WWW-Authenticate", "Bearer realm=\"DatabricksRealm\"")
    }

    /// Refuses a credential.
    pub(super) fn invalid_token() -> Self {
        Self::at_the_door(403, "Invalid access token.")
            .with("X-Databricks-Reason-Phrase", "Invalid access token.")
    }

    /// Says that a change was made but not kept.
    pub(super) fn unsaved(error: &io::Error) -> Self {
        of_status(500, &format!("the state file was not written: {error}"))
    }

    /// Refuses in place of the API: the code is the status, as a number, and the message names the
    /// request.
    pub(super) fn at_the_door(status: u16, message: impl Into<String>) -> Self {
        Self { status, code: Code::Number(status), message: message.into(), fields: Vec::new() }
    }

    /// Adds a header field.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Gives the answer that carries this error.
    pub(super) fn answer(self, request_id: &str) -> Answer {
        let body = match self.code {
            Code::Number(_) => {
                let message = format!("{} [ReqId: {request_id}]", self.message);
                json!({"error_code": self.code, "message": message})
            }
            Code::Name(_) if self.status == 404 => json!({
                "error_code": self.code,
                "message": self.message,
                "details": [{
                    "@type": "type.googleapis.com/google.rpc.RequestInfo",
                    "request_id": request_id,
                    "serving_data": "",
                }],
            }),
            Code::Name(_) => json!({"error_code": self.code, "message": self.message}),
        };
        let mut answer = Answer::bytes(self.status, Arc::new(body.to_string().into_bytes()));
        answer.fields = self.fields;
        answer
    }
}

/// Gives the code that goes with a status for which nothing more is known.
pub(super) fn code_of(status: u16) -> &'static str {
    match status {
        400 => "BAD_REQUEST",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "RESOURCE_CONFLICT",
        429 => "REQUEST_LIMIT_EXCEEDED",
        500 => "INTERNAL_ERROR",
        501 => "NOT_IMPLEMENTED",
        503 => "TEMPORARILY_UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "UNKNOWN",
    }
}

/// Makes the error for a status for which nothing more is known.
pub(super) fn of_status(status: u16, message: &str) -> ApiError {
    ApiError::new(status, code_of(status), format!("{}: {message}", reason(status)))
}
