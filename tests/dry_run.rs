//! A dry run changes nothing, wherever its flag stands, and tells what it would have done.

use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Patroll, World, expect};

/// A world in which every bundled script finds something to do.
fn world() -> World {
    let world = World::new();
    world.token("deploy", 80 * DAY, 90 * DAY);
    world.token("dead", 30 * DAY + 5, 30 * DAY);
    world.token("ci-api-7", 10 * DAY, 12 * DAY);
    world
}

/// Checks that `run` leaves neither the world nor the folders changed.
#[track_caller]
fn assert_harmless(args: &str) {
    let world = world();
    let folder = Rc::new(Folder::new());
    let id = world.id("dead");
    let outcome = Patroll::within(&folder).on(&world).args(&args.replace("ID", &id)).run();
    assert!([0, 10].contains(&outcome.code()), "{args}: {outcome}");
    assert_eq!(world.writes(), "", "{args}");
    let left: Vec<_> = folder.left().into_iter().map(|(path, _)| path).collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new(), "{args}");
}

#[test]
fn nothing_is_changed_wherever_the_flag_stands() {
    for command in [
        "run cleanup_expired",
        "run cleanup_expired --older-than 1d --never-expiring",
        "run report_expiring",
        "run inventory",
        "run rotate --slot deploy --comment deploy --to-file new.txt --adopt --allow-write .",
        "tokens rotate --slot deploy --comment deploy --to-file new.txt --adopt",
        "tokens create --comment x",
        "tokens create --comment x --to-file token.txt",
        "tokens revoke ID",
        "tokens revoke --token-id ID",
        "tokens revoke --where t.is_expired",
        "tokens list",
    ] {
        let (first, rest) = command.split_once(' ').unwrap();
        assert_harmless(&format!("-n {command}"));
        assert_harmless(&format!("--dry-run {command}"));
        assert_harmless(&format!("{command} --dry-run"));
        assert_harmless(&format!("{command} -n"));
        assert_harmless(&format!("{first} -n {rest}"));
    }
}

