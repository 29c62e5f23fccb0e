//! The credential in use: a script cannot revoke it, and cannot go on after trying.

use pretty_assertions::assert_eq;

use super::*;
use crate::gate::Mode;

fn story(desk: &Desk, token_id: &str, rule: OwnRule) -> String {
    let story = desk.story(desk.revoke(token_id, rule), |revoked| format!("{revoked:?}"), "delete");
    format!("{story} | listed {}", desk.sandbox.requests_of("list"))
}

/// Returns the id of the credential in use, as the sandbox of that setup will have it.
fn own_id(options: &Options) -> String {
    let desk = Desk::new(Setup { options: options.clone(), ..Setup::default() });
    let listing = tokens::list(&desk.client).unwrap();
    listing.tokens.iter().find(|token| token.is_own()).unwrap().token_id().to_owned()
}

#[test]
fn a_script_may_not_revoke_the_credential_in_use_and_the_run_ends() {
    let desk = Desk::new(Setup::default());
    let own = own_id(&Setup::default().options);
    assert_eq!(
        story(&desk, &own, OwnRule::Refuse),
        "5 OWN_TOKEN | asked 0, did 0 | OWN_TOKEN | listed 0"
    );
    assert!(desk.stop.is_set());
    assert_eq!(
        story(&desk, "feed", OwnRule::Allow),
        "5 OWN_TOKEN | asked 0, did 0 | OWN_TOKEN | listed 0"
    );
}

#[test]
fn a_dry_run_refuses_it_too() {
    let desk = Desk::new(Setup { mode: Mode::DryRun, ..Setup::default() });
    let own = own_id(&Setup::default().options);
    assert_eq!(story(&desk, &own, OwnRule::Refuse), "5 OWN_TOKEN | asked 0, did 0 |  | listed 0");
}

#[test]
fn who_says_so_may_and_an_id_that_was_typed_needs_no_list() {
    let own = own_id(&Setup::default().options);
    for rule in [OwnRule::Allow, OwnRule::Warn] {
        let desk = Desk::new(Setup::default());
        assert_eq!(story(&desk, &own, rule), "Done | asked 1, did 1 | done | listed 0");
    }
}

#[test]
fn the_list_is_asked_once_who_is_who() {
    let desk = Desk::new(Setup::default());
    for count in 1..=2 {
        let expected = format!(
            "AlreadyGone | asked {count}, did 0 | {} | listed 1",
            ["already_gone"; 2][..count].join(" ")
        );
        assert_eq!(story(&desk, "feed", OwnRule::Refuse), expected);
    }
}

#[test]
fn where_ids_are_no_hashes_the_settings_must_tell() {
    let options = Options { random_ids: true, ..Setup::default().options };
    let desk = Desk::new(Setup { options: options.clone(), ..Setup::default() });
    assert_eq!(
        story(&desk, "feed", OwnRule::Refuse),
        "5 OWN_TOKEN_UNKNOWN | asked 0, did 0 | OWN_TOKEN_UNKNOWN | listed 1"
    );

    let desk =
        Desk::new(Setup { options, own_token_id: Some("beef".to_owned()), ..Setup::default() });
    assert_eq!(
        story(&desk, "feed", OwnRule::Refuse),
        "AlreadyGone | asked 1, did 0 | already_gone | listed 0"
    );
    assert_eq!(
        story(&desk, "beef", OwnRule::Refuse),
        "5 OWN_TOKEN | asked 1, did 0 | already_gone OWN_TOKEN | listed 0"
    );
}
