//! What others do to a rotation that is under way: other users, other values, other clocks.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{HOUR, Place};
use crate::support::{DAY, Patroll, Real, World, expect};

#[test]
fn another_user_sees_nothing_and_is_not_believed_that_it_is_gone() {
    let place = Place::new();
    let service = place.world.service();
    let robot = place.world.token_of(&service, "robot", 90 * DAY);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.pass(25);
    let rotate = "tokens rotate --slot deploy --to-file token.txt";
    let outcome = place.patroll_by(&robot).args(rotate).run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert!(outcome.stderr().contains("the token belongs to"), "{outcome}");
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
}

#[test]
fn another_user_does_not_bury_a_stray() {
    let place = Place::new();
    let service = place.world.service();
    let robot = place.world.token_of(&service, "robot", 90 * DAY);
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat token.txt\n", 0o755);
    let args = "--to-command ./put --read-command ./get";
    assert_eq!(place.rotate(args).code(), 1);
    let rotate = format!("tokens rotate --slot deploy {args}");
    let outcome = place.patroll_by(&robot).args(&rotate).run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    // Had it been believed, the stray would be forgotten by now.
    place.pass(49);
    place.folder.write("put", "#!/bin/sh\ncat > token.txt\n", 0o755);
    assert_eq!(place.rotate(&format!("{args} --grace 0")).code(), 0);
    assert_eq!(
        place.world.writes(),
        "created a token [new-1]\nrevoked a token [new-1]\ncreated a token [new-2]\nrevoked a token [deploy]\n"
    );
}

#[test]
fn the_owner_that_a_slot_began_with_is_kept() {
    let place = Place::new();
    let service = place.world.service();
    let robot = place.world.token_of(&service, "robot", 90 * DAY);
    assert_eq!(place.run("rotations adopt deploy --to-file token.txt").code(), 0);
    let rotate = "tokens rotate --slot deploy --to-file token.txt --force";
    let outcome = place.patroll_by(&robot).args(rotate).run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    // The value of a user is none of a service principal's.
    let args = format!("tokens rotate --slot robot --to-file token.txt --on-behalf-of {service}");
    let outcome = place.run(&format!("{args} --force --state-dir other"));
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert_eq!(place.world.writes(), "");
}

#[test]
fn a_strange_value_is_seen_before_another_token_is_made() {
    let place = Place::new();
    place.world.fault("create:cut-after");
    assert_eq!(place.rotate("--to-file token.txt").code(), 6);
    fs::write(place.folder.work().join("token.txt"), "somebody-elses-value\n").unwrap();
    let outcome = place.rotate("--to-file token.txt");
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
}

