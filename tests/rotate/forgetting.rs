//! Places that are left out or given up, and slots that are forgotten.

use std::fs;

use pretty_assertions::assert_eq;

use super::Place;
use crate::support::{DAY, expect};

#[test]
fn a_place_that_is_left_out_with_the_token_in_it_stops_the_run() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt --to-file held --grace 0").code(), 0);
    let journal = place.folder.home().join(".local/state/patroll/rotations/deploy.json");
    let before = fs::read(&journal).unwrap();
    for args in ["--grace 0", "--grace 0 --force", "--grace 0 --forget held"] {
        let outcome = place.rotate(&format!("--to-file token.txt {args}"));
        outcome
            .expect_error("slot deploy: file [DIR]/held is left out, and may still hold the token");
        assert_eq!(outcome.code(), 2, "{outcome}");
    }
    assert_eq!(fs::read(&journal).unwrap(), before);
    let held = place.folder.work().join("held");
    let forget = || {
        let run = place.patroll().args("tokens rotate --slot deploy --to-file token.txt --grace 0");
        run.arg("--forget").arg(&format!("file {}", held.display()))
    };
    forget().run().expect(expect![[r#"
        slot deploy: file [DIR]/held is none of its places any more
        slot deploy: idle: due 2027-03-24 12:00
        --- exit 0
    "#]]);
    // It is given up once, and there is nothing to say of it later.
    forget().run().expect(expect![[r#"
        --- exit 0
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt --grace 0 --force").code(), 0);
    assert_ne!(place.folder.read("held"), place.folder.read("token.txt"));
}

#[test]
fn a_place_that_is_left_out_empty_is_let_go() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt --to-file held --grace 0").code(), 0);
    fs::remove_file(place.folder.work().join("held")).unwrap();
    place.rotate("--to-file token.txt --grace 0 -o json").expect(expect![[r#"
        {
          "slot": "deploy",
          "before": "idle",
          "after": "idle",
          "reason": null,
          "token_id": "[new-1]",
          "old_token_id": null,
          "done": [
            "file [DIR]/held is none of its places any more"
          ],
          "waits_until": null,
          "next": "2027-03-24T12:00:00Z",
          "unverified": [],
          "left_out": [
            "file [DIR]/held"
          ],
          "strays": 0
        }
        --- exit 0
    "#]]);
    place.rotate("--to-file token.txt --grace 0").expect(expect![[r#"
        --- exit 0
    "#]]);
}

#[test]
fn what_was_begun_with_a_place_is_ended_with_it() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt --to-file held").code(), 0);
    place.rotate("--to-file token.txt").expect(expect![[r#"
        --- stderr
        warning: slot deploy: file [DIR]/held is left out, and the rotation under way is ended with it all the same
        --- exit 0
    "#]]);
    place.pass(25);
    place.rotate("--to-file token.txt").expect(expect![[r#"
        --- stderr
        warning: slot deploy: file [DIR]/held is left out, and the rotation under way is ended with it all the same
        error: slot deploy: file [DIR]/held is left out, and may still hold the token
        hint: name it again, or give it up: `forget: ["file [DIR]/held"]` (--forget 'file [DIR]/held')
        --- exit 2
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
    assert_eq!(place.folder.read("held"), place.folder.read("token.txt"));
}

#[test]
fn a_place_that_is_gone_for_good_can_be_given_up_in_the_middle() {
    let place = Place::new();
    let old = place.folder.read("token.txt");
    place.folder.write("vault/held", &old, 0o600);
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat vault/held\n", 0o755);
    let vault = "--to-command ./put --read-command ./get";
    assert_eq!(place.rotate(&format!("--to-file token.txt {vault} --grace 0")).code(), 1);
    fs::remove_dir_all(place.folder.work().join("vault")).unwrap();
    place.run("rotations resume deploy").expect(expect![[r#"
        --- stderr
        warning: slot deploy: command `[DIR]/put` stops the rotation under way; if it is gone for good, give it up: --forget 'command `[DIR]/put`'
        error: `[DIR]/get` ended with 1: cat: vault/held: No such file or directory
        hint: run it by hand to see more
        --- exit 1
    "#]]);
    let put = format!("command `{}`", place.folder.work().join("put").display());
    place.run("rotations resume deploy --forget vault").expect(expect![[r#"
        --- stderr
        error: slot deploy: `vault` is none of its places
        hint: there are: file [DIR]/token.txt, command `[DIR]/put`
        --- exit 2
    "#]]);
    let resume = place.patroll().args("rotations resume deploy --forget").arg(&put);
    resume.run().expect(expect![[r#"
        slot deploy: command `[DIR]/put` is none of its places any more
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
}

#[test]
fn what_may_be_in_a_place_that_is_given_up_keeps_no_stray_alive() {
    let place = Place::new();
    let old = place.folder.read("token.txt");
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    let blind = "--to-command ./put --unverified";
    assert_eq!(place.rotate(&format!("--to-file token.txt {blind}")).code(), 1);
    fs::write(place.folder.work().join("token.txt"), &old).unwrap();
    let put = format!("command `{}`", place.folder.work().join("put").display());
    let rotate = "tokens rotate --slot deploy --to-file token.txt --expires-within 7d --forget";
    place.patroll().args(rotate).arg(&put).run().expect(expect![[r#"
        slot deploy: command `[DIR]/put` is none of its places any more
        slot deploy: revoked the stray token [new-1].....
        slot deploy: idle: due 2027-02-14 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
}

#[test]
fn a_rotation_is_given_up_without_a_place_that_is_gone() {
    let place = Place::new();
    let old = place.folder.read("token.txt");
    place.folder.write("vault/held", &old, 0o600);
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat vault/held\n", 0o755);
    place.world.fault("create:cut-after");
    let vault = "--to-command ./put --read-command ./get";
    assert_eq!(place.rotate(&format!("--to-file token.txt {vault}")).code(), 6);
    fs::remove_dir_all(place.folder.work().join("vault")).unwrap();
    assert_eq!(place.run("rotations abort deploy").code(), 1);
    let put = format!("command `{}`", place.folder.work().join("put").display());
    let outcome = place.patroll().args("rotations abort deploy --forget").arg(&put).run();
    assert_eq!(outcome.code(), 0, "{outcome}");
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
    assert_eq!(place.rotate("--to-file token.txt --expires-within 7d").code(), 0);
}

#[test]
fn a_command_that_is_read_as_before_is_not_left_out() {
    let place = Place::new();
    place.folder.write("put", "#!/bin/sh\ncat > held\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ntest -e held || exit 3\ncat held\n", 0o755);
    let rotate = |words: &str| {
        let script = format!(
            r#"
            let report = tokens_rotate(#{{
                slot: "deploy", grace: "0", {words}
            }});
            print(`${{report.after}} ${{report.done.len()}} ${{report.left_out}}`);
            "#
        );
        let run = place.patroll().script(&script).args("--allow-write . --allow-run ./put");
        run.args("--allow-run ./get -q").run()
    };
    let file = r#"to_file("token.txt")"#;
    let outcome =
        rotate(&format!(r#"sinks: [{file}, to_command(["./put"], #{{ read: ["./get"] }})]"#));
    assert_eq!(outcome.code(), 0, "{outcome}");
    place.pass(DAY);
    rotate(&format!(r#"sinks: [{file}, to_command(["./put", "-v"], #{{ read: ["./get"] }})]"#))
        .expect(expect![[r#"
            idle 0 []
            --- exit 0
        "#]]);
    rotate(&format!("sinks: [{file}]")).expect(expect![[r#"
        --- stderr
        error: slot deploy: command `[DIR]/put` is left out, and may still hold the token
         --> x.rhai:2:26
          |
        2 |             let report = tokens_rotate(#{
          |                          ^^^^^^^^^^^^^
        hint: name it again, or give it up: `forget: ["command `[DIR]/put`"]` (--forget 'command `[DIR]/put`')
        --- exit 2
    "#]]);
    let put = place.folder.work().join("put");
    let names =
        format!("forget: [\"command `{}`\", \"command `{} -v`\"]", put.display(), put.display());
    rotate(&format!("sinks: [{file}], {names}")).expect(expect![[r#"
        idle 1 ["command `[DIR]/put`"]
        --- exit 0
    "#]]);
    rotate(&format!("sinks: [{file}], forget: [{file}]")).expect(expect![[r#"
        --- stderr
        error: `forget` is an array of texts
         --> x.rhai:2:26
          |
        2 |             let report = tokens_rotate(#{
          |                          ^^^^^^^^^^^^^
        --- exit 1
    "#]]);
}

#[test]
fn a_slot_is_forgotten_in_any_state() {
    let place = Place::new();
    place.run("rotations forget deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: there is no such slot here
        hint: no token was rotated from here yet
        --- exit 2
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.run("rotations forget deploy -n").expect(expect![[r#"
        slot deploy would be forgotten: its journal would lie in [HOME]/.local/state/patroll/rotations/deploy.forgotten-1
        --- stderr
        warning: token [deploy] may live, and nobody revokes it any more
        dry run: nothing would be changed
        --- exit 0
    "#]]);
    place.run("rotations forget deploy").expect(expect![[r#"
        slot deploy is forgotten: its journal lies in [HOME]/.local/state/patroll/rotations/deploy.forgotten-1 now; no token was touched
        --- stderr
        warning: token [deploy] may live, and nobody revokes it any more
        --- exit 0
    "#]]);
    assert_eq!(place.run("rotations list -o json").stdout(), "[]\n");
    assert_eq!(place.run("rotations adopt deploy --to-file token.txt").code(), 0);
    let journal = place.folder.home().join(".local/state/patroll/rotations/deploy.json");
    fs::write(&journal, "no journal\n").unwrap();
    place.run("rotations forget deploy -o json").expect(expect![[r#"
        {
          "slot": "deploy",
          "put_aside": "[HOME]/.local/state/patroll/rotations/deploy.forgotten-2",
          "left": []
        }
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
}

#[test]
fn adopting_says_which_places_are_left_out() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt --to-file held --grace 0").code(), 0);
    place.run("rotations adopt deploy --to-file token.txt").expect(expect![[r#"
        slot deploy has token [new-1] now
        --- stderr
        warning: file [DIR]/held is none of the places of deploy any more: what it holds is replaced elsewhere and revoked
        --- exit 0
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
}
