//! HTTP as real clients speak it.

use pretty_assertions::assert_eq;

use super::client::{Connection, call_as, request, small, start};

const CONFIG: &str = "/.well-known/databricks-config";
const PUT: &str = "/api/2.0/secrets/scopes/create";

#[test]
fn the_head_of_an_answer() {
    let sandbox = start(small());
    let answer = call_as(&sandbox, "", "GET", CONFIG, "");
    assert_eq!(
        answer.head,
        format!(
            "HTTP/1.1 200 OK\r\nDate: Mon, 17 May 2021 21:42:18 GMT\r\nServer: patroll-sandbox\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\
             x-request-id: 00000001-0000-4000-8000-000000000001\r\nConnection: keep-alive\r\n\r\n",
            answer.body.len()
        )
    );
}

#[test]
fn it_listens_on_the_loopback_interface() {
    let sandbox = start(small());
    let host = &sandbox.workspaces()[0].host;
    assert!(host.starts_with("http://127.0.0.1:"), "{host}");
}

#[test]
fn a_connection_serves_many_requests_also_sent_ahead() {
    let sandbox = start(small());
    let mut connection = Connection::open(&sandbox);
    let one = request("GET", CONFIG, "", "");
    let first = connection.send(&one).receive().unwrap();
    connection.send(one.repeat(3));
    let ids: Vec<_> = (0..3).map(|_| connection.receive().unwrap()).collect();
    assert_eq!(ids[2].field("x-request-id"), Some("00000001-0000-4000-8000-000000000004"));
    assert!(ids.iter().all(|answer| answer.body == first.body));
}

#[test]
fn a_connection_is_kept_as_the_client_wishes() {
    let sandbox = start(small());
    for (version, connection, is_kept) in [
        ("1.1", "", true),
        ("1.1", "Connection: close\r\n", false),
        ("1.1", "Connection: TE, Close\r\n", false),
        ("1.0", "", false),
        ("1.0", "Connection: keep-alive\r\n", true),
    ] {
        let head = format!("GET {CONFIG} HTTP/{version}\r\nHost: a\r\n{connection}\r\n");
        let mut connection = Connection::open(&sandbox);
        assert_eq!(connection.send(&head).receive().unwrap().status, 200);
        assert_eq!(connection.send(&head).receive().is_some(), is_kept, "{head}");
    }
}

#[test]
fn a_chunked_body_is_put_together() {
    let sandbox = start(small());
    let token = &sandbox.workspaces()[0].token;
    let mut connection = Connection::open(&sandbox);
    let head = format!(
        "POST {PUT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: Chunked\r\n\r\n"
    );
    connection
        .send(&head)
        .send("9;note=x\r\n{\"scope\":\r\n")
        .send("A\r\n\"chunked\"}\r\n0\r\nTrailer: x\r\n\r\n");
    assert_eq!(connection.receive().unwrap().show(), "200 {}");
    assert_eq!(sandbox.writes()[0].what, "created the scope chunked");
    connection.send(&head).send("12\r\n{\"scope\":\"another\"}\r\n0\r\n\r\n");
    assert_eq!(connection.receive().unwrap().status, 400, "the chunk has 19 bytes and says 18");
}

#[test]
fn a_client_that_waits_for_the_go_ahead_gets_it() {
    let sandbox = start(small());
    let token = &sandbox.workspaces()[0].token;
    let head = format!(
        "POST {PUT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nExpect: 100-continue\r\nContent-Length: 13\r\n\r\n"
    );
    let mut connection = Connection::open(&sandbox);
    assert_eq!(connection.send(&head).receive_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(connection.send(r#"{"scope":"a"}"#).receive().unwrap().show(), "200 {}");
    let late = connection.send(head.replace("100-continue", "200-ok")).receive().unwrap();
    assert_eq!((late.status, sandbox.writes().len()), (417, 1));
}

#[test]
fn a_client_behind_a_proxy_setting_names_the_whole_url() {
    let sandbox = start(small());
    let mut connection = Connection::open(&sandbox);
    let target = format!("http://workspace.test{CONFIG}?x=1");
    let answer = connection
        .send(request("GET", &target, "", "").replace("workspace.test\r", "proxy.test\r"))
        .receive();
    assert_eq!(answer.unwrap().json()["oidc_endpoint"], "http://workspace.test/oidc");
    let answer =
        connection.send(request("GET", "http://workspace.test", "", "")).receive().unwrap();
    assert_eq!(answer.json()["message"], "No API found for 'GET /'");
}

#[test]
fn a_head_request_gets_the_head_alone() {
    let sandbox = start(small());
    let full = call_as(&sandbox, "", "GET", CONFIG, "");
    let mut connection = Connection::open(&sandbox);
    let head = connection.send(request("HEAD", CONFIG, "", "")).receive_head();
    assert!(head.contains(&format!("Content-Length: {}\r\n", full.body.len())), "{head}");
    assert_eq!(connection.send(request("GET", CONFIG, "", "")).receive().unwrap().body, full.body);
}

#[test]
fn paths_and_queries_are_percent_decoded() {
    let sandbox = start(small());
    assert_eq!(call_as(&sandbox, "", "GET", "/.well%2Dknown/databricks%2dconfig", "").status, 200);
    let answer = call_as(&sandbox, "", "GET", "/a%22%C3%A9", "").json();
    assert_eq!(answer["message"], "No API found for 'GET /a\"é'");
}
