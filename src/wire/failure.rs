//! Reads the many forms in which a workspace, or what stands before it, says no.
//!
//! The forms are those that Databricks' own SDKs know: JSON with a code as text or number, API 1.2, SCIM, OAuth,
//! `CODE: words`, HTML, and nothing at all.

use serde_json::Value;

use super::exchange::Reply;
use crate::error::ApiFailure;
use crate::secret::redact;

/// A message longer than this buries what it says.
const LONGEST: usize = 1000;

/// A code and the words with it, either of which may be missing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Words {
    code: Option<String>,
    message: Option<String>,
}

/// Reads a reply that is no success.
pub fn read(reply: &Reply, call: String, host: String) -> ApiFailure {
    let words = read_body(reply.status, &String::from_utf8_lossy(&reply.body));
    let code = words.code.unwrap_or_else(|| name_status(reply.status));
    let message =
        words.message.or_else(|| reply.header("x-databricks-reason-phrase").map(str::to_owned));
    ApiFailure {
        status: reply.status,
        code: clean(&code),
        message: clean(&message.unwrap_or_else(|| "no reason given".to_owned())),
        request_id: reply.header("x-request-id").map(clean),
        call,
        host,
    }
}

/// Returns whether `failure` is about who asks: no, a dead or a foreign credential, rather than a missing permission.
///
/// A workspace answers 403 to a dead token, and only its words tell that from a permission.
pub fn is_credential_refusal(failure: &ApiFailure) -> bool {
    const SIGNS: [&str; 6] = [
        "invalid access token",
        "invalid access to org",
        "token is expir",
        "token is invalid",
        "token expired",
        "token has expired",
    ];
    let message = failure.message.to_ascii_lowercase();
    match failure.status {
        401 => true,
        403 => SIGNS.iter().any(|sign| message.contains(sign)),
        _ => false,
    }
}

