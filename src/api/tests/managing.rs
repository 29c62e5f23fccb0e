//! The administrator's part: what each call comes to, and what revoking without a body leaves open.

use pretty_assertions::assert_eq;

use super::*;
use crate::api::admin::{self, Creator};
use crate::token::Token;

fn listed(desk: &Desk) -> Vec<Token> {
    admin::list(&desk.client, &Creator::default(), &Origin::default()).unwrap().tokens
}

/// Returns the id of a token that somebody else owns.
fn foreign(desk: &Desk) -> String {
    let mine = tokens::list(&desk.client).unwrap().tokens;
    let is_mine = |token: &Token| mine.iter().any(|own| own.token_id() == token.token_id());
    listed(desk).iter().find(|token| !is_mine(token)).unwrap().token_id().to_owned()
}

fn revoke(desk: &Desk, token_id: &str) -> Result<Revoked, Error> {
    let target = Target { token_id: token_id.to_owned(), comment: None };
    admin::revoke(&desk.client, &target, OwnRule::Refuse, &Origin::default())
}

fn story(desk: &Desk, token_id: &str) -> String {
    desk.story(revoke(desk, token_id), |revoked| format!("{revoked:?}"), "admin-delete")
}

#[test]
fn revoking_without_a_body_is_as_honest_as_with_one() {
    let cases = [
        ("", "Done | asked 1, did 1 | done"),
        ("admin-delete:status=429,retry-after=0", "Done | asked 2, did 1 | done"),
        ("admin-delete:cut-before,times=3", "Done | asked 4, did 1 | done"),
        ("admin-delete:cut-after", "Done | asked 2, did 1 | done"),
        ("admin-delete:cut-after,always", "6 OUTCOME_UNKNOWN of 0 | asked 4, did 1 | unknown"),
        ("admin-delete:html", "6 OUTCOME_UNKNOWN of 0 | asked 1, did 0 | unknown"),
        ("admin-delete:duplicate", "AlreadyGone | asked 1, did 1 | already_gone"),
        ("admin-delete:status=403", "1 PERMISSION_DENIED | asked 1, did 0 | PERMISSION_DENIED"),
    ];
    for (fault, expected) in cases {
        let desk = Desk::new(Setup::default());
        let victim = foreign(&desk);
        desk.fault(fault);
        assert_eq!(story(&desk, &victim), expected, "{fault}");
    }
    let gone = revoke(&Desk::new(Setup { host: Some(nobodys_host()), ..Setup::default() }), "feed");
    // Nobody was there to do it.
    assert_eq!(brief(&gone.unwrap_err()), "4 UNREACHABLE");
}

#[test]
fn what_is_no_id_names_no_other_path() {
    let desk = Desk::new(Setup::default());
    for id in ["", "..", "../x", "feed?y", "a/b", "a%2Fb"] {
        assert_eq!(story(&desk, id), "1 INVALID_ARGUMENT | asked 0, did 0 | ", "{id}");
    }
}

#[test]
fn the_credential_in_use_is_recognised_in_any_list_and_refused() {
    let desk = Desk::new(Setup::default());
    let own = listed(&desk).into_iter().find(Token::is_own).unwrap();
    let got = admin::get(&desk.client, own.token_id(), &Origin::default()).unwrap();
    assert!(got.is_own());
    assert_eq!(story(&desk, own.token_id()), "5 OWN_TOKEN | asked 0, did 0 | OWN_TOKEN");
}

#[test]
fn a_list_of_some_does_not_prove_that_the_credential_is_none_of_them() {
    let options = Options { random_ids: true, ..Setup::default().options };
    let desk = Desk::new(Setup { options, ..Setup::default() });
    let one = Creator {
        created_by_username: Some("nobody@example.com".to_owned()),
        ..Creator::default()
    };
    assert!(admin::list(&desk.client, &one, &Origin::default()).unwrap().tokens.is_empty());
    assert_eq!(story(&desk, "feed"), "5 OWN_TOKEN_UNKNOWN | asked 0, did 0 | OWN_TOKEN_UNKNOWN");
}

#[test]
fn a_creation_whose_answer_is_lost_is_looked_for_among_all_tokens() {
    let desk = Desk::new(Setup::default());
    let services = crate::api::users::list(
        &desk.client,
        crate::api::users::Kind::ServicePrincipal,
        &Origin::default(),
    );
    let application_id = services.unwrap()[0].name.clone();
    let create = || {
        let new =
            NewToken { comment: "job".to_owned(), lifetime: Length::from_days(9), scopes: None };
        admin::create(&desk.client, &application_id, &new, &Origin::default())
    };
    let Created::Made(made) = create().unwrap() else { panic!("no token was made") };
    let known = admin::get(&desk.client, made.token.token_id(), &Origin::default()).unwrap();
    assert_ne!(known.owner_id(), known.created_by_id());
    desk.sandbox.advance(60_000);
    desk.fault("admin-create:cut-after");
    assert_eq!(brief(&create().err().unwrap()), "6 OUTCOME_UNKNOWN of 1");
}

#[test]
fn a_script_needs_the_grant_to_look_and_to_change() {
    let script = Origin { script: Some("x.rhai".to_owned()), line: Some(1) };
    let see = |desk: Desk, error: Option<Error>| {
        let error = error.unwrap();
        assert_eq!((brief(&error).as_str(), desk.sandbox.requests()), ("5 NOT_GRANTED", 0));
        assert_eq!(error.hint().as_deref(), Some("add --allow-admin"));
    };
    let desk = Desk::new(Setup::default());
    let error = admin::list(&desk.client, &Creator::default(), &script).err();
    see(desk, error);
    let desk = Desk::new(Setup::default());
    let error = admin::get(&desk.client, "feed", &script).err();
    see(desk, error);
    let desk = Desk::new(Setup::default());
    let target = Target { token_id: "feed".to_owned(), comment: None };
    let error = admin::revoke(&desk.client, &target, OwnRule::Allow, &script).err();
    see(desk, error);
    let desk = Desk::new(Setup::default());
    let new = NewToken { comment: "x".to_owned(), lifetime: Length::from_days(9), scopes: None };
    let error = admin::create(&desk.client, "app", &new, &script).err();
    see(desk, error);
}
