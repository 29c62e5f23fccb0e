//! `rotate`: the new value is on disk before the old token goes, and whatever fails leaves the old one alive.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Outcome, Patroll, World, expect};

const ARGS: &str = "run rotate --comment deploy --to-file token.txt --allow-write .";

fn world() -> World {
    let world = World::new();
    world.token("deploy", 80 * DAY, 90 * DAY);
    world.token("other", 80 * DAY, 90 * DAY);
    world
}

fn run(world: &World, folder: &Rc<Folder>, args: &str) -> Outcome {
    Patroll::within(folder).on(world).keeps("token.txt").args(args).run()
}

#[test]
fn dry_then_live_then_nothing_more_to_do() {
    let (world, folder) = (world(), Rc::new(Folder::new()));
    run(&world, &folder, &format!("{ARGS} -n")).expect(expect![[r#"
        would   what             comment  asked by
        create  a token for 90d  deploy   bundled:rotate:30
        write   token.txt                 bundled:rotate:31
        revoke  [deploy]....     deploy   bundled:rotate:32
        --- stderr
        dry run: 3 changes would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!((world.writes(), folder.left().len()), (String::new(), 0));
    run(&world, &folder, ARGS).expect(expect![[r#"
        --- stderr
        created 1 token, revoked 1 token, wrote 1 file
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
    let path = folder.work().join("token.txt");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let value = folder.read("token.txt");
    run(&world, &folder, ARGS).expect(expect![[r#"
        --- exit 0
    "#]]);
    assert_eq!(folder.read("token.txt"), value);

    let run = Patroll::within(&folder).beside(&world).keeps("token.txt");
    let run =
        run.env("DATABRICKS_HOST", &world.address().host).env("DATABRICKS_TOKEN", value.trim());
    let own = "let t = tokens_list().find(|t| t.is_own); print(`${t.comment} ${t.lifetime}`);";
    assert_eq!(run.arg("eval").arg(own).run().stdout(), "deploy 90d\n");
}

#[test]
fn a_file_that_is_there_is_replaced_as_a_whole() {
    let (world, folder) = (world(), Rc::new(Folder::new()));
    folder.write(
        "token.txt",
        "the old value, which is longer than any new one would ever be, by far\n",
        0o644,
    );
    assert_eq!(run(&world, &folder, ARGS).code(), 0);
    let value = folder.read("token.txt");
    assert!(value.starts_with("dapi") && value.len() < 50, "{} letters", value.len());
    let mode = fs::metadata(folder.work().join("token.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left: Vec<_> = folder.left().into_iter().map(|(path, _)| path).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn the_lifetime_and_the_age_can_be_chosen_and_scopes_are_kept() {
    let world = World::of(|options| options.report_scopes = true);
    world.token("deploy", 10 * DAY, 90 * DAY);
    let folder = Rc::new(Folder::new());
    assert_eq!(run(&world, &folder, ARGS).to_string(), "--- exit 0\n");
    assert_eq!(world.writes(), "");
    let args = format!("{ARGS} --older-than 9d --lifetime 30d");
    assert_eq!(run(&world, &folder, &args).code(), 0);
    let made = world.list().into_iter().find(|token| token["comment"] == "deploy").unwrap();
    let lived = made["expiry_time"].as_i64().unwrap() - made["creation_time"].as_i64().unwrap();
    assert_eq!(lived, 30 * 24 * 60 * 60 * 1000);
    assert_eq!(made["scopes"], serde_json::json!(["all-apis"]));
}

#[test]
fn what_is_missing_or_ambiguous_is_said_before_anything_changes() {
    let (world, folder) = (world(), Rc::new(Folder::new()));
    run(&world, &folder, "run rotate").expect(expect![[r#"
        --- stderr
        error: which token? Name its comment with --comment
          --> bundled:rotate:18:28
           |
        18 | if options.comment == "" { throw "which token? Name its comment with --comment"; }
           |                            ^^^^^
        --- exit 1
    "#]]);
    run(&world, &folder, "run rotate --comment deploy").expect(expect![[r#"
        --- stderr
        error: where does its value live? Name the file with --to-file
          --> bundled:rotate:19:28
           |
        19 | if options.to_file == "" { throw "where does its value live? Name the file with --to-file"; }
           |                            ^^^^^
        --- exit 1
    "#]]);
    run(&world, &folder, "run rotate --comment nobody --to-file token.txt").expect(expect![[r#"
        --- stderr
        error: 0 living tokens have the comment "nobody", where one is needed
          --> bundled:rotate:22:21
           |
        22 | if old.len() != 1 { throw `${old.len()} living tokens have the comment "${options.comment}", where one is needed`; }
           |                     ^^^^^
        --- exit 1
    "#]]);
    run(&world, &folder, "run rotate --comment deploy --to-file token.txt").expect(expect![[r#"
        --- stderr
        error: writing token.txt needs a permission that this run does not have
          --> bundled:rotate:26:1
           |
        26 | check_writable(options.to_file);
           | ^^^^^^^^^^^^^^
        hint: add --allow-write .
        --- exit 5
    "#]]);
    world.token_named("twin", "deploy", DAY, 90 * DAY);
    run(&world, &folder, ARGS).expect(expect![[r#"
        --- stderr
        error: 2 living tokens have the comment "deploy", where one is needed
          --> bundled:rotate:22:21
           |
        22 | if old.len() != 1 { throw `${old.len()} living tokens have the comment "${options.comment}", where one is needed`; }
           |                     ^^^^^
        --- exit 1
    "#]]);
    let own = "run rotate --to-file token.txt --allow-write . --older-than 1d --comment";
    let run = Patroll::within(&folder).on(&world).args(own).arg("patroll sandbox");
    run.run().expect(expect![[r#"
        --- stderr
        error: that is the token signed in with: sign in by another credential to replace it
          --> bundled:rotate:23:20
           |
        23 | if old[0].is_own { throw "that is the token signed in with: sign in by another credential to replace it"; }
           |                    ^^^^^
        --- exit 1
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn whatever_fails_leaves_the_old_one_alive() {
    let folder_as_file = "run rotate --comment deploy --to-file taken --allow-write .";
    for (fault, args, code, writes) in [
        (None, folder_as_file, 1, ""),
        (Some("create:status=400"), ARGS, 1, ""),
        (Some("create:cut-after"), ARGS, 6, "created a token [new-1]\n"),
        (Some("delete:status=403,always"), ARGS, 1, "created a token [new-1]\n"),
    ] {
        let (world, folder) = (world(), Rc::new(Folder::new()));
        folder.write("taken/x", "", 0o600);
        if let Some(fault) = fault {
            world.fault(fault);
        }
        let outcome = run(&world, &folder, args);
        assert_eq!(
            (outcome.code(), world.writes()),
            (code, writes.to_owned()),
            "{fault:?}: {outcome}"
        );
    }
}

#[test]
fn the_value_is_on_disk_before_the_old_one_goes() {
    let (world, folder) = (world(), Rc::new(Folder::new()));
    world.fault("delete:status=403,always");
    assert_ne!(run(&world, &folder, ARGS).code(), 0);
    assert_eq!(world.writes(), "created a token [new-1]\n");
    assert!(folder.read("token.txt").starts_with("dapi"));
}

#[test]
fn it_explains_itself() {
    Patroll::new().args("run rotate --help").run().expect(expect![[r#"
        Replaces a token: creates, saves the value, revokes the old one.

        Why: a token that is replaced every 60 days is worth little to whoever steals it.
        Does nothing while the token is younger than --older-than, so it can run every day. If anything fails on the way, the
        old token stays; the new one is then named in the error.

        Cron: 30 2 * * *  patroll run rotate -p prod --comment deploy --to-file secrets/token --allow-write secrets

        Usage: patroll run rotate [OPTIONS]

        Options:
          --comment TEXT         the comment of the token to replace; exactly one living token must bear it
          --lifetime DURATION    how long the new token lives [default: 90d]
          --older-than DURATION  the age from which on the token is replaced [default: 60d]
          --to-file TEXT         where the value is kept (0600, replaced as a whole); needs --allow-write for its folder

        patroll's own flags, such as --dry-run and --profile, can stand here too.
        --- exit 0
    "#]]);
}