#[test]
fn what_it_would_have_done_is_a_table_or_data() {
    let script = r#"
        let made = tokens_create("new one", days(7));
        for t in tokens_list().filter(|t| t.is_expired) { tokens_revoke(t); }
        tokens_revoke(made);
    "#;
    let run = |args: &str| {
        let world = world();
        let outcome = Patroll::new().on(&world).script(script).args("-n").args(args).run();
        assert_eq!(world.writes(), "");
        outcome
    };
    run("").expect(expect![[r#"
        would   what            comment  asked by
        create  a token for 7d  new one  x.rhai:2
        revoke  [dead]......    dead     x.rhai:3
        revoke  dry-run-1       new one  x.rhai:4
        --- stderr
        dry run: 3 changes would be made; nothing was
        --- exit 0
    "#]]);
    run("-o json").expect(expect![[r#"
        [
          {
            "effect": "create_token",
            "host": "[HOST]",
            "comment": "new one",
            "lifetime_seconds": 604800,
            "script": "x.rhai",
            "line": 2
          },
          {
            "effect": "revoke_token",
            "host": "[HOST]",
            "token_id": "[dead]",
            "comment": "dead",
            "script": "x.rhai",
            "line": 3
          },
          {
            "effect": "revoke_token",
            "host": "[HOST]",
            "token_id": "dry-run-1",
            "comment": "new one",
            "script": "x.rhai",
            "line": 4
          }
        ]
        --- stderr
        dry run: 3 changes would be made; nothing was
        --- exit 0
    "#]]);
    run("-o csv").expect(expect![[r#"
        would,what,comment,asked by
        create,a token for 7d,new one,x.rhai:2
        revoke,[dead],dead,x.rhai:3
        revoke,dry-run-1,new one,x.rhai:4
        --- stderr
        dry run: 3 changes would be made; nothing was
        --- exit 0
    "#]]);
    run("--quiet").expect(expect![[r#"
        would   what            comment  asked by
        create  a token for 7d  new one  x.rhai:2
        revoke  [dead]......    dead     x.rhai:3
        revoke  dry-run-1       new one  x.rhai:4
        --- exit 0
    "#]]);
}

#[test]
fn the_command_line_is_named_as_what_asked() {
    let world = world();
    let run = |args: &str| Patroll::new().on(&world).args(args).run();
    run("tokens create --comment x --to-file token.txt -n").expect(expect![[r#"
        would   what             comment  asked by
        write   token.txt                 the command line
        create  a token for 90d  x        the command line
        --- stderr
        dry run: 2 changes would be made; nothing was
        --- exit 0
    "#]]);
    run("tokens revoke --where t.is_expired -n").expect(expect![[r#"
        would   what          comment  asked by
        revoke  [dead]......  dead     the command line
        --- stderr
        dry run: 1 change would be made; nothing was
        --- exit 0
    "#]]);
    run("tokens revoke --where t.is_expired -n -o json").expect(expect![[r#"
        [
          {
            "effect": "revoke_token",
            "host": "[HOST]",
            "token_id": "[dead]",
            "comment": "dead"
          }
        ]
        --- stderr
        dry run: 1 change would be made; nothing was
        --- exit 0
    "#]]);
    run("tokens revoke --where false -n").expect(expect![[r#"
        --- stderr
        dry run: nothing would be changed
        --- exit 0
    "#]]);
    run("tokens revoke --where false -n -o json").expect(expect![[r#"
        []
        --- stderr
        dry run: nothing would be changed
        --- exit 0
    "#]]);
}

#[test]
fn a_script_gets_placeholders_and_need_not_know() {
    let world = world();
    let script = r#"
        print(is_dry_run());
        let one = tokens_create(#{ comment: "one", lifetime: days(2), scopes: ["sql"] });
        let two = tokens_create("two", hours(1));
        print([one.token_id, two.token_id, one.token_info.comment].join(" "));
        print(one.token_info.lifetime);
        print(one.token_info.expires - one.token_info.created == days(2));
        print(one.token_value);
        print(tokens_revoke(tokens_list()[0].token_id));
        print(tokens_revoke("some id"));
        print(tokens_revoke([one, two]));
    "#;
    Patroll::new().on(&world).script(script).args("--dry-run").run().expect(expect![[r#"
        true
        dry-run-1 dry-run-2 one
        2d
        true
        [redacted]
        true
        true
        #{"already_gone": 0, "revoked": 2}
        would   what            comment  asked by
        create  a token for 2d  one      x.rhai:3
        create  a token for 1h  two      x.rhai:4
        revoke  [ci-api-7]..             x.rhai:9
        revoke  some id                  x.rhai:10
        revoke  dry-run-1       one      x.rhai:11
        revoke  dry-run-2       two      x.rhai:11
        --- stderr
        dry run: 6 changes would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn there_is_no_value_to_be_revealed() {
    let world = world();
    let script = "print(tokens_create(\"x\", days(1)).token_value.reveal());";
    let run = |args: &str| Patroll::new().on(&world).script(script).args("-n").args(args).run();
    run("--allow-reveal").expect(expect![[r#"
        would   what            comment  asked by
        create  a token for 1d  x        x.rhai:1
        --- stderr
        dry run: 1 change would be made; nothing was
        error: a dry run makes no value that could be revealed
         --> x.rhai:1:47
          |
        1 | print(tokens_create("x", days(1)).token_value.reveal());
          |                                               ^^^^^^
        --- exit 1
    "#]]);
    run("").expect(expect![[r#"
        would   what            comment  asked by
        create  a token for 1d  x        x.rhai:1
        --- stderr
        dry run: 1 change would be made; nothing was
        error: reading a token's value needs a permission that this run does not have
         --> x.rhai:1:47
          |
        1 | print(tokens_create("x", days(1)).token_value.reveal());
          |                                               ^^^^^^
        hint: add --allow-reveal
        --- exit 5
    "#]]);
}

#[test]
fn what_a_live_run_would_refuse_a_dry_run_refuses_too() {
    let world = world();
    let run = |script: &str| Patroll::new().on(&world).script(script).args("-n").run();
    run("tokens_revoke(tokens_list().find(|t| t.is_own));").expect(expect![[r#"
        --- stderr
        error: token [own] is the credential in use: revoking it would lock this run out
         --> x.rhai:1:1
          |
        1 | tokens_revoke(tokens_list().find(|t| t.is_own));
          | ^^^^^^^^^^^^^
        hint: leave it out by `!t.is_own`; if it is meant, pass #{allow_own: true} in a script, or name its whole id on the command line
        --- exit 5
    "#]]);
    run("for t in tokens_list() { if t.age > 30 { tokens_revoke(t); } }").expect(expect![[r#"
        --- stderr
        error: a length of time cannot be compared with the number 30
         --> x.rhai:1:35
          |
        1 | for t in tokens_list() { if t.age > 30 { tokens_revoke(t); } }
          |                                   ^
        hint: of what? Write `days(30)` or `hours(30)`
        --- exit 1
    "#]]);
    run("tokens_create(#{ lifetime: days(1) });").expect(expect![[r#"
        --- stderr
        error: a new token needs a `comment`: without one nobody will know what it was for
         --> x.rhai:1:1
          |
        1 | tokens_create(#{ lifetime: days(1) });
          | ^^^^^^^^^^^^^
        --- exit 1
    "#]]);
    assert_eq!(Patroll::new().args("tokens create --comment x -n").run().code(), 3);
}

#[test]
fn behind_two_dashes_it_is_the_scripts() {
    let world = world();
    let script = "print(args()); print(is_dry_run());";
    let run = Patroll::new().on(&world).script(script).args("-- --dry-run");
    run.run().expect(expect![[r#"
        ["--dry-run"]
        false
        --- exit 0
    "#]]);
    let run = Patroll::new().file("x.rhai", script).args("run -- x.rhai --dry-run");
    assert_eq!(run.run().stdout(), "[\"--dry-run\"]\nfalse\n");
    let run = Patroll::new().on(&world).args("run -- cleanup_expired --dry-run");
    run.run().expect_error("the script takes no arguments, so not `--dry-run`");
    assert_eq!(world.writes(), "");
}
