//! Every kind of place: what is put there, what stays beside it, and what is read back.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use pretty_assertions::assert_eq;
use rustix::fs::{XattrFlags, getxattr, setxattr};
use rustix::io::Errno;

use super::Place;
use crate::support::expect;

#[test]
fn a_key_of_a_file_gets_the_value_and_everything_else_stays() {
    let place = Place::new();
    let value = place.folder.read("token.txt");
    for (name, args, before, after) in [
        (
            "env",
            "--format env --key TOKEN",
            "# ours\nexport TOKEN=\"VALUE\"\nOTHER=1\n",
            "# ours\nexport TOKEN=\"NEW\"\nOTHER=1\n",
        ),
        (
            "json",
            "--format json --key a.token",
            "{\"z\": 1, \"a\": {\"token\": \"VALUE\"}}",
            "{\n  \"z\": 1,\n  \"a\": {\n    \"token\": \"NEW\",\n    \"token_id\": \"ID\"\n  }\n}\n",
        ),
        (
            "ini",
            "--format ini --key ci.token",
            "[ci]\n; ours\ntoken = VALUE ; mine\n",
            "[ci]\n; ours\ntoken = NEW ; mine\ntoken_id = ID\n",
        ),
    ] {
        let place = Place::on(crate::support::World::new());
        let old = place.folder.read("token.txt");
        place.folder.write("held", before.replace("VALUE", old.trim()), 0o600);
        let outcome = place.rotate(&format!("--to-file held {args} --force --grace 0"));
        assert_eq!(outcome.code(), 0, "{name}: {outcome}");
        assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
        let held = place.folder.read("held");
        let new = held.split(|letter: char| !letter.is_alphanumeric());
        let new = new.into_iter().find(|word| word.starts_with("dapi")).unwrap().to_owned();
        assert_ne!(new, value.trim());
        let id = place.world.names().into_iter().find(|(_, name)| name == "new-1").unwrap().0;
        assert_eq!(held, after.replace("NEW", &new).replace("ID", &id), "{name}");
    }
}

