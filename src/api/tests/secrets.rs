//! Secrets in scopes: what is put is read back whole, and each trouble is called by its name.

use pretty_assertions::assert_eq;

use super::*;
use crate::api::secrets::{self, Changed};

fn put(desk: &Desk, scope: &str, key: &str, value: &str) -> Result<Changed, Error> {
    secrets::put(&desk.client, scope, key, &Secret::new(value), &Origin::default())
}

fn story(desk: &Desk, result: Result<Changed, Error>) -> String {
    desk.story(result, |changed| format!("{changed:?}"), "secret-put")
}

fn ready() -> Desk {
    let desk = Desk::new(Setup::default());
    secrets::create_scope(&desk.client, "prod", &Origin::default()).unwrap();
    desk
}

#[test]
fn what_is_put_is_read_back_to_the_letter() {
    let desk = ready();
    for value in ["one", "a \"quoted\" line\nand another", "ünïcode & a=b?c"] {
        assert_eq!(put(&desk, "prod", "a.key", value), Ok(Changed::Done));
        assert_eq!(secrets::get(&desk.client, "prod", "a.key").unwrap().expose(), value);
    }
    let listed = secrets::list(&desk.client, "prod").unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&*listed[0].key, listed[0].last_updated.ms()), ("a.key", NOW));
    assert_eq!(desk.audit(), ["done"; 4]);
}

#[test]
fn what_is_so_already_is_no_error() {
    let desk = ready();
    let again = secrets::create_scope(&desk.client, "prod", &Origin::default());
    assert_eq!(again, Ok(Changed::Already));
    put(&desk, "prod", "key", "a value").unwrap();
    for expected in [Changed::Done, Changed::Already] {
        let deleted = secrets::delete(&desk.client, "prod", "key", &Origin::default());
        assert_eq!(deleted, Ok(expected));
    }
    assert_eq!(secrets::list(&desk.client, "prod"), Ok(Vec::new()));
}

#[test]
fn a_scope_or_key_that_is_missing_is_an_error() {
    let desk = ready();
    let missing = secrets::get(&desk.client, "prod", "nothing").map(|_| ()).unwrap_err();
    assert_eq!(brief(&missing), "1 RESOURCE_DOES_NOT_EXIST");
    let missing = secrets::list(&desk.client, "a&b").unwrap_err();
    assert!(missing.to_string().contains("Scope a&b does not exist"), "{missing}");
    assert_eq!(
        brief(&put(&desk, "other", "key", "value").unwrap_err()),
        "1 RESOURCE_DOES_NOT_EXIST"
    );
}

#[test]
fn each_trouble_is_survived_or_called_by_its_name() {
    let cases = [
        ("secret-put:status=503", "Done | asked 2, did 2 | done done"),
        ("secret-put:cut-after", "Done | asked 2, did 3 | done done"),
        ("secret-put:cut-after,always", "6 OUTCOME_UNKNOWN of 0 | asked 4, did 5 | done unknown"),
        ("secret-put:status=403", "1 PERMISSION_DENIED | asked 1, did 1 | done PERMISSION_DENIED"),
    ];
    for (fault, expected) in cases {
        let desk = ready();
        desk.fault(fault);
        assert_eq!(story(&desk, put(&desk, "prod", "key", "a value")), expected, "{fault}");
    }
}

#[test]
fn an_unreadable_answer_quotes_no_value() {
    let desk = ready();
    put(&desk, "prod", "key", "a value").unwrap();
    desk.fault("secret-get:truncate,always");
    let error = secrets::get(&desk.client, "prod", "key").map(|_| ()).unwrap_err();
    assert!(!error.to_string().contains("YSB2YWx1ZQ"), "{error}");
}

#[test]
fn a_dry_run_puts_nothing() {
    let desk = Desk::new(Setup { mode: Mode::DryRun, ..Setup::default() });
    assert_eq!(story(&desk, put(&desk, "prod", "key", "value")), "Dry | asked 0, did 0 | ");
}
