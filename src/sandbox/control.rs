//! The control path, `/.sandbox/…`: what a test or a person does to a running sandbox, and what it
//! tells of itself. No real workspace has it; it needs no credential, and is neither counted nor
//! met by faults.

use serde_json::{Value, json};

use super::answer::Answer;
use super::clock::parse_length;
use super::errors::ApiError;
use super::fault::Fault;
use super::fields::Fields;
use super::request::Request;
use super::world::World;

/// What all paths begin with.
pub(super) const PREFIX: &str = "/.sandbox/";

/// Answers a request to the control path.
pub(super) fn answer(world: &World, request: &Request) -> Answer {
    let head = &request.head;
    let result = match (head.method.as_str(), head.path.as_str()) {
        ("GET", "/.sandbox/info") => Ok(info(world)),
        ("GET", "/.sandbox/log") => Ok(Answer::json(&*world.log.lock())),
        ("POST", "/.sandbox/clock") => move_clock(world, &request.body),
        ("GET", "/.sandbox/faults") => Ok(faults(world)),
        ("POST", "/.sandbox/faults") => add_faults(world, &request.body),
        ("DELETE", "/.sandbox/faults") => {
            world.faults.clear();
            Ok(faults(world))
        }
        (method, path) => Err(ApiError::no_endpoint(method, path)),
    };
    result.unwrap_or_else(|error| error.answer(""))
}

fn info(world: &World) -> Answer {
    Answer::json(&json!({
        "note": "a sandbox of patroll, not a real workspace",
        "now_ms": world.clock.now(),
        "workspaces": world.addresses,
    }))
}

/// Takes `{"advance": "90d"}`, `{"advance_ms": 1000}` or `{"set_ms": 1000}`.
fn move_clock(world: &World, body: &[u8]) -> Result<Answer, ApiError> {
    let fields = Fields::parse(body)?;
    let forms = || {
        ApiError::invalid(
            "write {\"advance\": \"90d\"}, {\"advance_ms\": NUMBER} or {\"set_ms\": NUMBER}",
        )
    };
    let length =
        fields.text("advance")?.map(|text| parse_length(text).ok_or_else(forms)).transpose()?;
    match (length, fields.integer("advance_ms")?, fields.integer("set_ms")?) {
        (Some(ms), None, None) | (None, Some(ms), None) => world.clock.advance(ms),
        (None, None, Some(ms)) => world.clock.set(ms),
        _ => return Err(forms()),
    }
    let saved = world.save(&world.stores());
    saved.map_err(|error| ApiError::unsaved(&error))?;
    Ok(Answer::json(&json!({"now_ms": world.clock.now()})))
}

fn faults(world: &World) -> Answer {
    Answer::json(&json!({"faults": world.faults.list()}))
}

/// Takes `"TEXT"`, `{"fault": "TEXT"}` or a list of these; all of them or none.
fn add_faults(world: &World, body: &[u8]) -> Result<Answer, ApiError> {
    let forms = || ApiError::invalid("write \"FAULT\", {\"fault\": \"FAULT\"} or a list of these");
    let value: Value = serde_json::from_slice(body).map_err(|_| forms())?;
    let items = match value {
        Value::Array(items) => items,
        item => vec![item],
    };
    let parse = |item: &Value| {
        let text = item.get("fault").unwrap_or(item).as_str().ok_or_else(forms)?;
        text.parse::<Fault>().map_err(|error| ApiError::invalid(error.to_string()))
    };
    for fault in items.iter().map(parse).collect::<Result<Vec<_>, _>>()? {
        world.ask_for(fault);
    }
    Ok(faults(world))
}
