//! Trouble on request: how it is written, and each kind of it.

use patroll::sandbox::{Fault, Options, Sandbox};
use pretty_assertions::assert_eq;

use super::client::{Answer, Connection, call, call_as, list, request, small, start};

const CREATE: &str = "/api/2.0/token/create";

/// Starts a sandbox with a fault.
fn with(fault: &str) -> Sandbox {
    start(Options { faults: vec![fault.parse().unwrap()], ..small() })
}

/// Tries to create a token and gives the answer, if one comes.
fn create(sandbox: &Sandbox) -> Option<Answer> {
    let authorization = format!("Bearer {}", sandbox.workspaces()[0].token);
    Connection::open(sandbox).send(request("POST", CREATE, &authorization, "{}")).receive()
}

#[test]
fn a_status_stands_in_for_the_call() {
    let sandbox = with("create:status=503,retry-after=2,times=2");
    for _ in 0..2 {
        let answer = create(&sandbox).unwrap();
        assert_eq!(
            answer.show(),
            r#"503 {"error_code":"TEMPORARILY_UNAVAILABLE","message":"This answer was asked for as a fault."}"#
        );
        assert_eq!(answer.field("Retry-After"), Some("2"));
    }
    assert_eq!(sandbox.writes(), []);
    assert_eq!((create(&sandbox).unwrap().status, list(&sandbox).len()), (200, 2));
}

#[test]
fn a_status_may_hide_that_the_call_was_made() {
    let sandbox = with("create:status=504+effect");
    assert_eq!((create(&sandbox).unwrap().status, list(&sandbox).len()), (504, 2));
}

#[test]
fn a_status_may_have_another_code_and_a_date_to_retry_after() {
    let sandbox = with(
        "create:status=429,code=QUOTA_EXCEEDED,retry-after=Wed, 21 Oct 2026 07:28:00 GMT,times=1",
    );
    let answer = create(&sandbox).unwrap();
    assert_eq!((answer.status, &answer.json()["error_code"]), (429, &"QUOTA_EXCEEDED".into()));
    assert_eq!(answer.field("Retry-After"), Some("Wed, 21 Oct 2026 07:28:00 GMT"));
    assert_eq!(with("create:retry-after=1").requests(), 0);
    assert_eq!(create(&with("create:retry-after=1")).unwrap().status, 429);
}

#[test]
fn cuts_come_before_or_after_the_effect() {
    let sandbox = with("create:cut-before");
    assert_eq!((create(&sandbox), list(&sandbox).len()), (None, 1));
    let sandbox = with("create:cut-after");
    assert_eq!((create(&sandbox), list(&sandbox).len()), (None, 2));
}

#[test]
fn a_late_or_slow_answer_is_whole() {
    for fault in ["create:late=1ms", "create:slow=20ms"] {
        let sandbox = with(fault);
        let answer = create(&sandbox).unwrap();
        assert_eq!((answer.status, list(&sandbox).len()), (200, 2), "{fault}");
        assert!(answer.json()["token_value"].is_string());
    }
}

#[test]
fn a_late_answer_is_late_after_the_effect() {
    let sandbox = with("create:late=1h");
    let mut waiting = Connection::open(&sandbox);
    waiting.send(request(
        "POST",
        CREATE,
        &format!("Bearer {}", sandbox.workspaces()[0].token),
        "{}",
    ));
    while sandbox.writes().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(list(&sandbox).len(), 2);
}

#[test]
fn a_duplicate_is_made_twice_and_answered_once() {
    let sandbox = with("create:duplicate");
    assert_eq!(create(&sandbox).unwrap().status, 200);
    assert_eq!((list(&sandbox).len(), sandbox.requests_of("create")), (3, 1));
}

#[test]
fn a_truncated_answer_promises_more_than_comes() {
    let sandbox = with("list:truncate");
    let authorization = format!("Bearer {}", sandbox.workspaces()[0].token);
    let list = request("GET", "/api/2.0/token/list", &authorization, "");
    let mut connection = Connection::open(&sandbox);
    let head = connection.send(&list).receive_head();
    let half = connection.receive_all();
    let whole = Connection::open(&sandbox).send(&list).receive().unwrap();
    assert!(head.contains(&format!("Content-Length: {}\r\n", whole.body.len())), "{head}");
    assert_eq!(half, whole.body[..whole.body.len() / 2]);
}

