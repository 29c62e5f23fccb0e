//! What a plan says, as JSON and as a table.

use std::rc::Rc;

use pretty_assertions::assert_eq;

use super::{patroll, plan, world};
use crate::support::{Folder, World, expect};

#[test]
fn a_dry_run_whose_effects_are_data() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    let args = "run cleanup_expired --older-than 9d --plan plan.json";
    let outcome = patroll(&folder, &world, args).run();
    outcome.expect(expect![[r#"
        would   what          comment   asked by
        revoke  [deploy]....  deploy    bundled:cleanup_expired:29
        revoke  [ci-api-7]..  ci-api-7  bundled:cleanup_expired:29
        --- stderr
        dry run: 2 changes would be made; nothing was
        plan: 2 changes in plan.json; `patroll apply plan.json` makes them
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "");
    let mut text = outcome.file("plan.json").replace(&world.address().host, "[HOST]");
    for (id, name) in world.names() {
        text = text.replace(&id, &format!("[{name}]"));
    }
    let lines =
        text.lines().filter(|line| !line.contains("\"sha256\"") && !line.contains("\"made\""));
    expect![[r#"
        {
          "version": 1,
          "script": "cleanup_expired",
          "arguments": [
            "--older-than",
            "9d"
          ],
          "effects": [
            {
              "effect": "revoke_token",
              "profile": null,
              "host": "[HOST]",
              "user": "admin@example.com",
              "token_id": "[deploy]",
              "comment": "deploy",
              "expires": "2026-12-03T12:00:00Z",
              "script": "bundled:cleanup_expired",
              "line": 29
            },
            {
              "effect": "revoke_token",
              "profile": null,
              "host": "[HOST]",
              "user": "admin@example.com",
              "token_id": "[ci-api-7]",
              "comment": "ci-api-7",
              "expires": "2026-11-25T12:00:00Z",
              "script": "bundled:cleanup_expired",
              "line": 29
            }
          ],
        }
    "#]]
    .assert_eq(&lines.map(|line| line.to_owned() + "\n").collect::<String>());
}

#[test]
fn people_read_it_as_a_table() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    let show = |args: &str| {
        let shown = patroll(&folder, &world, "plan show plan.json").args(args).run();
        shown.expect_success();
        shown.to_string()
    };
    let made: serde_json::Value = serde_json::from_str(&folder.read("plan.json")).unwrap();
    let settle = |text: &str| text.replace(made["made"].as_str().unwrap(), "[MADE]");
    expect![[r#"
        would   what          comment   expires           workspace               of                 asked by
        revoke  [deploy]....  deploy    2026-12-03 12:00  [HOST]  admin@example.com  bundled:cleanup_expired:29
        revoke  [ci-api-7]..  ci-api-7  2026-11-25 12:00  [HOST]  admin@example.com  bundled:cleanup_expired:29
        --- stderr
        planned at [MADE] by cleanup_expired --older-than 9d: 2 changes would be made
        --- exit 0
    "#]].assert_eq(&settle(&show("-o table")));
    expect![[r#"
        would,what,comment,expires,workspace,of,asked by
        revoke,[deploy],deploy,2026-12-03 12:00,[HOST],admin@example.com,bundled:cleanup_expired:29
        revoke,[ci-api-7],ci-api-7,2026-11-25 12:00,[HOST],admin@example.com,bundled:cleanup_expired:29
        --- exit 0
    "#]].assert_eq(&show("-o csv"));
    let json = show("");
    assert_eq!(
        json.split("--- exit").next().unwrap().lines().count(),
        folder.read("plan.json").lines().count()
    );
}

#[test]
fn nothing_to_do_is_a_plan_too() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    let args = "run cleanup_expired --plan plan.json";
    patroll(&folder, &world, args).run().expect(expect![[r#"
        --- stderr
        dry run: nothing would be changed
        plan: 0 changes in plan.json; `patroll apply plan.json` makes them
        --- exit 0
    "#]]);
    patroll(&folder, &world, "apply plan.json").run().expect(expect![[r#"
        --- exit 0
    "#]]);
}

#[test]
fn a_script_that_exits_has_a_plan_and_its_code() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    let run = |script: &str| {
        folder.write("x.rhai", script, 0o600);
        patroll(&folder, &world, "run x.rhai --plan plan.json").run().code()
    };
    let revoke = "tokens_revoke(tokens_list().find(|t| t.comment == \"deploy\"));";
    assert_eq!(run(&format!("{revoke} exit(12);")), 12);
    assert!(folder.read("plan.json").contains("\"comment\": \"deploy\""));
    assert_eq!(run(&format!("{revoke} exit();")), 0);
    assert_eq!(patroll(&folder, &world, "apply plan.json").run().code(), 0);
    assert_eq!(world.writes(), "revoked a token [deploy]\n");
}

#[test]
fn a_script_that_fails_has_none() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    folder.write("x.rhai", "tokens_revoke(tokens_list().find(|t| !t.is_own)); throw 1;", 0o600);
    let outcome = patroll(&folder, &world, "run x.rhai --plan plan.json").run();
    assert_eq!(outcome.code(), 1);
    assert!(outcome.stderr().contains("warning: no plan was written, as the script failed\n"));
    assert!(!folder.work().join("plan.json").exists());
}

#[test]
fn what_has_a_value_has_no_place_in_it() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    folder.write("x.rhai", "tokens_create(\"x\", days(1)).token_value.save(\"value\");", 0o600);
    let run = patroll(&folder, &world, "run x.rhai --plan plan.json --allow-write .");
    run.run().expect(expect![[r#"
        would   what            comment  asked by
        create  a token for 1d  x        x.rhai:1
        write   value                    x.rhai:1
        --- stderr
        dry run: 2 changes would be made; nothing was
        error: no plan can hold this: create a token for 1d (x.rhai:1)
        hint: a plan holds revocations alone: a value that is made or written has no place in it; run the script itself, with --dry-run first
        --- exit 2
    "#]]);
    assert!(!folder.work().join("plan.json").exists());
}
