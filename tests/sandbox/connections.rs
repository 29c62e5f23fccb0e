//! Many connections at once, and stopping with connections open.

use std::net::TcpListener;
use std::thread;

use patroll::sandbox::{Options, Sandbox, StartError};
use pretty_assertions::assert_eq;

use super::client::{Connection, call_as, create, list, request, small, start};

#[test]
fn changes_made_at_the_same_time_are_all_made() {
    let sandbox = start(small());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..20).for_each(|_| drop(create(&sandbox, "{}"))));
        }
    });
    assert_eq!((list(&sandbox).len(), sandbox.writes().len()), (161, 160));
}

#[test]
fn more_connections_than_there_is_room_for_are_served_in_turn() {
    let sandbox = start(Options { connections: 4, ..small() });
    let one = request("GET", "/.well-known/databricks-config", "", "");
    let mut all: Vec<_> = (0..20).map(|_| Connection::open(&sandbox)).collect();
    for connection in &mut all {
        connection.send(&one);
    }
    // Each leaves when it is served, which makes room for those still waiting.
    let statuses: Vec<_> = all.into_iter().map(|mut each| each.receive().unwrap().status).collect();
    assert_eq!(statuses, [200; 20]);
}

#[test]
fn more_requests_than_the_limit_are_refused_and_told_when_to_come_back() {
    let sandbox = start(Options { rate_limit: Some(2), ..small() });
    let ask = || call_as(&sandbox, "", "GET", "/.well-known/databricks-config", "");
    // However slow the machine is, it asks faster than twice a second.
    let refused = std::iter::repeat_with(ask).find(|answer| answer.status != 200).unwrap();
    assert_eq!(
        refused.show(),
        r#"429 {"error_code":"REQUEST_LIMIT_EXCEEDED","message":"RPC token bucket limit has been exceeded: 2 requests a second are allowed."}"#
    );
    assert_eq!(refused.field("Retry-After"), Some("1"));
    assert!(std::iter::repeat_with(ask).any(|answer| answer.status == 200));
}

#[test]
fn stopping_ends_idle_waiting_and_half_sent_requests() {
    let sandbox = start(Options {
        faults: vec!["me:hold".parse().unwrap(), "list:late=1h".parse().unwrap()],
        ..small()
    });
    let mut connections: Vec<_> = (0..4).map(|_| Connection::open(&sandbox)).collect();
    connections[1].send("POST /api");
    connections[2].send(request("GET", "/api/2.0/preview/scim/v2/Me", "", ""));
    connections[3].send(request("GET", "/api/2.0/token/list", "", ""));
    while sandbox.requests() < 2 {
        thread::yield_now();
    }
    drop(sandbox);
    for connection in &mut connections[..3] {
        assert_eq!(connection.receive_all(), "");
    }
}

#[test]
fn workspaces_stand_side_by_side_and_apart() {
    let sandbox = start(Options { workspaces: 3, ..small() });
    create(&sandbox, "{}");
    let counts: Vec<_> = sandbox
        .workspaces()
        .iter()
        .map(|workspace| {
            let list =
                request("GET", "/api/2.0/token/list", &format!("Bearer {}", workspace.token), "");
            let answer = Connection::open_to(&workspace.host).send(list).receive().unwrap();
            answer.json()["token_infos"].as_array().unwrap().len()
        })
        .collect();
    assert_eq!(counts, [2, 1, 1]);
    assert_eq!(sandbox.writes()[0].workspace, 0);
}

#[test]
fn refused_starts() {
    let refusal = |options: Options| Sandbox::start(options).err().map(|error| error.to_string());
    let tokens = Options { tokens: 100_001, ..small() };
    assert_eq!(refusal(tokens).unwrap(), "a sandbox holds at most 100000 tokens, not 100001");
    let none = Options { workspaces: 0, ..small() };
    assert_eq!(refusal(none).unwrap(), "a sandbox serves 1 to 1000 workspaces, not 0");
    let none = Options { rate_limit: Some(0), ..small() };
    assert_eq!(refusal(none).unwrap(), "a rate limit of 0 lets no request through");
    let high = Options { port: 65_535, workspaces: 2, ..small() };
    let high = refusal(high).unwrap();
    assert!(high.starts_with("cannot listen on 127.0.0.1:6553"), "{high}");

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Sandbox::start(Options { port, ..small() }).err().unwrap();
    assert!(matches!(error, StartError::Listen(refused, _) if refused == port), "{error}");
}

#[test]
fn ports_follow_the_first() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // Another process may take the next port first; what matters is which ones are asked for.
    match Sandbox::start(Options { port: free, workspaces: 2, ..small() }) {
        Ok(sandbox) => {
            let hosts: Vec<_> =
                sandbox.workspaces().iter().map(|workspace| workspace.host.clone()).collect();
            assert_eq!(
                hosts,
                [format!("http://127.0.0.1:{free}"), format!("http://127.0.0.1:{}", free + 1)]
            );
            assert_eq!(
                call_as(&sandbox, "", "GET", "/.well-known/databricks-config", "").status,
                200
            );
        }
        Err(StartError::Listen(port, _)) => assert!([free, free + 1].contains(&port)),
        Err(other) => panic!("{other}"),
    }
}
