//! Several slots, and what belongs to which.

use std::fs::OpenOptions;
use std::io::Write;

use pretty_assertions::assert_eq;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::Place;
use crate::support::expect;

#[test]
fn of_two_slots_that_begin_with_one_token_one_goes_on() {
    let place = Place::new();
    let work = place.folder.work();
    let old = place.folder.read("token.txt");
    place.folder.write("held", &old, 0o600);
    place.folder.write("put", "#!/bin/sh\ncat > held\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat held\n", 0o755);
    place.folder.write("check", "#!/bin/sh\nread word < door\n", 0o755);
    mknodat(CWD, work.join("door"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let mut door = OpenOptions::new().read(true).write(true).open(work.join("door")).unwrap();
    let late = "--to-command ./put --read-command ./get --check-command ./check";
    let late = place.patroll().args(&format!("tokens rotate --slot late {late}")).start();
    // It has looked at the other slots by then, and waits at the door.
    place.world.await_request_of("me");
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    door.write_all(b"open\n").unwrap();
    late.finish().expect(expect![[r#"
        --- stderr
        error: slot late: token [deploy] belongs to the slot `deploy`
        hint: one token, and one place, belongs to one slot; `patroll rotations forget deploy` gives that one up
        --- exit 1
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
    assert_eq!(place.folder.read("held"), old);
    let journals = place.folder.home().join(".local/state/patroll/rotations");
    assert!(!journals.join("late.json").exists());
}

#[test]
fn what_one_slot_has_is_not_adopted_by_another() {
    let place = Place::new();
    assert_eq!(place.run("rotations adopt deploy --to-file token.txt").code(), 0);
    place.folder.write("held", place.folder.read("token.txt"), 0o600);
    place.run("rotations adopt other --to-file held").expect(expect![[r#"
        --- stderr
        error: slot other: token [deploy] belongs to the slot `deploy`
        hint: one token, and one place, belongs to one slot; `patroll rotations forget deploy` gives that one up
        --- exit 1
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
}
