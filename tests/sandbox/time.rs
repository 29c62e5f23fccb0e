//! The clock, and what its moving does to tokens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use patroll::sandbox::Options;
use pretty_assertions::assert_eq;

use super::client::{NOW, call, call_as, create, list, small, start};

#[test]
fn the_clock_is_moved_by_the_control_path() {
    let sandbox = start(small());
    let ask = |body: &str| call_as(&sandbox, "", "POST", "/.sandbox/clock", body).show();
    let shows = |ms: i64| format!(r#"200 {{"now_ms":{ms}}}"#);
    assert_eq!(ask(r#"{"advance":"90d"}"#), shows(NOW + 90 * 86_400_000));
    assert_eq!(ask(r#"{"advance":"-89d 23h"}"#), shows(NOW + 3_600_000));
    assert_eq!(ask(r#"{"advance_ms":-3600000}"#), shows(NOW));
    assert_eq!(ask(r#"{"set_ms":1609459200000}"#), shows(1_609_459_200_000));
    let date = call_as(&sandbox, "", "GET", "/.well-known/databricks-config", "");
    assert_eq!(date.field("Date"), Some("Fri, 01 Jan 2021 00:00:00 GMT"));
    for wrong in
        ["{}", r#"{"advance":"soon"}"#, r#"{"advance":"1d","set_ms":1}"#, r#"{"set_ms":"x"}"#, "1"]
    {
        assert!(ask(wrong).starts_with("400 "), "{wrong}");
    }
    assert_eq!(sandbox.now_ms(), 1_609_459_200_000);
    ask(r#"{"set_ms":9223372036854775807}"#);
    assert_eq!(ask(r#"{"advance_ms":9223372036854775807}"#), shows(i64::MAX));
    assert_eq!(call_as(&sandbox, "", "GET", "/.well-known/databricks-config", "").status, 200);
}

#[test]
fn without_a_fixed_instant_the_clock_goes_with_the_machines() {
    let machine = || {
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
    };
    let sandbox = start(Options { now: None, ..small() });
    sandbox.advance(86_400_000);
    let before = machine();
    let told = sandbox.now_ms() - 86_400_000;
    assert!((before - 1..=machine() + 1).contains(&told), "{told}");
}

#[test]
fn an_expired_token_signs_nobody_in_lingers_and_vanishes() {
    let sandbox = start(Options { expired_linger: Duration::from_secs(3600), ..small() });
    let (value, id) = create(&sandbox, r#"{"lifetime_seconds":60}"#);
    let signs_in =
        || call_as(&sandbox, &format!("Bearer {value}"), "GET", "/api/2.0/token/list", "").status;
    let is_listed = || list(&sandbox).iter().any(|token| token["token_id"] == *id);
    sandbox.advance(59_999);
    assert_eq!((signs_in(), is_listed()), (200, true));
    sandbox.advance(1);
    assert_eq!((signs_in(), is_listed()), (403, true));
    sandbox.advance(3_599_999);
    assert_eq!((signs_in(), is_listed()), (403, true));
    sandbox.advance(1);
    assert_eq!((signs_in(), is_listed()), (403, false));
    let revoke = format!(r#"{{"token_id":"{id}"}}"#);
    assert_eq!(call(&sandbox, "POST", "/api/2.0/token/delete", &revoke).status, 404);
    sandbox.advance(-3_600_000);
    assert_eq!((signs_in(), is_listed()), (403, true));
    assert_eq!(call(&sandbox, "POST", "/api/2.0/token/delete", &revoke).status, 200);
}

#[test]
fn without_lingering_expired_tokens_are_gone_at_once() {
    let sandbox = start(Options { tokens: 40, expired_linger: Duration::ZERO, ..small() });
    assert_eq!(list(&sandbox).len(), 37);
    create(&sandbox, r#"{"lifetime_seconds":1}"#);
    assert_eq!(list(&sandbox).len(), 38);
    sandbox.advance(1000);
    assert_eq!(list(&sandbox).len(), 37);
}
