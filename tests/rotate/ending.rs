//! Giving up and taking over in odd moments: what is dead, strange, moved or only tried out.

use std::fs;
use std::os::unix::fs::symlink;

use pretty_assertions::assert_eq;

use super::Place;
use crate::support::{DAY, expect};

const JOURNAL: &str = ".local/state/patroll/rotations/deploy.json";

/// A rotation whose second place, a command, fails: it stays open, with the new value in `token.txt` and the old one beyond.
fn half_done(args: &str) -> Place {
    let place = Place::new();
    place.folder.write("token.old", place.folder.read("token.txt"), 0o600);
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat token.old\n", 0o755);
    let command = "--to-command ./put --read-command ./get";
    assert_eq!(place.rotate(&format!("--to-file token.txt {command} --force {args}")).code(), 1);
    place
}

#[test]
fn what_is_dead_is_put_back_nowhere() {
    let place = half_done("");
    let new = place.folder.read("token.txt");
    place.world.revoke(&place.world.id("deploy"));
    place.run("rotations abort deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: there is nothing to abort: the old token is dead, so a later run has to end it
        hint: `patroll rotations resume deploy` ends what is open, `patroll rotations forget deploy` forgets the slot
        --- exit 1
    "#]]);
    assert_eq!(place.folder.read("token.txt"), new);
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
}

#[test]
fn what_somebody_else_put_there_is_not_overwritten_by_giving_up() {
    let place = half_done("--to-file held");
    let old = place.folder.read("token.old");
    fs::write(place.folder.work().join("held"), "somebody-elses-value\n").unwrap();
    assert_eq!(place.run("rotations abort deploy").code(), 0);
    assert_eq!(place.folder.read("held"), "somebody-elses-value\n");
    assert_eq!(place.folder.read("token.txt"), old);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
}

#[test]
fn a_place_that_lies_elsewhere_by_now_may_still_hold_it() {
    let place = Place::new();
    let old = place.folder.read("token.txt");
    let work = place.folder.work();
    place.folder.write("one/held", &old, 0o600);
    place.folder.write("two/held", &old, 0o600);
    symlink("one", work.join("link")).unwrap();
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat two/held\n", 0o755);
    let args = "--to-file link/held --to-command ./put --read-command ./get --force";
    assert_eq!(place.rotate(args).code(), 1);
    fs::remove_file(work.join("link")).unwrap();
    symlink("two", work.join("link")).unwrap();
    place.run("rotations abort deploy").expect(expect![[r#"
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
}

#[test]
fn trying_it_out_changes_nothing() {
    let place = half_done("--to-file held");
    let new = place.folder.read("token.txt");
    fs::write(place.folder.work().join("held"), place.folder.read("token.old")).unwrap();
    let journal = fs::read(place.folder.home().join(JOURNAL)).unwrap();
    let outcome = place.run("rotations abort deploy -n -o table");
    assert_eq!(outcome.code(), 0, "{outcome}");
    for would in ["write   [DIR]/token.txt", "revoke  [new-1]"] {
        assert!(outcome.stdout().contains(would), "{outcome}");
    }
    assert_eq!(place.folder.read("token.txt"), new);
    assert_eq!(fs::read(place.folder.home().join(JOURNAL)).unwrap(), journal);
    fs::write(place.folder.home().join(JOURNAL), "no journal\n").unwrap();
    place.run("rotations abort deploy -n").expect(expect![[r#"
        the journal would lie in [HOME]/.local/state/patroll/rotations/deploy.damaged-1; no token would be touched
        --- stderr
        dry run: nothing would be changed
        --- exit 0
    "#]]);
    place.run("rotations adopt deploy --to-file token.txt -n").expect(expect![[r#"
        slot deploy would have token [new-1]
        --- stderr
        dry run: nothing would be changed
        --- exit 0
    "#]]);
    assert_eq!(fs::read(place.folder.home().join(JOURNAL)).unwrap(), b"no journal\n");
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
}

#[test]
fn what_hooks_watch_can_be_given_up_without_them() {
    let place = Place::new();
    place.folder.write("token.old", place.folder.read("token.txt"), 0o600);
    let script = r#"
        tokens_rotate(#{
            slot: "deploy", force: true, before_revoke: |t| true,
            sinks: [to_file("token.txt"), to_command(["./put"], #{ read: ["./get"] })],
        })
    "#;
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat token.old\n", 0o755);
    let run = place.patroll().script(script).args("--allow-write . --allow-run ./put");
    assert_eq!(run.args("--allow-run ./get").run().code(), 1);
    assert_eq!(place.run("rotations resume deploy").code(), 1);
    let outcome = place.run("rotations abort deploy");
    assert_eq!(outcome.code(), 0, "{outcome}");
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
}

#[test]
fn what_somebody_put_there_meanwhile_can_be_taken_for_the_truth() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    let (_, value) = place.world.mint("by hand", 90 * DAY);
    fs::write(place.folder.work().join("token.txt"), &value).unwrap();
    assert_eq!(place.rotate("--to-file token.txt").code(), 1);
    place.run("rotations adopt deploy").expect(expect![[r#"
        slot deploy has token [by hand] now
        --- stderr
        warning: token [deploy] belongs to deploy too, and no sink here holds it: revoke it unless another machine does
        --- exit 0
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    assert_eq!(place.folder.read("token.txt"), value);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
}

#[test]
fn the_token_of_a_service_principal_is_taken_over_by_its_administrator() {
    let place = Place::new();
    let service = place.world.service();
    let value = place.world.token_of(&service, "robot", 90 * DAY);
    place.folder.write("held", value, 0o600);
    let rotate = format!("--to-file held --on-behalf-of {service} --lifetime 60d --grace 0");
    assert_eq!(place.rotate(&format!("{rotate} --force")).code(), 0);
    let journal = place.folder.home().join(JOURNAL);
    // Naming the places again changes nothing else.
    assert_eq!(place.run("rotations adopt deploy --to-file held").code(), 0);
    assert!(fs::read_to_string(&journal).unwrap().contains(&service));
    fs::remove_file(&journal).unwrap();
    assert_eq!(place.rotate(&rotate).code(), 1);
    let adopt = format!("rotations adopt deploy --to-file held --on-behalf-of {service}");
    let outcome = place.run(&adopt);
    assert_eq!(outcome.code(), 0, "{outcome}");
    assert_eq!(place.rotate(&rotate).code(), 0);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [robot]\n");
}

#[test]
fn what_a_killed_run_left_goes_even_if_there_is_nothing_to_give_up() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
    let left = ".token.txt.patroll-new";
    place.folder.write(left, place.folder.read("token.txt"), 0o600);
    place.run("rotations abort deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: there is nothing to abort: no rotation is open
        hint: `patroll rotations resume deploy` ends what is open, `patroll rotations forget deploy` forgets the slot
        --- exit 1
    "#]]);
    assert!(!place.folder.work().join(left).exists());
}
