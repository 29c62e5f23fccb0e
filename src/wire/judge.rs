//! Makes of a complete reply an answer or a trouble; pure, so that every form can be tried.

use std::sync::Arc;

use serde_json::Value;

use super::answer::Answer;
use super::exchange::Reply;
use super::failure;
use super::request::Request;
use super::retry::read_retry_after;
use super::trouble::Trouble;
use crate::clock::Time;
use crate::error::ApiFailure;
use crate::host::Host;
use crate::secret::redact;

/// Judges the reply to `request`, which came in at `seen`.
pub fn judge(reply: Reply, request: &Request, host: &Host, seen: Time) -> Result<Answer, Trouble> {
    match reply.status {
        200..300 => {
            accept(reply, request, host, seen).map_err(|found| Trouble::Unreadable { found })
        }
        300..400 => Err(judge_redirect(&reply, request, host, seen)),
        _ => {
            let retry_after =
                reply.header("retry-after").and_then(|text| read_retry_after(text, seen));
            let call = if request.is_api {
                request.call()
            } else {
                format!("{} to {host}", request.call())
            };
            let failure = Box::new(failure::read(&reply, call, host.to_string()));
            Err(Trouble::Refused { failure, retry_after, seen })
        }
    }
}

/// Takes a success whose body is the API's; the error says what it is instead, never what a write answered.
fn accept(reply: Reply, request: &Request, host: &Host, seen: Time) -> Result<Answer, String> {
    let request_id = reply.header("x-request-id").map(str::to_owned);
    let body = String::from_utf8(reply.body).map_err(|_| "bytes that are no text".to_owned())?;
    if !request.is_api {
        let (call, host) = (request.call(), host.to_string());
        return Ok(Answer { body: Arc::new(body), seen, request_id, call, host });
    }
    match body.trim_start().chars().next() {
        Some('{') => {}
        None => return Err("an empty body".to_owned()),
        Some(_) => return Err(describe(&body)),
    }
    if request.is_effect || request.body.is_some() {
        accept_write(&body, request.naming)?;
    }
    let (call, host) = (request.call(), host.to_string());
    Ok(Answer { body: Arc::new(body), seen, request_id, call, host })
}

/// Refuses the answer to a write that is broken or does not name what it made; reads are parsed where they are used.
fn accept_write(body: &str, naming: Option<&str>) -> Result<(), String> {
    let value: Value = serde_json::from_str(body).map_err(|_| "broken JSON".to_owned())?;
    match naming {
        Some(pointer) if value.pointer(pointer).and_then(Value::as_str).is_none() => {
            Err(format!("JSON without {}", pointer.trim_start_matches('/').replace('/', ".")))
        }
        _ => Ok(()),
    }
}

fn describe(body: &str) -> String {
    match failure::page_title(body) {
        Some(title) if !title.is_empty() => format!("a web page titled `{title}`"),
        Some(_) => "a web page".to_owned(),
        None => "text that is not JSON".to_owned(),
    }
}

fn judge_redirect(reply: &Reply, request: &Request, host: &Host, seen: Time) -> Trouble {
    let target = reply.header("location").unwrap_or("nowhere");
    if target.contains("error=private-link-validation-error") {
        let failure = Box::new(ApiFailure {
            status: reply.status,
            code: "PRIVATE_LINK_VALIDATION_ERROR".to_owned(),
            message: "the workspace can be reached only through its private link".to_owned(),
            request_id: reply.header("x-request-id").map(str::to_owned),
            call: request.call(),
            host: host.to_string(),
        });
        return Trouble::Refused { failure, retry_after: None, seen };
    }
    // What follows the path can hold a secret of the one who redirects.
    let end = target.find(['?', '#']).unwrap_or(target.len());
    Trouble::Redirected { location: redact(&target[..end]).into_owned() }
}

/// Returns the text at `pointer` in `body`.
pub fn find_text(body: &str, pointer: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    value.pointer(pointer)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use ureq::http::HeaderMap;

    use super::*;

    fn verdict(status: u16, headers: &[(&'static str, &str)], body: &str) -> String {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let request = Request::post("/make", &json!({})).naming("/made/id");
        let reply = Reply { status, headers, body: body.as_bytes().to_vec() };
        match judge(reply, &request, &Host::parse("a.b").unwrap(), Time::from_ms(0)) {
            Ok(answer) => format!("ok {} {}", answer.body, answer.request_id.unwrap_or_default()),
            Err(trouble) => trouble.brief(),
        }
    }

    #[test]
    fn only_the_apis_json_is_an_answer() {
        let good = r#" {"made":{"id":"x"}}"#;
        assert_eq!(verdict(200, &[("x-request-id", "r1")], good), format!("ok {good} r1"));
        let bad = [
            ("", "an empty body"),
            (" \n", "an empty body"),
            ("<html><title>Sign in</title></html>", "a web page titled `Sign in`"),
            ("<!doctype html>", "a web page"),
            ("dapi0123", "text that is not JSON"),
            (r#"{"made":{"id":"x"}"#, "broken JSON"),
            (r#"{"made":{"id":5}}"#, "JSON without made.id"),
        ];
        for (body, found) in bad {
            assert_eq!(verdict(200, &[], body), format!("it answered with {found}"));
        }
    }

    #[test]
    fn a_redirect_is_not_followed_and_its_query_not_shown() {
        let login = "https://a.b/login.html?next=secret";
        assert_eq!(
            verdict(302, &[("location", login)], ""),
            "it redirects to https://a.b/login.html"
        );
        assert_eq!(verdict(307, &[], ""), "it redirects to nowhere");
        let private = "https://a.b/login.html?error=private-link-validation-error:1";
        assert_eq!(verdict(302, &[("location", private)], ""), "302 PRIVATE_LINK_VALIDATION_ERROR");
    }
}