#[test]
fn a_stale_list_is_as_it_was_when_it_was_asked_for() {
    let sandbox = with("list:stale,times=2");
    let made = create(&sandbox).unwrap().json();
    let value = made["token_value"].as_str().unwrap();
    assert_eq!(sandbox.token_id(value).as_deref(), made["token_info"]["token_id"].as_str());
    assert_eq!(list(&sandbox).len(), 1);
    // What is not listed signs in all the same.
    let me = call_as(&sandbox, &format!("Bearer {value}"), "GET", "/api/2.0/token/list", "");
    assert_eq!((me.status, list(&sandbox).len()), (200, 2));
    sandbox.inject("list:stale".parse().unwrap());
    let body = made["token_info"].to_string();
    assert_eq!(call(&sandbox, "POST", "/api/2.0/token/delete", &body).status, 200);
    assert_eq!((list(&sandbox).len(), list(&sandbox).len()), (2, 1));
}

#[test]
fn a_new_token_may_live_less_than_was_asked_for() {
    let made = create(&with("create:cap=30d")).unwrap().json();
    let time = |name: &str| made["token_info"][name].as_i64().unwrap();
    assert_eq!(time("expiry_time") - time("creation_time"), 30 * 24 * 60 * 60 * 1000);
}

#[test]
fn a_new_token_may_take_its_time_to_sign_in() {
    let me = |sandbox: &Sandbox| {
        let made = create(sandbox).unwrap().json();
        let authorization = format!("Bearer {}", made["token_value"].as_str().unwrap());
        move |sandbox: &Sandbox| {
            call_as(sandbox, &authorization, "GET", "/api/2.0/preview/scim/v2/Me", "").status
        }
    };
    let sandbox = with("create:unready=1h");
    let (first, second) = (me(&sandbox), me(&sandbox));
    assert_eq!((first(&sandbox), second(&sandbox)), (403, 200));
    let sandbox = with("create:unready=20ms");
    let soon = me(&sandbox);
    while soon(&sandbox) != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn a_huge_answer_goes_on_and_on() {
    let sandbox = with("list:huge");
    let authorization = format!("Bearer {}", sandbox.workspaces()[0].token);
    let mut connection = Connection::open(&sandbox);
    connection.send(request("GET", "/api/2.0/token/list", &authorization, ""));
    assert!(connection.receive_head().contains("Content-Length: 1073741824\r\n"));
}

#[test]
fn false_answers() {
    let answer = |fault: &str| {
        let sandbox = with(fault);
        let answer = create(&sandbox).unwrap();
        assert_eq!(sandbox.writes(), []);
        answer
    };
    assert_eq!(answer("create:garbage").show(), r#"200 {"token_infos": [{"token_id": ]"#);
    assert_eq!(answer("create:empty").show(), "200 ");
    let page = answer("create:html");
    assert_eq!((page.status, page.field("Content-Type")), (200, Some("text/html;charset=utf-8")));
    assert!(page.body.contains("<title>Sign in to Databricks</title>"), "{}", page.body);
    let elsewhere = answer("create:redirect=https://example.com/login.html");
    assert_eq!(
        (elsewhere.status, elsewhere.field("Location")),
        (307, Some("https://example.com/login.html"))
    );

    let sandbox = with("list:redirect=/login.html");
    assert_eq!(call(&sandbox, "GET", "/api/2.0/token/list", "").status, 302);
    let sandbox = with("create:empty+effect");
    assert_eq!((create(&sandbox).unwrap().body, list(&sandbox).len()), (String::new(), 2));
}

#[test]
fn a_held_request_is_answered_by_nothing_but_the_end() {
    let sandbox = with("create:hold+effect");
    let mut connection = Connection::open(&sandbox);
    connection.send(request(
        "POST",
        CREATE,
        &format!("Bearer {}", sandbox.workspaces()[0].token),
        "{}",
    ));
    while sandbox.writes().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(connection.finish().receive_all(), "");
}

#[test]
fn which_calls_are_met_and_how_often() {
    let met = |fault: &str, path: &str| {
        let sandbox = with(fault);
        (0..4).map(|_| call(&sandbox, "GET", path, "").status).collect::<Vec<_>>()
    };
    let (list, me) = ("/api/2.0/token/list", "/api/2.0/preview/scim/v2/Me");
    assert_eq!(met("list:status=500", list), [500, 200, 200, 200]);
    assert_eq!(met("list:status=500", me), [200; 4]);
    assert_eq!(met("list:status=500,after=1,times=2", list), [200, 500, 500, 200]);
    assert_eq!(met("any:status=500,always", me), [500; 4]);
    assert_eq!(met("GET /api/2.0/preview:status=500,always", me), [500; 4]);
    assert_eq!(met("GET /api/2.0/preview:status=500,always", list), [200; 4]);
    assert_eq!(met("POST /api:status=500", list), [200; 4]);
}

#[test]
fn of_several_faults_the_first_strikes() {
    let sandbox = with("list:status=500");
    sandbox.inject("list:status=502,after=1".parse().unwrap());
    sandbox.inject("any:status=503".parse().unwrap());
    let statuses: Vec<_> =
        (0..4).map(|_| call(&sandbox, "GET", "/api/2.0/token/list", "").status).collect();
    assert_eq!(statuses, [500, 502, 503, 200]);
}

#[test]
fn faults_come_and_go_by_the_control_path() {
    let sandbox = start(small());
    let control =
        |method: &str, body: &str| call_as(&sandbox, "", method, "/.sandbox/faults", body).show();
    assert_eq!(
        control("POST", r#"["list:html", {"fault": "me:hold,always"}]"#),
        r#"200 {"faults":["list:html","me:hold,always"]}"#
    );
    assert_eq!(
        call(&sandbox, "GET", "/api/2.0/token/list", "").field("Content-Type"),
        Some("text/html;charset=utf-8")
    );
    assert_eq!(control("GET", ""), r#"200 {"faults":["me:hold,always"]}"#);
    assert_eq!(control("DELETE", ""), r#"200 {"faults":[]}"#);
    assert!(control("POST", r#"["list:html", "nope"]"#).starts_with("400 "));
    assert!(control("POST", "{").starts_with("400 "));
    assert_eq!(control("GET", ""), r#"200 {"faults":[]}"#);
    assert_eq!(sandbox.requests(), 1);
}

#[test]
fn texts_that_are_no_faults_are_told_the_good_forms() {
    let refusal = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
    assert_eq!(
        refusal("lst:html"),
        "'lst:html' is not a fault: 'lst' is not an operation; \
         write OPERATION:KIND[,OPTION…], such as create:status=503,retry-after=2,times=2\n\
         OPERATION: any, 'METHOD /path', create, list, delete, patch, introspect, admin-list, \
         admin-get, admin-delete, admin-patch, admin-create, scope-create, scope-list, \
         scope-delete, secret-put, secret-get, secret-list, secret-delete, me, users, services, \
         conf, config, discovery, oidc, account-oidc, entra, machine, resource, browser, github, pipeline, metadata, unknown\n\
         KIND, the call being made: late=DURATION, slow=DURATION, truncate, duplicate, cut-after, \
         stale (a list as it was when this was asked for), cap=DURATION (of a new token's life), \
         unready=DURATION (until a new token signs in)\n\
         KIND, the call not being made: cut-before, and, unless with +effect: status=CODE, \
         redirect=URL, garbage, html, empty, hold, huge\n\
         OPTION: times=N (1 if not said), always, after=N, +effect, code=ERROR_CODE, \
         retry-after=SECONDS or an HTTP-date"
    );
    for (text, problem) in [
        ("create", "it has no colon"),
        ("create:", "it names no kind"),
        ("create:times=2", "it names no kind"),
        ("GET path:html", "'GET path' is not an operation"),
        ("create:sttus=500", "'sttus' is neither a kind nor an option"),
        ("create:html=1", "'html' is neither a kind nor an option"),
        ("create:status=99", "'status=99' has a value it cannot have"),
        ("create:status", "'status=' has a value it cannot have"),
        ("create:html,times=0", "'times=0' has a value it cannot have"),
        ("create:late=fast", "'late=fast' has a value it cannot have"),
        ("create:late=-1s", "'late=-1s' has a value it cannot have"),
        ("create:redirect=/\r\nX: y", "'redirect=/\\r\\nX: y' has a value it cannot have"),
        ("create:html,empty", "'empty' is a second kind"),
        ("create:html,retry-after=1", "code and retry-after go with status only"),
    ] {
        let told = refusal(text);
        let start = format!("'{}' is not a fault: {problem}; write ", text.escape_debug());
        assert!(told.starts_with(&start), "{told}");
    }
}
