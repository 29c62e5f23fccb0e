//! `patroll rotations`: what is remembered, what would happen, and how to end, give up or rebuild it.

use std::fs;

use pretty_assertions::assert_eq;

use super::Place;
use crate::support::expect;

const JOURNAL: &str = ".local/state/patroll/rotations/deploy.json";

#[test]
fn nothing_is_remembered_at_first() {
    let place = Place::new();
    place.run("rotations list -o table").expect(expect![[r#"
        slot  state  token_id  last  next  strays  next run
        --- exit 0
    "#]]);
    for command in ["plan", "resume", "abort", "adopt"] {
        let outcome = place.run(&format!("rotations {command} deploy"));
        assert_eq!(outcome.code(), 2, "{command}: {outcome}");
    }
    place.run("rotations plan deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: there is no such slot here
        hint: no token was rotated from here yet
        --- exit 2
    "#]]);
    assert_eq!(place.world.requests_of("create"), 0);
}

#[test]
fn what_cannot_be_looked_at_is_not_taken_for_nothing() {
    let place = Place::new();
    place.folder.write("state/rotations", "no folder", 0o600);
    place.run("rotations list --state-dir state").expect(expect![[r#"
        --- stderr
        error: cannot read the folder state/rotations: not a directory
        --- exit 1
    "#]]);
    place.run("rotations plan deploy --state-dir state").expect(expect![[r#"
        --- stderr
        error: slot deploy: its journal state/rotations/deploy.json cannot be trusted: not a directory
        hint: nothing was changed; `patroll rotations adopt deploy` with its sinks rebuilds it, `patroll rotations abort deploy` puts it aside
        --- exit 1
    "#]]);
}

#[test]
fn each_state_is_told_with_what_comes_next() {
    let place = Place::new();
    place.world.fault("create:cut-after");
    assert_eq!(place.rotate("--to-file token.txt").code(), 6);
    place.run("rotations list -o table").expect(expect![[r#"
        slot    state    token_id      last              next              strays  next run
        deploy  minting  [deploy]....  2026-11-23 12:00  2027-01-22 12:00  0       look for the token that may have been made
        --- exit 0
    "#]]);
    place.run("rotations list -o json").expect(expect![[r#"
        [
          {
            "slot": "deploy",
            "state": "minting",
            "token_id": "[deploy]",
            "last": "2026-11-23T12:00:00Z",
            "next": "2027-01-22T12:00:00Z",
            "strays": 0,
            "next_run": "look for the token that may have been made"
          }
        ]
        --- exit 0
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.run("rotations list -o table").expect(expect![[r#"
        slot    state    token_id      last              next              strays  next run
        deploy  settled  [new-2].....  2027-01-23 12:00  2027-03-24 12:00  0       revoke the old token from 2027-01-24 12:00 on
        --- exit 0
    "#]]);
    place.pass(25);
    place.run("rotations list -o table").expect(expect![[r#"
        slot    state    token_id      last              next              strays  next run
        deploy  settled  [new-2].....  2027-01-23 12:00  2027-03-24 12:00  0       revoke the old token from 2027-01-24 12:00 on
        --- exit 0
    "#]]);
    place.run("rotations resume deploy").expect(expect![[r#"
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        --- exit 0
    "#]]);
}

#[test]
fn the_calls_to_come_are_told_with_what_a_power_cut_leaves() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.run("rotations plan deploy").expect(expect![[r#"
        {
          "slot": {
            "slot": "deploy",
            "state": "settled",
            "token_id": "[new-1]",
            "last": "2027-01-23T12:00:00Z",
            "next": "2027-03-24T12:00:00Z",
            "strays": 0,
            "next_run": "revoke the old token from 2027-01-24 12:00 on"
          },
          "calls": [
            {
              "call": "GET /api/2.0/token/list",
              "if_power_fails_now": "both tokens are valid; the next run takes the new value from a sink and goes on"
            },
            {
              "call": "after the grace, read file [DIR]/token.txt again",
              "if_power_fails_now": "both tokens are valid; the next run reads every sink again and waits for the end of the grace"
            },
            {
              "call": "POST /api/2.0/token/delete for the old token",
              "if_power_fails_now": "the new token is valid; the next run notes that the old one is gone"
            },
            {
              "call": "write down that it is over",
              "if_power_fails_now": "the new token is valid; nothing is left to do"
            }
          ]
        }
        --- exit 0
    "#]]);
    place.pass(25);
    assert_eq!(place.run("rotations resume deploy").code(), 0);
    place.run("rotations plan deploy").expect(expect![[r#"
        {
          "slot": {
            "slot": "deploy",
            "state": "idle",
            "token_id": "[new-1]",
            "last": "2027-01-23T12:00:00Z",
            "next": "2027-03-24T12:00:00Z",
            "strays": 0,
            "next_run": "replace it from 2027-03-24 12:00 on"
          },
          "calls": [
            {
              "call": "GET /api/2.0/token/list",
              "if_power_fails_now": "the old token is valid; the next run begins anew"
            },
            {
              "call": "prove that file [DIR]/token.txt can be written",
              "if_power_fails_now": "the old token is valid; the next run begins anew"
            },
            {
              "call": "write down that a token is asked for",
              "if_power_fails_now": "the old token is valid; the next run begins anew"
            },
            {
              "call": "POST /api/2.0/token/create",
              "if_power_fails_now": "the old token is valid; the next run looks for one with this rotation's stamp and revokes it"
            },
            {
              "call": "write down its id",
              "if_power_fails_now": "both tokens are valid; a run that finds no sink with the new value revokes it and makes another"
            },
            {
              "call": "GET /api/2.0/preview/scim/v2/Me with the new value",
              "if_power_fails_now": "both tokens are valid; a run that finds no sink with the new value revokes it and makes another"
            },
            {
              "call": "put the new value into file [DIR]/token.txt, read it back, sign in with it",
              "if_power_fails_now": "both tokens are valid; the next run takes the new value from a sink and goes on"
            },
            {
              "call": "write down that every sink holds it",
              "if_power_fails_now": "both tokens are valid; the next run reads every sink again and waits for the end of the grace"
            },
            {
              "call": "after the grace, read file [DIR]/token.txt again",
              "if_power_fails_now": "both tokens are valid; the next run reads every sink again and waits for the end of the grace"
            },
            {
              "call": "POST /api/2.0/token/delete for the old token",
              "if_power_fails_now": "the new token is valid; the next run notes that the old one is gone"
            },
            {
              "call": "write down that it is over",
              "if_power_fails_now": "the new token is valid; nothing is left to do"
            }
          ]
        }
        --- exit 0
    "#]]);
}

#[test]
fn what_no_place_has_yet_can_be_given_up() {
    let place = Place::new();
    let before = place.folder.read("token.txt");
    place.world.fault("create:cut-after");
    assert_eq!(place.rotate("--to-file token.txt").code(), 6);
    place.run("rotations abort deploy").expect(expect![[r#"
        slot deploy: revoked the stray token [new-1].....
        slot deploy: idle: due 2027-01-22 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
    assert_eq!(place.folder.read("token.txt"), before);
    place.run("rotations abort deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: there is nothing to abort: no rotation is open
        hint: `patroll rotations resume deploy` ends what is open, `patroll rotations forget deploy` forgets the slot
        --- exit 1
    "#]]);
}

#[test]
fn what_some_places_have_is_taken_back_from_them() {
    let place = Place::new();
    let before = place.folder.read("token.txt");
    place.folder.write("held", &before, 0o600);
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat token.old\n", 0o755);
    place.folder.write("token.old", &before, 0o600);
    let args = "--to-command ./put --read-command ./get --to-file token.txt --force";
    assert_eq!(place.rotate(args).code(), 1);
    assert_ne!(place.folder.read("token.txt"), before);
    place.run("rotations abort deploy").expect(expect![[r#"
        slot deploy: file [DIR]/token.txt holds the old value again
        slot deploy: revoked the stray token [new-1].....
        slot deploy: idle: due 2027-01-22 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.folder.read("token.txt"), before);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
}

#[test]
fn what_every_place_has_can_only_be_ended() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.run("rotations abort deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: there is nothing to abort: every sink holds the new token, and a later run ends it
        hint: `patroll rotations resume deploy` ends what is open, `patroll rotations forget deploy` forgets the slot
        --- exit 1
    "#]]);
    place.run("rotations adopt deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: its journal is sound, and a rotation is under way
        hint: `patroll rotations resume deploy` ends it, `patroll rotations abort deploy` gives it up; after `patroll rotations forget deploy` it can be adopted as it is
        --- exit 1
    "#]]);
}

#[test]
fn a_damaged_journal_is_put_aside_or_rebuilt() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
    let path = place.folder.home().join(JOURNAL);
    let journal = fs::read_to_string(&path).unwrap();
    let damaged = journal.replace("\"idle\"", "\"idle \"");
    fs::write(&path, &damaged).unwrap();
    place.rotate("--to-file token.txt").expect(expect![[r#"
        --- stderr
        error: slot deploy: its journal [HOME]/.local/state/patroll/rotations/deploy.json cannot be trusted: line 7 is not as it was written
        hint: nothing was changed; `patroll rotations adopt deploy` with its sinks rebuilds it, `patroll rotations abort deploy` puts it aside
        --- exit 1
    "#]]);
    place.run("rotations list -o table").expect(expect![[r#"
        slot    state    token_id  last  next  strays  next run
        deploy  damaged                        0       nothing was changed; `patroll rotations adopt deploy` with its s…
        --- exit 0
    "#]]);
    place.run("rotations adopt deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: it has no sink
        hint: name one: to_profile, to_file, to_secret or to_command
        --- exit 2
    "#]]);
    place.run("rotations adopt deploy --to-file token.txt").expect(expect![[r#"
        slot deploy has token [new-1] now
        --- exit 0
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    fs::write(&path, damaged).unwrap();
    place.run("rotations abort deploy").expect(expect![[r#"
        the journal lies in [HOME]/.local/state/patroll/rotations/deploy.damaged-2 now; no token was touched
        --- exit 0
    "#]]);
    place.rotate("--to-file token.txt").expect(expect![[r#"
        --- stderr
        error: slot deploy: token [new-1] bears this slot's stamp, but there is no journal of it here
        hint: if it is rotated from nowhere else, `patroll rotations adopt deploy` with its sinks rebuilds the journal
        --- exit 1
    "#]]);
}

#[test]
fn what_somebody_put_there_is_taken_for_the_truth_when_that_is_said() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
    let (_, value) = place.world.mint("by hand", 90 * 24);
    fs::write(place.folder.work().join("token.txt"), value).unwrap();
    assert_eq!(place.rotate("--to-file token.txt").code(), 1);
    place.run("rotations adopt deploy").expect(expect![[r#"
        slot deploy has token [by hand] now
        --- stderr
        warning: token [new-1] belongs to deploy too, and no sink here holds it: revoke it unless another machine does
        --- exit 0
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt --force --grace 0").code(), 0);
    assert_eq!(
        place.world.writes(),
        "created a token [new-1]\nrevoked a token [deploy]\ncreated a token [new-2]\nrevoked a token [by hand]\n"
    );
}
