//! Revoking a token: repeated whenever that helps, because revoking twice is revoking once.

use pretty_assertions::assert_eq;

use super::*;
use crate::gate::Mode;

fn story(desk: &Desk, token_id: &str) -> String {
    let told = |revoked| format!("{revoked:?}");
    desk.story(desk.revoke(token_id, OwnRule::Refuse), told, "delete")
}

#[test]
fn each_trouble_is_survived_or_called_by_its_name() {
    let cases = [
        ("", "Done | asked 1, did 1 | done"),
        ("delete:status=429,retry-after=0", "Done | asked 2, did 1 | done"),
        ("delete:status=502", "Done | asked 2, did 1 | done"),
        ("delete:cut-before,times=3", "Done | asked 4, did 1 | done"),
        ("delete:late=1ms", "Done | asked 1, did 1 | done"),
        ("delete:slow=10ms", "Done | asked 1, did 1 | done"),
        ("delete:cut-after", "Done | asked 2, did 1 | done"),
        ("delete:truncate", "Done | asked 2, did 1 | done"),
        ("delete:status=503+effect", "Done | asked 2, did 1 | done"),
        ("delete:duplicate", "AlreadyGone | asked 1, did 1 | already_gone"),
        ("delete:cut-after,always", "6 OUTCOME_UNKNOWN of 0 | asked 4, did 1 | unknown"),
        ("delete:html", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("delete:garbage", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("delete:garbage+effect", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 1 | unknown"),
        ("delete:empty+effect", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 1 | unknown"),
        ("delete:status=504,always", "4 DEADLINE_EXCEEDED | asked 4, did 0 | unknown"),
        (
            "delete:status=429,always",
            "4 REQUEST_LIMIT_EXCEEDED | asked 4, did 0 | REQUEST_LIMIT_EXCEEDED",
        ),
        ("delete:status=403", "1 PERMISSION_DENIED | asked 1, did 0 | PERMISSION_DENIED"),
        (
            "delete:status=404,code=ENDPOINT_NOT_FOUND",
            "1 ENDPOINT_NOT_FOUND | asked 1, did 0 | ENDPOINT_NOT_FOUND",
        ),
        ("delete:redirect=/login", "1 REDIRECTED | asked 1, did 0 | REDIRECTED"),
    ];
    for (fault, expected) in cases {
        let desk = Desk::with_fault(fault);
        assert_eq!(story(&desk, &desk.victim()), expected, "{fault}");
    }
}

#[test]
fn an_unknown_outcome_says_that_running_again_is_right() {
    let desk = Desk::with_fault("delete:cut-after,always");
    let error = desk.revoke(&desk.victim(), OwnRule::Refuse).unwrap_err();
    assert_eq!(
        desk.words(&error),
        "revoking token ID: whether it happened is unknown (the connection was closed before the whole answer was \
         there)\ndoing it twice does no harm: run it again"
    );
}

#[test]
fn what_is_gone_is_gone() {
    let desk = Desk::new(Setup::default());
    assert_eq!(story(&desk, "feed"), "AlreadyGone | asked 1, did 0 | already_gone");
    let victim = desk.victim();
    assert_eq!(story(&desk, &victim), "Done | asked 2, did 1 | already_gone done");
    assert_eq!(
        story(&desk, &victim),
        "AlreadyGone | asked 3, did 1 | already_gone done already_gone"
    );
}

#[test]
fn no_id_is_no_request() {
    let desk = Desk::new(Setup::default());
    assert_eq!(story(&desk, ""), "1 INVALID_ARGUMENT | asked 0, did 0 | ");
}

#[test]
fn a_dry_run_sends_and_writes_nothing() {
    let desk = Desk::new(Setup { mode: Mode::DryRun, ..Setup::default() });
    assert_eq!(story(&desk, &desk.victim()), "Dry | asked 0, did 0 | ");
    assert!(std::fs::read_dir(desk.state.path()).unwrap().next().is_none());
}
