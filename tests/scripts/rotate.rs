//! `rotate` and `rotate_all`: rotation in a dozen lines, with its grace, whatever fails.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Outcome, Patroll, World, expect};

const ARGS: &str = "run rotate --slot deploy --to-file token.txt --allow-write .";

const HOUR: i64 = 60 * 60 * 1000;

/// A workspace, and a folder whose `token.txt` holds a token of it.
fn place(age: i64) -> (World, Rc<Folder>) {
    let (world, folder) = (World::new(), Rc::new(Folder::new()));
    world.token("other", 80 * DAY, 90 * DAY);
    let (_, value) = world.mint("deploy", 90 * DAY);
    folder.write("token.txt", format!("{value}\n"), 0o640);
    world.advance(age * HOUR);
    (world, folder)
}

fn run(world: &World, folder: &Rc<Folder>, args: &str) -> Outcome {
    Patroll::within(folder).on(world).keeps("token.txt").keeps("b").args(args).run()
}

#[test]
fn dry_then_live_then_the_grace_then_the_end() {
    let (world, folder) = place(61 * DAY);
    run(&world, &folder, &format!("{ARGS} -n")).expect(expect![[r#"
        would   what                            comment  asked by
        create  a token for 90d                 deploy   bundled:rotate:35
        write   [DIR]/token.txt           bundled:rotate:35
        revoke  [deploy]....                    deploy   bundled:rotate:35
        --- stderr
        dry run: 3 changes would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "");
    run(&world, &folder, ARGS).expect(expect![[r#"
        --- stderr
        deploy: created token [new-1].....
        deploy: file [DIR]/token.txt holds the new value
        created 1 token, wrote 1 file
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "created a token [new-1]\n");
    // Whoever could read the file still can.
    let mode = fs::metadata(folder.work().join("token.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let value = folder.read("token.txt");
    run(&world, &folder, ARGS).expect(expect![[r#"
        --- exit 0
    "#]]);
    world.advance(25 * HOUR);
    run(&world, &folder, ARGS).expect(expect![[r#"
        --- stderr
        deploy: revoked token [deploy]....
        revoked 1 token
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
    assert_eq!(folder.read("token.txt"), value);
    let requests = world.requests();
    run(&world, &folder, ARGS).expect(expect![[r#"
        --- exit 0
    "#]]);
    assert_eq!(world.requests() - requests, 1, "nothing due is one request");
}

#[test]
fn what_is_missing_is_said_before_anything_changes() {
    let (world, folder) = place(61 * DAY);
    run(&world, &folder, "run rotate").expect(expect![[r#"
        --- stderr
        error: slot : `` is no name for a slot
          --> bundled:rotate:35:14
           |
        35 | let report = tokens_rotate(rotation);
           |              ^^^^^^^^^^^^^
        hint: a name has 1 to 40 of a-z, 0-9, `.`, `_` and `-`
        --- exit 2
    "#]]);
    run(&world, &folder, "run rotate --slot deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: it has no sink
          --> bundled:rotate:35:14
           |
        35 | let report = tokens_rotate(rotation);
           |              ^^^^^^^^^^^^^
        hint: name one: to_profile, to_file, to_secret or to_command
        --- exit 2
    "#]]);
    run(&world, &folder, "run rotate --slot deploy --to-file token.txt").expect(expect![[r#"
        --- stderr
        error: writing [DIR]/token.txt needs a permission that this run does not have
          --> bundled:rotate:35:14
           |
        35 | let report = tokens_rotate(rotation);
           |              ^^^^^^^^^^^^^
        hint: add --allow-write [DIR]/token.txt
        --- exit 5
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn whatever_fails_leaves_a_living_token_in_the_file() {
    for (fault, code, writes) in [
        ("create:status=400", 1, ""),
        ("create:cut-after", 6, "created a token [new-1]\n"),
        ("delete:status=403,always", 1, "created a token [new-1]\n"),
    ] {
        let (world, folder) = place(61 * DAY);
        world.fault(fault);
        let outcome = run(&world, &folder, &format!("{ARGS} --grace 0"));
        let did = (outcome.code(), world.writes());
        assert_eq!(did, (code, writes.to_owned()), "{fault}: {outcome}");
        let value = folder.read("token.txt");
        let own = "tokens_list().find(|t| t.is_own).comment.starts_with(\"deploy\")";
        let run = Patroll::within(&folder).beside(&world).keeps("token.txt");
        let run = run.env("DATABRICKS_HOST", &world.address().host);
        let run = run.env("DATABRICKS_TOKEN", value.trim()).arg("eval").arg(own);
        assert_eq!(run.run().stdout(), "true\n", "{fault}");
    }
}

#[test]
fn of_several_files_one_that_fails_does_not_keep_the_others_waiting() {
    let (world, folder) = place(61 * DAY);
    let (_, value) = world.mint("b", 90 * DAY);
    folder.write("b", value, 0o600);
    world.advance(61 * DAY * HOUR);
    let args = "run rotate_all nowhere token.txt b --allow-write .";
    run(&world, &folder, args).expect(expect![[r#"
        --- stderr
        error: nowhere: Invalid access token. [ReqId: [REQUEST]]
        error: token.txt: Invalid access token. [ReqId: [REQUEST]]
        b: created token [new-1].....
        b: file [DIR]/b holds the new value
        created 1 token, wrote 1 file
        --- exit 1
    "#]]);
    assert_eq!(world.writes(), "created a token [new-1]\n");
}

#[test]
fn they_explain_themselves() {
    Patroll::new().args("run rotate --help").run().expect(expect![[r#"
        Replaces a token everywhere it lives, when it is due.

        Why: a token that is replaced every 60 days is worth little to whoever steals it.
        Run it every day, or every hour: it goes on where a run before it ended, and revokes the old token only when every
        place has held the new one for the grace. The first time the token is known by what the places hold.

        Cron: 30 2 * * *  patroll run rotate -p prod --slot deploy --to-file secrets/deploy --allow-write secrets

        Usage: patroll run rotate [OPTIONS]

        Options:
          --adopt                vouch that the places hold it, where nothing proves that
          --comment TEXT         the comment of its token, where what the places hold does not tell
          --force                replace it now
          --forget TEXT          a place that it had and that is given up, such as "file /etc/ci/token"
          --grace DURATION       how long the old token lives on [default: 1d]
          --older-than DURATION  the age from which on it is replaced [default: 60d]
          --slot TEXT            a name for this credential
          --to-file TEXT         a file it lives in, alone; needs --allow-write for it
          --to-profile TEXT      a profile whose token it is; needs --allow-profile for it

        patroll's own flags, such as --dry-run and --profile, can stand here too.
        --- exit 0
    "#]]);
    Patroll::new().args("run rotate_all --help").run().expect(expect![[r#"
        Replaces the tokens of several files, each when it is due.

        Why: the place of a token is all that has to be written down about it. One that fails does not keep the others waiting.
        Each argument is a file that holds nothing but a token of this workspace; its name is the name of the slot. Exits with
        1 if any of them failed, so run it again once that is mended.

        Cron: 30 2 * * *  patroll run rotate_all -p prod secrets/deploy secrets/nightly --allow-write secrets

        Usage: patroll run rotate_all [OPTIONS] [ARGS…]

        Options:
          --grace DURATION       how long the old token lives on [default: 1d]
          --older-than DURATION  the age from which on a token is replaced [default: 60d]

        patroll's own flags, such as --dry-run and --profile, can stand here too.
        --- exit 0
    "#]]);
}
