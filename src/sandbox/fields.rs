//! The JSON body of a call, taken apart field by field with the API's complaints. Which fields mean
//! what is the handlers' business.

use serde_json::{Map, Value};

use super::errors::ApiError;

/// The fields of a JSON object; those nobody asks for are ignored, as the API does.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body; an empty one has no fields.
    pub(super) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        if body.trim_ascii().is_empty() {
            return Ok(Self(Map::new()));
        }
        let malformed = |reason| {
            ApiError::malformed(format!("Invalid JSON given in the body of the request - {reason}"))
        };
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(malformed("expected a map")),
            Err(_) => Err(malformed("failed to parse given JSON")),
        }
    }

    /// Gives a text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        self.value(name)
            .map(|value| value.as_str().ok_or_else(|| wrong_type(name, "a string")))
            .transpose()
    }

    /// Gives a text that must be there and not be empty.
    pub(super) fn required(&self, name: &str) -> Result<&str, ApiError> {
        let text = self.text(name)?.unwrap_or_default();
        if text.is_empty() {
            return Err(ApiError::invalid(format!("Missing required field: {name}")));
        }
        Ok(text)
    }

    /// Gives a whole number, which may be written as a string of digits.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let parse = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
        self.value(name)
            .map(|value| parse(value).ok_or_else(|| wrong_type(name, "an int64")))
            .transpose()
    }

    /// Gives a list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        let parse = |value: &Value| -> Option<Vec<String>> {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        };
        self.value(name)
            .map(|value| parse(value).ok_or_else(|| wrong_type(name, "a list of strings")))
            .transpose()
    }

    /// Gives an object inside this one, empty if it is not there.
    pub(super) fn object(&self, name: &str) -> Result<Self, ApiError> {
        match self.value(name) {
            None => Ok(Self(Map::new())),
            Some(Value::Object(fields)) => Ok(Self(fields.clone())),
            Some(_) => Err(wrong_type(name, "a map")),
        }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

fn wrong_type(name: &str, wanted: &str) -> ApiError {
    ApiError::malformed(format!("Could not parse request object: expected '{name}' to be {wanted}"))
}