#[test]
fn a_value_can_live_in_several_places_at_once() {
    let place = Place::new();
    let rotate = "--to-file token.txt --to-file held --force --grace 0";
    place.rotate(rotate).expect(expect![[r#"
        slot deploy: created token [new-1].....
        slot deploy: file [DIR]/token.txt holds the new value
        slot deploy: file [DIR]/held holds the new value
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.folder.read("token.txt"), place.folder.read("held"));
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
}

#[test]
fn a_place_that_is_new_gets_a_value_of_its_own_time() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
    place.pass(24);
    // Nothing but the new place makes it due.
    place.rotate("--to-file token.txt --to-file held --grace 0").expect(expect![[r#"
        slot deploy: created token [new-2].....
        slot deploy: file [DIR]/token.txt holds the new value
        slot deploy: file [DIR]/held holds the new value
        slot deploy: revoked token [new-1].....
        slot deploy: idle: due 2027-03-25 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.folder.read("token.txt"), place.folder.read("held"));
}

#[test]
fn a_command_gets_the_value_on_stdin_and_gives_it_back() {
    let place = Place::new();
    place.folder.write("put", "#!/bin/sh\ncat > held\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ntest -e held || exit 3\ncat held\n", 0o755);
    let args = "--to-file token.txt --to-command ./put --read-command ./get --force --grace 0";
    place.rotate(args).expect(expect![[r#"
        slot deploy: created token [new-1].....
        slot deploy: file [DIR]/token.txt holds the new value
        slot deploy: command `[DIR]/put` holds the new value
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.folder.read("token.txt"), place.folder.read("held"));
    let lines = place.folder.audit();
    assert!(lines.iter().any(|line| line["effect"] == "run_command"), "{lines:?}");
}

#[test]
fn a_command_is_the_same_from_any_folder() {
    let place = Place::new();
    place.folder.write("put", "#!/bin/sh\nexit 1\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ncat \"${0%get}\"held\n", 0o755);
    place.folder.write("held", place.folder.read("token.txt"), 0o600);
    let args = "--to-command ./put --read-command ./get --to-file token.txt --grace 0";
    assert_eq!(place.rotate(args).code(), 1);
    place.folder.write("put", "#!/bin/sh\ncat > \"${0%put}\"held\n", 0o755);
    place.folder.write("elsewhere/put", "#!/bin/sh\ntouch called\n", 0o755);
    let resume = place.patroll().starting_in("elsewhere").args("rotations resume deploy");
    resume.run().expect(expect![[r#"
        slot deploy: command `[DIR]/put` holds the new value
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.folder.read("token.txt"), place.folder.read("held"));
}

#[test]
fn a_command_that_is_not_there_is_told_of_at_once() {
    let place = Place::new();
    let script = r#"to_command(["cat"], #{ read: ["./get"] })"#;
    place.patroll().script(script).run().expect(expect![[r#"
        --- stderr
        error: `./get` cannot be run: there is no such file
         --> x.rhai:1:1
          |
        1 | to_command(["cat"], #{ read: ["./get"] })
          | ^^^^^^^^^^
        hint: run it by hand to see more
        --- exit 1
    "#]]);
    place.rotate("--to-file token.txt --to-command ./put --unverified").expect(expect![[r#"
        --- stderr
        error: `./put` cannot be run: there is no such file
        hint: run it by hand to see more
        --- exit 1
    "#]]);
    assert_eq!(place.world.requests(), 0);
}

#[test]
fn a_command_that_nothing_reads_is_told_of() {
    let place = Place::new();
    place.folder.write("put", "#!/bin/sh\ncat > held\n", 0o755);
    let args = "--to-file token.txt --to-command ./put --unverified --force --grace 0";
    place.rotate(args).expect(expect![[r#"
        slot deploy: created token [new-1].....
        slot deploy: file [DIR]/token.txt holds the new value
        slot deploy: command `[DIR]/put` holds the new value
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        slot deploy: not read back: command `[DIR]/put`
        --- exit 0
    "#]]);
    assert_eq!(place.folder.read("token.txt"), place.folder.read("held"));
}

#[test]
fn a_command_that_fails_leaves_both_tokens_alive() {
    let place = Place::new();
    place.folder.write("put", "#!/bin/sh\ncat > /dev/null\necho no room >&2\nexit 7\n", 0o755);
    let args = "--to-command ./put --unverified --to-file token.txt --force --grace 0";
    place.rotate(args).expect(expect![[r#"
        --- stderr
        error: `[DIR]/put` ended with 7: no room
        hint: run it by hand to see more
        --- exit 1
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
    // The file has the value all the same, so that the next run goes on with it.
    place.folder.write("put", "#!/bin/sh\ncat > held\n", 0o755);
    place.rotate(args).expect(expect![[r#"
        slot deploy: command `[DIR]/put` holds the new value
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        slot deploy: not read back: command `[DIR]/put`
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
    assert_eq!(place.folder.read("token.txt"), place.folder.read("held"));
}

#[test]
fn what_somebody_else_put_there_is_left_alone() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    fs::write(place.folder.work().join("token.txt"), "somebody-elses-value\n").unwrap();
    place.pass(25);
    place.rotate("--to-file token.txt").expect(expect![[r#"
        --- stderr
        error: slot deploy: file [DIR]/token.txt holds a value that this slot never put there
        hint: somebody changed it, and both tokens stay valid; once it is right, `patroll rotations adopt deploy` takes it as it is
        --- exit 1
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
}

#[test]
fn what_falls_back_to_the_old_value_gets_the_new_one_again() {
    let place = Place::new();
    let old = place.folder.read("token.txt");
    assert_eq!(place.rotate("--to-file token.txt --to-file held").code(), 0);
    fs::write(place.folder.work().join("held"), old).unwrap();
    place.pass(25);
    place.rotate("--to-file token.txt --to-file held").expect(expect![[r#"
        slot deploy: file [DIR]/held holds the new value
        slot deploy: file [DIR]/held had lost the new value and has it again
        slot deploy: settled: token [deploy].... lives until 2027-01-25 13:00
        --- exit 0
    "#]]);
    assert_eq!(place.folder.read("token.txt"), place.folder.read("held"));
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
}

#[test]
fn a_secret_of_the_workspace_gets_the_value() {
    let place = Place::new();
    place.world.scope("ci");
    let args = "--to-file token.txt --to-secret ci/token --force --grace 0";
    place.rotate(args).expect(expect![[r#"
        slot deploy: created token [new-1].....
        slot deploy: file [DIR]/token.txt holds the new value
        slot deploy: secret ci/token holds the new value
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        --- exit 0
    "#]]);
    let value = place.folder.read("token.txt");
    assert_eq!(place.world.secret("ci", "token"), value.trim());
    // What it holds proves which token it is, so that it can be the only place.
    place.pass(24);
    assert_eq!(place.rotate(args).code(), 0);
    assert_ne!(place.world.secret("ci", "token"), value.trim());
}

#[test]
fn a_place_that_is_only_read_is_nothing_to_tell_of() {
    let place = Place::new();
    place.folder.write("put", "#!/bin/sh\ncat > held\n", 0o755);
    place.folder.write("get", "#!/bin/sh\ntest -e held || exit 3\ncat held\n", 0o755);
    let script = r#"
        tokens_rotate(#{
            slot: "deploy", grace: "0",
            sinks: [to_file("token.txt"), to_command(["./put"], #{ read: ["./get"] })],
        });
    "#;
    let run = || {
        let run = place.patroll().script(script);
        run.args("--allow-write . --allow-run ./put --allow-run ./get").run()
    };
    run().expect(expect![[r#"
        --- stderr
        created 1 token, revoked 1 token, wrote 1 file, ran 1 command
        --- exit 0
    "#]]);
    place.pass(24);
    run().expect(expect![[r#"
        --- exit 0
    "#]]);
}

#[test]
fn a_file_with_a_second_name_is_not_torn_from_it() {
    let place = Place::new();
    let before = place.folder.read("token.txt");
    let work = place.folder.work();
    fs::hard_link(work.join("token.txt"), work.join("held")).unwrap();
    place.rotate("--to-file token.txt").expect(expect![[r#"
        --- stderr
        error: cannot write [DIR]/token.txt: it has another name, a hard link, which would not change
        --- exit 1
    "#]]);
    assert_eq!((place.world.writes(), place.folder.read("held")), (String::new(), before));
}

#[test]
fn a_profile_file_that_leads_nowhere_is_not_made_anew_there() {
    let place = Place::new();
    let address = place.world.address();
    let lines = format!("host = {}\ntoken = {}", address.host, place.folder.read("token.txt"));
    place.knowing().profile("prod", &lines);
    assert_eq!(place.rotate("--to-file token.txt --to-profile prod").code(), 0);
    let file = place.folder.home().join(".databrickscfg");
    fs::remove_file(&file).unwrap();
    symlink("away/databrickscfg", &file).unwrap();
    fs::create_dir(place.folder.home().join("away")).unwrap();
    place.rotate("--to-file token.txt --to-profile prod").expect(expect![[r#"
        --- stderr
        warning: slot deploy: profile prod stops the rotation under way; if it is gone for good, give it up: --forget 'profile prod'
        error: cannot read [HOME]/.databrickscfg: it is a link to what is not there
        --- exit 1
    "#]]);
    assert!(!place.folder.home().join("away/databrickscfg").exists());
}

/// By which its owner and the user 12345 may read a file, and its group may not.
fn access_list() -> Vec<u8> {
    let entries = [(1, 6, u32::MAX), (2, 4, 12345), (4, 0, u32::MAX), (16, 4, u32::MAX)];
    let entries = entries.into_iter().chain([(32, 0, u32::MAX)]);
    entries.fold(vec![2, 0, 0, 0], |mut bytes, (tag, rights, id)| {
        bytes.extend([tag, 0, rights, 0]);
        bytes.extend(id.to_le_bytes());
        bytes
    })
}

#[test]
#[allow(clippy::print_stderr, reason = "what could not be tested is said")]
fn whoever_could_read_a_file_still_can() {
    let place = Place::new();
    let path = place.folder.work().join("token.txt");
    let list = access_list();
    let kept = [("system.posix_acl_access", list.as_slice()), ("user.note", b"ours")];
    for (name, value) in kept {
        if let Err(error) = setxattr(&path, name, value, XattrFlags::empty()) {
            eprintln!("NOT CHECKED: {} takes no {name}: {error}", path.display());
            return;
        }
    }
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
    for (name, value) in kept {
        let mut found = vec![0; 1024];
        let length = getxattr(&path, name, &mut found[..]).unwrap();
        assert_eq!(&found[..length], value, "{name}");
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "what could not be tested is said")]
fn nobody_gets_to_read_a_file_by_what_its_folder_gives_to_new_ones() {
    let place = Place::new();
    let path = place.folder.work().join("token.txt");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let list = access_list();
    let folder = place.folder.work();
    if let Err(error) = setxattr(&folder, "system.posix_acl_default", &list, XattrFlags::empty()) {
        eprintln!("NOT CHECKED: {} takes no access list: {error}", folder.display());
        return;
    }
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
    let mut found = vec![0; 1024];
    let found = getxattr(&path, "system.posix_acl_access", &mut found[..]);
    assert_eq!(found, Err(Errno::NODATA));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
}