#[test]
fn a_place_that_another_slot_has_by_now_is_not_taken() {
    let place = Place::new();
    let (_, other) = place.world.mint("other", 90 * DAY);
    place.folder.write("held", &other, 0o600);
    place.folder.write("put", "#!/bin/sh\ncat > /dev/null\n", 0o755);
    let theirs = "--to-command ./put --unverified";
    let rotate = format!("tokens rotate --slot other --to-file held {theirs} --force");
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    assert_eq!(place.run(&rotate).code(), 0);
    place.pass(25);
    place.rotate(&format!("--to-file token.txt {theirs}")).expect(expect![[r#"
        --- stderr
        error: slot deploy: command `[DIR]/put` belongs to the slot `other`
        hint: one token, and one place, belongs to one slot; `patroll rotations forget other` gives that one up
        --- exit 1
    "#]]);
}

#[test]
fn what_a_token_may_do_is_what_the_workspace_says_now() {
    let place = Place::on(World::of(|options| options.report_scopes = true));
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
    let id = place.world.list().into_iter().find(|token| {
        token["comment"].as_str().is_some_and(|comment| comment.starts_with("deploy patroll:"))
    });
    place.world.narrow(id.unwrap()["token_id"].as_str().unwrap(), "authentication");
    assert_eq!(place.rotate("--to-file token.txt --grace 0 --force").code(), 0);
    let made = place.token_of(&place.folder.read("token.txt"));
    assert_eq!(made["scopes"], json!(["authentication"]));
}

#[test]
fn a_clock_that_was_once_ahead_stops_nothing_for_good() {
    let place = Place::new();
    place.world.fault("create:status=400");
    place.world.advance(5 * DAY * HOUR);
    assert_eq!(place.rotate("--to-file token.txt").code(), 1);
    let outcome = place.rotate("--to-file token.txt");
    assert_eq!(outcome.code(), 0, "{outcome}");
    place.world.advance(-5 * DAY * HOUR);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.pass(25);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
    // Nor does it count tokens of a time that has not come.
    place.world.fault("create:status=400,times=2");
    place.world.advance(5 * DAY * HOUR);
    let forced = || place.rotate("--to-file token.txt --force --grace 0").code();
    assert_eq!((forced(), forced()), (1, 1));
    place.world.advance(-5 * DAY * HOUR);
    assert_eq!(forced(), 0);
}

/// A script that rotates on a workspace that passes for a real one, so that whoever watches is asked.
fn watched<'p>(place: &'p Place, real: &Real, options: &str) -> Patroll<'p> {
    let options = format!("slot: \"deploy\", sinks: [to_file(\"token.txt\")], {options}");
    let run = place.knowing().through(&place.world, real.host());
    run.script(&format!("tokens_rotate(#{{ {options} }})")).args("--allow-write .")
}

#[test]
fn what_is_changed_while_a_person_thinks_is_seen_before_the_end() {
    let place = Place::new();
    let real = Real::before(&place.world);
    let old = place.folder.read("token.txt");
    let run = || watched(&place, &real, "grace: \"1h\"");
    assert_eq!(run().run().code(), 0);
    place.pass(2);
    let asked = run().terminal(80).start().await_stdout("[N]o:");
    fs::write(place.folder.work().join("token.txt"), &old).unwrap();
    assert_eq!(asked.type_in("y\r").finish().code(), 0);
    assert_ne!(place.folder.read("token.txt"), old);
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
    place.pass(2);
    let asked = run().terminal(80).start().await_stdout("[N]o:");
    assert_eq!(asked.type_in("y\r").finish().code(), 0);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
}

#[test]
fn a_stray_that_is_put_back_while_a_person_thinks_is_left_alone() {
    let place = Place::new();
    let real = Real::before(&place.world);
    let old = place.folder.read("token.txt");
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    let blind = "--to-file token.txt --to-command ./put --unverified";
    let rotate = format!("tokens rotate --slot deploy {blind}");
    let run = place.knowing().through(&place.world, real.host());
    assert_eq!(run.args(&rotate).run().code(), 1);
    let new = place.folder.read("token.txt");
    // No place that can be read holds the new token: it is a stray, whose end is asked about.
    fs::write(place.folder.work().join("token.txt"), &old).unwrap();
    let put = format!("command `{}`", place.folder.work().join("put").display());
    let options = format!("expires_within: \"7d\", forget: [\"{put}\"]");
    let asked = watched(&place, &real, &options).terminal(80).start().await_stdout("[N]o:");
    fs::write(place.folder.work().join("token.txt"), &new).unwrap();
    let outcome = asked.type_in("y\r").finish();
    // It is replaced where it lies, and revoked by a run that sees that.
    let writes = "created a token [new-1]\ncreated a token [new-2]\n";
    assert_eq!(place.world.writes(), writes, "{outcome}");
}

#[test]
fn a_value_that_a_sink_held_lives_for_a_grace_after_it_was_taken_out() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.pass(1);
    // The workspace refuses it once, which may have been a mistake: some job may work with it.
    place.world.fault("me:status=401,times=1");
    place.rotate("--to-file token.txt").expect(expect![[r#"
        slot deploy: no sink holds token [new-1]..... any more
        slot deploy: created token [new-2].....
        slot deploy: file [DIR]/token.txt holds the new value
        slot deploy: settled: token [deploy].... lives until 2027-01-24 13:00
        --- exit 0
    "#]]);
    place.pass(23);
    place.rotate("--to-file token.txt").expect(expect![[r#"
        --- exit 0
    "#]]);
    place.pass(1);
    place.rotate("--to-file token.txt").expect(expect![[r#"
        slot deploy: revoked the stray token [new-1].....
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 13:00
        --- exit 0
    "#]]);
}
