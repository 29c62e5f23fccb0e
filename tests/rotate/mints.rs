//! How often a token is asked for, and what is remembered of one that was refused.

use pretty_assertions::assert_eq;

use super::Place;
use crate::support::expect;

#[test]
fn enough_is_enough_for_a_day() {
    let place = Place::new();
    place.world.fault("create:status=400,always");
    let rotate = || place.rotate("--to-file token.txt --force");
    assert_eq!((rotate().code(), rotate().code()), (1, 1));
    rotate().expect(expect![[r#"
        --- stderr
        error: slot deploy: 2 tokens were asked for within a day; the next may be from 2027-01-23T12:15:00Z
        hint: see why the ones before did not last: `patroll audit`; the old token stays in use
        --- exit 1
    "#]]);
    assert_eq!(place.world.requests_of("create"), 2);
    place.pass(1);
    assert_eq!(rotate().code(), 1);
    place.pass(1);
    rotate().expect(expect![[r#"
        --- stderr
        error: slot deploy: 3 tokens were asked for within a day; the next may be from 2027-01-24T12:00:00Z
        hint: see why the ones before did not last: `patroll audit`; the old token stays in use
        --- exit 1
    "#]]);
}

#[test]
fn a_token_of_a_few_hours_is_replaced_many_times_a_day() {
    let place = Place::new();
    let (_, value) = place.world.mint("short", 6);
    place.folder.write("held", value, 0o600);
    for round in 1..=9 {
        place.pass(3);
        assert_eq!(place.rotate("--to-file held --grace 0").code(), 0, "{round}");
        assert_eq!(place.world.requests_of("create"), round);
    }
}

#[test]
fn what_was_refused_is_nothing_to_worry_about() {
    let place = Place::new();
    place.world.fault("create:status=400");
    assert_eq!(place.rotate("--to-file token.txt").code(), 1);
    place.run("rotations list -o table").expect(expect![[r#"
        slot    state  token_id      last              next              strays  next run
        deploy  idle   [deploy]....  2026-11-23 12:00  2027-01-22 12:00  0       replace it from 2027-01-22 12:00 on
        --- exit 0
    "#]]);
    let outcome = place.rotate("--to-file token.txt --expires-within 7d -o json");
    assert!(outcome.stdout().contains("\"strays\": 0"), "{outcome}");
}

#[test]
fn what_was_made_in_spite_of_a_refusal_is_revoked() {
    let place = Place::new();
    place.world.fault("create:status=400+effect");
    assert_eq!(place.rotate("--to-file token.txt").code(), 1);
    assert_eq!(place.rotate("--to-file token.txt --expires-within 7d").code(), 0);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
}
