//! Creating a token: what may be tried again, and what a lost answer leaves.

use pretty_assertions::assert_eq;

use super::*;
use crate::gate::Mode;
use crate::secret::redact;

fn story(desk: &Desk) -> String {
    let told = |created| match created {
        Created::Made(minted) => format!("made {}", minted.token.comment()),
        Created::Dry(count) => format!("dry {count}"),
    };
    desk.story(desk.create(), told, "create")
}

#[test]
fn each_trouble_is_survived_or_called_by_its_name() {
    let cases = [
        ("", "made ci | asked 1, did 1 | done"),
        ("create:late=1ms", "made ci | asked 1, did 1 | done"),
        ("create:slow=10ms", "made ci | asked 1, did 1 | done"),
        ("create:duplicate", "made ci | asked 1, did 2 | done"),
        ("create:status=429", "made ci | asked 2, did 1 | done"),
        ("create:status=429,retry-after=0,times=2", "made ci | asked 3, did 1 | done"),
        (
            "create:status=429,always",
            "4 REQUEST_LIMIT_EXCEEDED | asked 4, did 0 | REQUEST_LIMIT_EXCEEDED",
        ),
        (
            "create:status=429,retry-after=3600",
            "4 REQUEST_LIMIT_EXCEEDED | asked 1, did 0 | REQUEST_LIMIT_EXCEEDED",
        ),
        (
            "create:status=429,code=QUOTA_EXCEEDED",
            "1 QUOTA_EXCEEDED | asked 1, did 0 | QUOTA_EXCEEDED",
        ),
        (
            "create:status=503,code=QUOTA_EXCEEDED",
            "1 QUOTA_EXCEEDED | asked 1, did 0 | QUOTA_EXCEEDED",
        ),
        ("create:status=400", "1 BAD_REQUEST | asked 1, did 0 | BAD_REQUEST"),
        ("create:status=401", "3 UNAUTHENTICATED | asked 1, did 0 | UNAUTHENTICATED"),
        ("create:redirect=https://login.test/x?y", "1 REDIRECTED | asked 1, did 0 | REDIRECTED"),
        ("create:status=500", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("create:status=502", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("create:status=504+effect", "6 OUTCOME_UNKNOWN of 1 | asked 1, did 1 | unknown"),
        ("create:status=503", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("create:status=503+effect", "6 OUTCOME_UNKNOWN of 1 | asked 1, did 1 | unknown"),
        ("create:cut-before", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("create:cut-after", "6 OUTCOME_UNKNOWN of 1 | asked 1, did 1 | unknown"),
        ("create:truncate", "6 OUTCOME_UNKNOWN of 1 | asked 1, did 1 | unknown"),
        ("create:garbage", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("create:garbage+effect", "6 OUTCOME_UNKNOWN of 1 | asked 1, did 1 | unknown"),
        ("create:html", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("create:html+effect", "6 OUTCOME_UNKNOWN of 1 | asked 1, did 1 | unknown"),
        ("create:empty", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("create:empty+effect", "6 OUTCOME_UNKNOWN of 1 | asked 1, did 1 | unknown"),
    ];
    for (fault, expected) in cases {
        assert_eq!(story(&Desk::with_fault(fault)), expected, "{fault}");
    }
}

#[test]
fn a_workspace_that_is_not_there_is_asked_again_because_nothing_was_sent() {
    let desk = Desk::new(Setup { host: Some(nobodys_host()), ..Setup::default() });
    let error = desk.create().err().unwrap();
    assert_eq!(
        desk.words(&error),
        "cannot reach HOST: connection refused, after 3 tries\n\
         check the host's name, the network and the proxy; nothing was changed"
    );
    assert_eq!(desk.audit(), ["UNREACHABLE"]);
}

#[test]
fn a_connection_that_will_never_be_safe_is_not_tried_twice() {
    let plain = Sandbox::start(Options::default()).unwrap();
    let host = plain.workspaces()[0].host.replace("http:", "https:");
    let desk = Desk::new(Setup { host: Some(host), ..Setup::default() });
    let error = desk.create().err().unwrap();
    assert_eq!(
        desk.words(&error),
        "no trusted connection to HOST: the server does not speak TLS as it should (received corrupt message of \
         type InvalidContentType)\nis there a proxy, a firewall or a plain-http server at this address and port?"
    );
    assert_eq!(desk.audit(), ["UNTRUSTED"]);
}

#[test]
fn a_lost_answer_names_what_could_be_the_token_and_nothing_older() {
    let desk = Desk::new(Setup::default());
    assert!(desk.create().is_ok());
    desk.sandbox.advance(60_000);
    desk.fault("create:cut-after");
    let error = desk.create().err().unwrap();
    assert_eq!(
        desk.words(&error),
        "creating a token: whether it happened is unknown (the connection was closed before the whole answer was \
         there); tokens with that comment that appeared meanwhile: ID\n\
         their values are lost: revoke what you did not make yourself, then run again"
    );
}

#[test]
fn the_value_is_known_as_a_secret_from_the_moment_it_is_there() {
    let desk = Desk::new(Setup::default());
    let Ok(Created::Made(minted)) = desk.create() else { panic!("not made") };
    assert!(minted.expose_answer().contains(minted.value.expose()));
    assert!(!redact(minted.expose_answer()).contains(minted.value.expose()));
    assert_eq!(minted.token.expires_in(), Length::from_days(90));
}

#[test]
fn a_comment_arrives_letter_for_letter() {
    let desk = Desk::new(Setup::default());
    let comment = "Zoë's \"ci\" \\ \u{1}\n\u{202e} 日本 🔑";
    let new =
        NewToken { comment: comment.to_owned(), lifetime: Length::from_seconds(1), scopes: None };
    tokens::create(&desk.client, &new, &Origin::default()).ok().unwrap();
    let listing = tokens::list(&desk.client).unwrap();
    assert_eq!(listing.tokens.iter().filter(|token| token.comment() == comment).count(), 1);
}

#[test]
fn scopes_are_sent_if_there_are_any() {
    let desk = Desk::new(Setup::default());
    let scopes = Some(vec!["sql".to_owned(), "authentication".to_owned()]);
    let new = NewToken { comment: String::new(), lifetime: Length::from_days(1), scopes };
    let Ok(Created::Made(minted)) = tokens::create(&desk.client, &new, &Origin::default()) else {
        panic!("not made")
    };
    assert_eq!(minted.token.scopes(), ["sql", "authentication"]);
}

#[test]
fn a_lifetime_that_is_none_is_refused_before_anything_is_sent() {
    let desk = Desk::new(Setup::default());
    for lifetime in
        [Length::from_ms(999), Length::from_ms(0), Length::from_days(-1), Length::FOREVER]
    {
        let new = NewToken { comment: String::new(), lifetime, scopes: None };
        let error = tokens::create(&desk.client, &new, &Origin::default()).err().unwrap();
        assert_eq!(error.code(), "INVALID_ARGUMENT", "{lifetime}");
    }
    assert_eq!(desk.sandbox.requests(), 0);
}

#[test]
fn a_dry_run_counts_and_sends_nothing() {
    let desk = Desk::new(Setup { mode: Mode::DryRun, ..Setup::default() });
    assert_eq!(story(&desk), "dry 1 | asked 0, did 0 | ");
    assert_eq!(story(&desk), "dry 2 | asked 0, did 0 | ");
    assert_eq!(desk.gate.planned().len(), 2);
}
