//! HTTP as nobody should speak it: every time a refusal, and the next good request is served as if
//! nothing had been.

use std::time::Duration;

use patroll::sandbox::{Options, Sandbox};
use pretty_assertions::assert_eq;

use super::client::{Connection, call, list, small, start};

/// Requests as they are sent, one in a line, each ended by an empty line: what must come back, then
/// the request, with ` | ` where a line ends.
const MALFORMED: &str = "\
400 hello
400 GET / HTTP/3.0 | Host: a
400 PRI * HTTP/2.0 |  | SM
400 GET / HTTP/1.1
400 GET / HTTP/1.1 | Host: a | Host: b
400 GET / HTTP/1.1 | Host: a | nonsense
400 GET / HTTP/1.1 | Host : a
400 CONNECT a:443 HTTP/1.1 | Host: a
400 GET ftp://a/ HTTP/1.1 | Host: a
400 GET /%2 HTTP/1.1 | Host: a
400 GET /%ff HTTP/1.1 | Host: a
400 GET /?%ff HTTP/1.1 | Host: a
400 POST / HTTP/1.1 | Host: a | Content-Length: -1
400 POST / HTTP/1.1 | Host: a | Content-Length: +1
413 POST / HTTP/1.1 | Host: a | Content-Length: 99999999999999999999999999
413 POST / HTTP/1.1 | Host: a | Content-Length: 10485761
400 POST / HTTP/1.1 | Host: a | Content-Length: 2 | Content-Length: 3
400 POST / HTTP/1.1 | Host: a | Content-Length: 2 | Transfer-Encoding: chunked
400 POST / HTTP/1.0 | Host: a | Transfer-Encoding: chunked
501 POST / HTTP/1.1 | Host: a | Transfer-Encoding: gzip, chunked
501 POST / HTTP/1.1 | Host: a | Transfer-Encoding: chunked | Transfer-Encoding: chunked
400 POST / HTTP/1.1 | Host: a | Content-Length: 9 |  | {}
400 POST / HTTP/1.1 | Host: a | Transfer-Encoding: chunked |  | xyz
400 POST / HTTP/1.1 | Host: a | Transfer-Encoding: chunked |  | 2 | {}{} | 0
413 POST / HTTP/1.1 | Host: a | Transfer-Encoding: chunked |  | fffffffffffffff
400 POST / HTTP/1.1 | Host: a | Transfer-Encoding: chunked |  | 2 | {}
";

/// Puts a request together.
fn lines(text: &str) -> String {
    format!("{text}\r\n\r\n").replace(" | ", "\r\n")
}

/// Sends what is no request, checks how that is refused, and that the next request is served.
#[track_caller]
fn refuse(sandbox: &Sandbox, bytes: &[u8], status: u16) {
    let shown: String = bytes.escape_ascii().take(200).map(char::from).collect();
    let mut connection = Connection::open(sandbox);
    let answer = connection.send(bytes).finish().receive();
    let answer = answer.unwrap_or_else(|| panic!("no answer to {shown}"));
    assert_eq!(answer.status, status, "{shown}: {}", answer.body);
    assert!(answer.json()["error_code"].is_string(), "{shown}: {}", answer.body);
    assert_eq!(answer.field("Connection"), Some("close"), "{shown}");
    assert_eq!(list(sandbox).len(), 1, "after {shown}");
}

#[test]
fn malformed_requests_are_refused_and_harm_nobody() {
    let sandbox = start(small());
    for case in MALFORMED.lines() {
        let (status, request) = case.split_once(' ').unwrap();
        refuse(&sandbox, lines(request).as_bytes(), status.parse().unwrap());
    }
    let greeting_of_tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    refuse(&sandbox, greeting_of_tls, 400);
    assert_eq!(sandbox.writes(), []);
}

#[test]
fn requests_without_end_are_refused_and_harm_nobody() {
    let sandbox = start(small());
    let get = "GET / HTTP/1.1\r\nHost: a\r\n";
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let long = "x".repeat(70_000);
    for (bytes, status) in [
        (format!("{get}X: {long}\r\n\r\n"), 431),
        (format!("{get}X: {long}"), 431),
        (format!("{get}{}\r\n", "X: y\r\n".repeat(200)), 431),
        (format!("{chunked}1;{long}"), 400),
        (format!("{chunked}0\r\n{}", "X: y\r\n".repeat(20_000)), 431),
        (format!("{chunked}0\r\n{long}"), 431),
    ] {
        refuse(&sandbox, bytes.as_bytes(), status);
    }
    assert_eq!(sandbox.writes(), []);
}

#[test]
fn a_long_body_is_refused_in_the_midst_of_it() {
    let sandbox = start(small());
    let mut connection = Connection::open(&sandbox);
    connection
        .send(lines("POST /api/2.0/secrets/put HTTP/1.1 | Host: a | Transfer-Encoding: chunked"));
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    for _ in 0..12 {
        connection.send(&chunk);
    }
    assert_eq!(connection.receive().unwrap().status, 413);
    assert_eq!(list(&sandbox).len(), 1);
}

#[test]
fn a_body_that_is_not_utf8_is_malformed() {
    let sandbox = start(small());
    let token = &sandbox.workspaces()[0].token;
    let mut connection = Connection::open(&sandbox);
    let request = lines(&format!(
        "POST /api/2.0/token/create HTTP/1.1 | Host: a | Authorization: Bearer {token} | Content-Length: 3"
    ));
    let answer = connection.send(request).send(b"\"\xff\"").receive().unwrap();
    assert_eq!((answer.status, &answer.json()["error_code"]), (400, &"MALFORMED_REQUEST".into()));
}

#[test]
fn deeply_nested_json_is_malformed() {
    let sandbox = start(small());
    let body = "[".repeat(100_000);
    let answer = call(&sandbox, "POST", "/api/2.0/token/create", &body);
    assert_eq!((answer.status, &answer.json()["error_code"]), (400, &"MALFORMED_REQUEST".into()));
}

#[test]
fn a_field_that_is_not_utf8_is_no_credential() {
    let sandbox = start(small());
    let mut connection = Connection::open(&sandbox);
    connection.send(
        b"GET /api/2.0/token/list HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
    );
    assert_eq!(connection.receive().unwrap().status, 403);
}

#[test]
fn a_client_that_dawdles_is_told_so_and_an_idle_one_is_left() {
    let patience = Duration::from_millis(50);
    let sandbox = start(Options { patience, ..small() });
    assert_eq!(Connection::open(&sandbox).receive(), None);
    for started in
        ["GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{"]
    {
        // On a busy machine a connection may pass for idle before its first byte.
        let answer = loop {
            if let Some(answer) = Connection::open(&sandbox).send(started).receive() {
                break answer;
            }
        };
        assert_eq!(answer.status, 408, "{started}");
    }
}
