//! What is done when a plan is applied, and what is not.

use std::rc::Rc;

use pretty_assertions::assert_eq;

use super::{forge, patroll, plan, world};
use crate::support::{Folder, Patroll, World, expect};

#[test]
fn exactly_what_it_says() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    // Another run of the script would take this one too.
    world.token("late", 20 * 24, 60 * 24);
    let outcome = patroll(&folder, &world, "apply plan.json").run();
    outcome.expect(expect![[r#"
        --- stderr
        revoked 2 tokens
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "revoked a token [deploy]\nrevoked a token [ci-api-7]\n");
    let audit = outcome.audit();
    let told = |line: &serde_json::Value| {
        (line["script"].clone(), line["line"].clone(), line["outcome"].clone())
    };
    let expected = ("bundled:cleanup_expired".into(), 29.into(), "done".into());
    assert_eq!(audit.iter().map(told).collect::<Vec<_>>(), [expected.clone(), expected]);
}

#[test]
fn a_second_time_it_is_all_done() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    world.revoke(&world.id("deploy"));
    patroll(&folder, &world, "apply plan.json").run().expect(expect![[r#"
        --- stderr
        1 token was gone already
        revoked 1 token
        --- exit 0
    "#]]);
    patroll(&folder, &world, "apply plan.json").run().expect(expect![[r#"
        --- stderr
        2 tokens were gone already
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "revoked a token [ci-api-7]\n");
}

#[test]
fn a_token_that_has_changed_is_left_alone() {
    for (field, value) in [("comment", "somebody's"), ("expires", "2027-01-01T00:00:00Z")] {
        let (folder, world) = (Rc::new(Folder::new()), world());
        plan(&folder, &world);
        forge(&folder, |plan| plan["effects"][0][field] = value.into());
        let outcome = patroll(&folder, &world, "apply plan.json").run();
        assert_eq!(outcome.code(), 5, "{outcome}");
        assert_eq!(world.writes(), "revoked a token [ci-api-7]\n");
        assert_eq!(outcome.audit()[1]["outcome"], "PLAN_OUTDATED");
        if field == "comment" {
            outcome.expect(expect![[r#"
                --- stderr
                revoked 1 token
                error: left alone, because the plan says something else of it: [deploy]
                hint: plan anew: `patroll run SCRIPT --plan FILE`
                --- exit 5
            "#]]);
        }
    }
}

#[test]
fn one_that_was_gone_and_is_back_is_left_alone() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    forge(&folder, |plan| {
        plan["effects"][0]["comment"] = serde_json::Value::Null;
        plan["effects"][0]["expires"] = serde_json::Value::Null;
    });
    assert_eq!(patroll(&folder, &world, "apply plan.json").run().code(), 5);
    assert_eq!(world.writes(), "revoked a token [ci-api-7]\n");
}

#[test]
fn a_plan_grows_old() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    world.advance(25 * 3_600_000);
    patroll(&folder, &world, "apply plan.json").run().expect(expect![[r#"
        --- stderr
        error: the plan plan.json is not applied: it is 1d 1h old, which is more than --max-age 1d
        hint: plan anew: `patroll run SCRIPT --plan FILE`
        --- exit 5
    "#]]);
    assert_eq!(patroll(&folder, &world, "apply plan.json --max-age 1499m").run().code(), 5);
    assert_eq!(world.writes(), "");
    patroll(&folder, &world, "apply plan.json --max-age 26h").run().expect_success();
    forge(&folder, |plan| plan["made"] = "2030-01-01T00:00:00Z".into());
    patroll(&folder, &world, "apply plan.json").run().expect_error(
        "the plan plan.json is not applied: it was made at 2030-01-01T00:00:00Z, which is yet to come",
    );
}

#[test]
fn another_workspace_is_not_the_one_it_means() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    let other = World::new();
    let outcome = Patroll::within(&folder).on(&other).args("apply plan.json").run();
    assert_eq!((outcome.code(), other.writes()), (5, String::new()), "{outcome}");
    forge(&folder, |plan| {
        for at in 0..2 {
            plan["effects"][at]["user"] = "nobody@example.com".into();
        }
    });
    let outcome = patroll(&folder, &world, "apply plan.json").run();
    assert!(
        outcome.stderr().contains("it is about tokens of nobody@example.com, and this is "),
        "{outcome}"
    );
    assert_eq!((outcome.code(), world.writes()), (5, String::new()));
}

#[test]
fn the_profile_it_names_is_used_unless_another_is_named() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    let address = world.address();
    let section = format!("host = {}\ntoken = {}\n", address.host, address.token);
    folder.write(
        folder.home().join(".databrickscfg"),
        format!("[prod]\n{section}[same]\n{section}"),
        0o600,
    );
    let run = |args: &str| Patroll::within(&folder).beside(&world).args(args).run();
    run("-p prod run cleanup_expired --older-than 9d --plan plan.json").expect_success();
    assert_eq!(run("apply plan.json -n").code(), 0);
    assert_eq!(run("-p same apply plan.json").code(), 0);
    assert_eq!(world.writes(), "revoked a token [deploy]\nrevoked a token [ci-api-7]\n");
    forge(&folder, |plan| plan["effects"][0]["profile"] = "none".into());
    assert_eq!(run("apply plan.json").code(), 3);
}

#[test]
fn the_gate_decides_as_ever() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    plan(&folder, &world);
    let run = |args: &str| patroll(&folder, &world, "apply plan.json").args(args).run();
    run("--dry-run").expect(expect![[r#"
        would   what          comment   asked by
        revoke  [deploy]....  deploy    bundled:cleanup_expired:29
        revoke  [ci-api-7]..  ci-api-7  bundled:cleanup_expired:29
        --- stderr
        dry run: 2 changes would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!(run("--read-only").code(), 5);
    assert_eq!(world.writes(), "");
    // Its own token is not in a plan, whoever put it there.
    forge(&folder, |plan| {
        let own =
            world.list().into_iter().find(|token| token["comment"] == "patroll sandbox").unwrap();
        let expires = "2027-02-09T12:00:00Z";
        plan["effects"][0]["token_id"] = own["token_id"].clone();
        plan["effects"][0]["comment"] = own["comment"].clone();
        plan["effects"][0]["expires"] = expires.into();
    });
    let outcome = run("");
    assert_eq!(outcome.code(), 5, "{outcome}");
}

#[test]
fn an_administrators_plan_needs_the_grant_again() {
    let (folder, world) = (Rc::new(Folder::new()), world());
    folder.write(
        "x.rhai",
        "admin_tokens_revoke(admin_tokens_list().find(|t| t.comment == \"deploy\"));",
        0o600,
    );
    let made = patroll(&folder, &world, "run x.rhai --allow-admin --plan plan.json").run();
    made.expect_success();
    let outcome = patroll(&folder, &world, "apply plan.json").run();
    assert_eq!(outcome.code(), 5, "{outcome}");
    patroll(&folder, &world, "apply plan.json --allow-admin").run().expect_success();
    assert_eq!(world.writes(), "revoked a token [deploy]\n");
}

#[test]
fn a_fleet_has_one_plan_its_figures_and_its_messages() {
    let (folder, one, two) = (Rc::new(Folder::new()), world(), world());
    let section = |name: &str, world: &World| {
        let address = world.address();
        format!("[{name}]\nhost = {}\ntoken = {}\n", address.host, address.token)
    };
    let profiles = section("one", &one) + &section("two", &two);
    folder.write(folder.home().join(".databrickscfg"), profiles, 0o600);
    let run = |args: &str| {
        let run = Patroll::within(&folder).beside(&one).secret(&two.address().token);
        run.args(args).run()
    };
    run("--all-profiles run cleanup_expired --older-than 9d --plan plan.json").expect_success();
    assert_eq!((one.writes(), two.writes()), (String::new(), String::new()));
    run("apply plan.json --max-revocations 4").expect_success();
    let expected = "revoked a token [deploy]\nrevoked a token [ci-api-7]\n";
    assert_eq!((one.writes().as_str(), two.writes().as_str()), (expected, expected));
    let args = "--all-profiles eval tokens_list().len() --metrics-file x.prom --log-format json";
    let outcome = run(&format!("{args} --debug"));
    outcome.expect_success();
    let figures = outcome.file("x.prom");
    for name in ["one", "two"] {
        assert!(figures.contains(&format!("patroll_tokens{{profile=\"{name}\"")), "{figures}");
        assert!(outcome.stderr().contains(&format!("\"workspace\":\"{name}\"")), "{outcome}");
    }
    for line in outcome.stderr().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["message"].is_string());
    }
}