/// Returns what a web page is about, or nothing if `body` is none.
pub fn page_title(body: &str) -> Option<String> {
    let start = body.trim_start();
    let is_page = ["<!doctype html", "<html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag)));
    is_page.then(|| element(body, "title").map_or_else(String::new, |title| clean(&title)))
}

fn read_body(status: u16, body: &str) -> Words {
    let body = body.trim();
    if body.is_empty() {
        return Words::default();
    }
    if let Ok(Value::Object(object)) = serde_json::from_str(body) {
        return read_object(status, &object);
    }
    if body.starts_with('<') {
        let message = element(body, "pre").or_else(|| element(body, "title"));
        return Words { code: None, message };
    }
    read_text(body)
}

fn read_object(status: u16, object: &serde_json::Map<String, Value>) -> Words {
    let text = |key: &str| {
        object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    if object.contains_key("detail") || object.contains_key("scimType") {
        let detail = text("detail").filter(|detail| detail != "null");
        return Words {
            code: Some(format!("SCIM_{status}")),
            message: detail.or_else(|| Some("SCIM API Internal Error".to_owned())),
        };
    }
    match (text("error"), text("error_description")) {
        (code, Some(message)) => Words { code, message: Some(message) },
        (error, None) => Words { code: text("error_code"), message: text("message").or(error) },
    }
}

/// Reads `CODE: words`, or words alone.
fn read_text(body: &str) -> Words {
    let is_code =
        |code: &str| !code.is_empty() && code.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    match body.split_once(": ") {
        Some((code, message)) if is_code(code) => {
            Words { code: Some(code.to_owned()), message: Some(message.to_owned()) }
        }
        _ => Words { code: None, message: Some(body.to_owned()) },
    }
}

/// Returns the text of the first element called `name`, without tags in it.
fn element(page: &str, name: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let open = lower.find(&format!("<{name}"))?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find(&format!("</{name}"))?;
    let mut is_text = true;
    let text: String = page[start..end]
        .chars()
        .filter(|letter| {
            let is_kept = is_text && *letter != '<';
            is_text = *letter == '>' || is_kept;
            is_kept
        })
        .collect();
    let text =
        ["&lt;<", "&gt;>", "&quot;\"", "&#39;'", "&amp;&"].iter().fold(text, |text, pair| {
            let (entity, letter) = pair.split_at(pair.len() - 1);
            text.replace(entity, letter)
        });
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Names a status the API's way, where the body did not; a 404 that is not the API's says nothing about a token.
fn name_status(status: u16) -> String {
    let name = match status {
        400 => "BAD_REQUEST",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        409 => "CONFLICT",
        429 => "TOO_MANY_REQUESTS",
        500 => "INTERNAL_ERROR",
        501 => "NOT_IMPLEMENTED",
        502 => "BAD_GATEWAY",
        503 => "TEMPORARILY_UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        status => return format!("HTTP_{status}"),
    };
    name.to_owned()
}

/// Returns foreign words without secrets and of a sane length.
fn clean(text: &str) -> String {
    let text = redact(text.trim());
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::HeaderMap;

    fn failure(status: u16, body: &str) -> ApiFailure {
        let reply = Reply { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
        read(&reply, "GET /x".to_owned(), "https://a.b".to_owned())
    }

    #[test]
    fn every_form_of_no_is_understood() {
        let cases = [
            (
                400,
                r#"{"error_code":"QUOTA_EXCEEDED","message":"Token quota exceeded"}"#,
                "QUOTA_EXCEEDED",
                "Token quota exceeded",
            ),
            (
                403,
                r#"{"error_code":403,"message":"Invalid access token. [ReqId: 1]"}"#,
                "PERMISSION_DENIED",
                "Invalid access token. [ReqId: 1]",
            ),
            (404, r#"{"error_code":404,"message":"no"}"#, "HTTP_404", "no"),
            (400, r#"{"error":"old api"}"#, "BAD_REQUEST", "old api"),
            (
                401,
                r#"{"error":"invalid_client","error_description":"who?"}"#,
                "invalid_client",
                "who?",
            ),
            (409, r#"{"detail":"User exists","status":"409"}"#, "SCIM_409", "User exists"),
            (500, r#"{"detail":"null","scimType":"x"}"#, "SCIM_500", "SCIM API Internal Error"),
            (400, "INVALID_STATE: not now: later", "INVALID_STATE", "not now: later"),
            (418, "I'm a teapot: really", "HTTP_418", "I'm a teapot: really"),
            (
                403,
                "<html><title>Error 403 Invalid access token.</title><body></html>",
                "PERMISSION_DENIED",
                "Error 403 Invalid access token.",
            ),
            (
                502,
                "<html><title>x</title><PRE class=a>Bad <b>gateway</b> &amp;lt; more</pre>",
                "BAD_GATEWAY",
                "Bad gateway &lt; more",
            ),
            (503, "", "TEMPORARILY_UNAVAILABLE", "no reason given"),
            (504, "{}", "DEADLINE_EXCEEDED", "no reason given"),
            (429, "[]", "TOO_MANY_REQUESTS", "[]"),
        ];
        for (status, body, code, message) in cases {
            let failure = failure(status, body);
            assert_eq!(
                (failure.code.as_str(), failure.message.as_str()),
                (code, message),
                "{body}"
            );
        }
    }

    #[test]
    fn a_404_that_is_not_the_apis_does_not_say_gone() {
        for body in [
            "",
            "<html><title>404</title></html>",
            r#"{"message":"no route"}"#,
            r#"{"error_code":404}"#,
        ] {
            assert!(!crate::error::Error::Api(Box::new(failure(404, body))).is_gone(), "{body}");
        }
    }

    #[test]
    fn a_dead_credential_is_told_from_a_missing_permission() {
        let cases = [
            (401, "", true),
            (403, r#"{"error_code":403,"message":"Invalid access token."}"#, true),
            (403, "<html><title>Error 403 Invalid access token.</title></html>", true),
            (403, r#"{"message":"Token is expiring within 30 seconds. (token expired)"}"#, true),
            (403, r#"{"error_code":403,"message":"Invalid access to Org: 12"}"#, true),
            (
                403,
                r#"{"error_code":"PERMISSION_DENIED","message":"User does not have permission to use tokens."}"#,
                false,
            ),
            (400, r#"{"message":"Invalid access token."}"#, false),
        ];
        for (status, body, is_refusal) in cases {
            assert_eq!(is_credential_refusal(&failure(status, body)), is_refusal, "{body}");
        }
    }

    #[test]
    fn an_echoed_value_and_a_flood_of_words_do_not_get_through() {
        let value = format!("dapi{}", "0123456789abcdef".repeat(2));
        assert_eq!(failure(400, &format!("bad {value}")).message, "bad [redacted]");
        assert_eq!(failure(400, &"ä".repeat(5000)).message.chars().count(), LONGEST + 1);
    }

    #[test]
    fn pages_are_known_by_their_title() {
        assert_eq!(
            page_title("\n<!DOCTYPE html><title>Sign in</title>").as_deref(),
            Some("Sign in")
        );
        assert_eq!(page_title("<html></html>").as_deref(), Some(""));
        assert_eq!(page_title("{}"), None);
    }
}
