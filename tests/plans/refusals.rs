//! Files that are no plans, plans that were edited, and flags that make no sense.

use std::rc::Rc;

use pretty_assertions::assert_eq;

use super::{forge, patroll, plan, world};
use crate::support::{Folder, Patroll, expect};

#[test]
fn an_edited_plan_is_not_applied() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    let text = folder.read("plan.json");
    folder.write("plan.json", text.replace("\"line\": 29", "\"line\": 30"), 0o600);
    patroll(&folder, &world, "apply plan.json").run().expect(expect![[r#"
        --- stderr
        error: the plan plan.json is not applied: it was edited after it was written
        hint: plan anew: `patroll run SCRIPT --plan FILE`
        --- exit 5
    "#]]);
    let shown = patroll(&folder, &world, "plan show plan.json").run();
    assert!(shown.stderr().contains("warning: plan.json was edited after it was written"));
    assert_eq!((shown.code(), world.writes()), (0, String::new()));
    // Its spaces are nobody's business.
    folder.write("plan.json", text.replace("\n  ", "\r\n"), 0o600);
    patroll(&folder, &world, "apply plan.json -n").run().expect_success();
}

#[test]
fn what_it_does_not_know_it_does_not_do() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    let good = folder.read("plan.json");
    let run = |change: &dyn Fn(&mut serde_json::Value)| {
        folder.write("plan.json", &good, 0o600);
        forge(&folder, change);
        patroll(&folder, &world, "apply plan.json").run()
    };
    run(&|plan| plan["effects"][0]["effect"] = "create_token".into()).expect(expect![[r#"
        --- stderr
        error: plan.json is no plan: unknown variant `create_token`, expected `revoke_token` at line 1 column 139
        hint: `patroll run SCRIPT --plan FILE` writes one
        --- exit 2
    "#]]);
    run(&|plan| plan["effects"][1]["if"] = "never".into()).expect(expect![[r#"
        --- stderr
        error: plan.json is no plan: unknown field `if`, expected one of `effect`, `profile`, `host`, `user`, `token_id`, `comment`, `expires`, `script`, `line` at line 1 column 670
        hint: `patroll run SCRIPT --plan FILE` writes one
        --- exit 2
    "#]]);
    run(&|plan| plan["version"] = 2.into()).expect(expect![[r#"
        --- stderr
        error: plan.json is no plan: it has version 2, and this patroll knows 1
        hint: `patroll run SCRIPT --plan FILE` writes one
        --- exit 2
    "#]]);
    run(&|plan| plan["made"] = "yesterday".into()).expect(expect![[r#"
        --- stderr
        error: plan.json is no plan: `yesterday` is not a time at line 1 column 31
        hint: `patroll run SCRIPT --plan FILE` writes one
        --- exit 2
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn files_that_are_none() {
    let run = |args: &str| {
        let run =
            Patroll::new().file("x.rhai", "print(1);").file("bytes", b"\xff\xfe").file("empty", "");
        run.args(args).run()
    };
    run("apply none.json").expect(expect![[r#"
        --- stderr
        error: cannot read none.json: no such file or directory
        --- exit 1
    "#]]);
    run("apply x.rhai").expect(expect![[r#"
        --- stderr
        error: x.rhai is no plan: expected value at line 1 column 1
        hint: `patroll run SCRIPT --plan FILE` writes one
        --- exit 2
    "#]]);
    run("apply bytes").expect(expect![[r#"
        --- stderr
        error: cannot read bytes: stream did not contain valid UTF-8
        --- exit 1
    "#]]);
    run("apply .").expect(expect![[r#"
        --- stderr
        error: cannot read .: is a directory
        --- exit 1
    "#]]);
    run("plan show empty").expect(expect![[r#"
        --- stderr
        error: empty is no plan: EOF while parsing a value at line 1 column 0
        hint: `patroll run SCRIPT --plan FILE` writes one
        --- exit 2
    "#]]);
    // A plan takes the place of a plan, never that of something else.
    run("run x.rhai --plan x.rhai").expect(expect![[r#"
        --- stderr
        error: x.rhai is no plan: expected value at line 1 column 1
        hint: `patroll run SCRIPT --plan FILE` writes one
        --- exit 2
    "#]]);
    run("run x.rhai --plan no/plan.json").expect(expect![[r#"
        --- stderr
        error: cannot write no/plan.json: no such file or directory
        --- exit 1
    "#]]);
}

#[test]
fn flags_that_make_no_sense() {
    let run = |args: &str| Patroll::new().args(args).run().code();
    assert_eq!(run("apply"), 2);
    assert_eq!(run("apply plan.json --max-age soon"), 2);
    assert_eq!(run("apply plan.json --max-age -1h"), 2);
    assert_eq!(run("tokens list --plan plan.json"), 2);
    assert_eq!(run("--plan plan.json run cleanup_expired"), 2);
    assert_eq!(run("run cleanup_expired --plan"), 2);
    assert_eq!(run("plan"), 2);
    assert_eq!(run("plan hide plan.json"), 2);
}
