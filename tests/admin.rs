//! What an administrator can do: `patroll admin tokens`, the functions for it, and the grant that scripts need.

use pretty_assertions::assert_eq;

use crate::support::{Outcome, Patroll, World, expect};

/// A world with 24 tokens of the administrator and six of others.
fn world() -> World {
    World::of(|options| options.tokens = 24)
}

/// A world with few tokens to show.
fn small() -> World {
    World::of(|options| options.tokens = 8)
}

fn admin(world: &World, args: &str) -> Outcome {
    Patroll::new().on(world).args("admin tokens").args(args).run()
}

fn script(world: &World, text: &str) -> Outcome {
    Patroll::new().on(world).script(text).args("--allow-admin").run()
}

#[test]
fn tokens_are_listed_with_who_made_them_and_when_they_were_last_used() {
    let world = world();
    admin(&self::small(), "list -o table").expect(expect![[r#"
        token_id      comment          created_by_username  created                      expires                     last_used_day
        [t1]........  ci-models-29     admin@example.com    2026-09-27 04:47 (57d ago)   never                       2026-11-11
        [own].......  patroll sandbox  admin@example.com    2026-11-11 12:00 (12d ago)   2027-02-09 12:00 (in 78d)   2026-11-23
        4bddae49755e  terraform        analyst@example.com  2026-09-06 07:16 (78d ago)   2027-09-06 07:16 (in 286d)  2026-11-14
        [t2]........  données météo    admin@example.com    2026-09-15 18:52 (68d ago)   2026-12-14 18:52 (in 21d)   unknown
        [t3]........  ci-models-33     admin@example.com    2026-08-25 11:27 (90d ago)   2026-11-23 11:27 (expired)  unknown
        [t4]........  terraform        admin@example.com    2026-08-28 11:34 (87d ago)   2027-08-28 11:34 (in 277d)  2026-11-12
        be23f0c8bcd7  ci-models-4      admin@example.com    2026-10-27 22:39 (26d ago)   2027-01-25 22:39 (in 63d)   2026-10-29
        [t5]........  données météo    admin@example.com    2026-10-26 10:08 (28d ago)   2027-01-24 10:08 (in 61d)   2026-10-28
        [t6]........  ci-api-17        admin@example.com    2026-04-05 16:27 (231d ago)  2027-04-05 16:27 (in 133d)  2026-06-16
        [t7]........  terraform        admin@example.com    2026-10-26 12:20 (27d ago)   2026-11-25 12:20 (in 2d)    2026-10-31
        --- exit 0
    "#]]);
    let run = Patroll::new().on(&world).args("admin tokens list -o csv --where");
    run.arg("t.created_by_username.starts_with(\"former\")").run().expect(expect![[r#"
        token_id,comment,created_by_username,created,expires,last_used_day
        --- exit 0
    "#]]);
    let one = admin(&world, "list -o json --created-by-username former.employee@example.com");
    one.expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    admin(&world, "list --created-by-id -1").expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
}

#[test]
fn a_condition_knows_how_long_a_token_went_unused() {
    let world = world();
    let count = |condition: &str| {
        let run = Patroll::new().on(&world).args("admin tokens list -o csv --where").arg(condition);
        run.run().stdout().lines().count() - 1
    };
    let unknown = count("!t.is_use_known");
    assert!(unknown > 0, "no token of which no use is known");
    assert_eq!(count("!t.is_use_known && t.unused_for > seconds(0)"), 0);
    assert_eq!(count("!t.is_use_known && !(t.unused_for < days(1))"), 0);
    assert!(count("t.unused_for > days(30)") > 0);
}

#[test]
fn a_token_is_made_for_a_service_principal() {
    let world = world();
    let id = world.address().client_id.clone();
    let create = |args: &str| {
        let run = Patroll::new().on(&world).args("admin tokens create --application-id").arg(&id);
        run.args("--comment nightly").args(args).keeps("token.txt").run()
    };
    create("--lifetime 1d -n").expect(expect![[r#"
        would   what                                                    comment  asked by
        create  a token of [REQUEST] for 1d  nightly  the command line
        --- stderr
        dry run: 1 change would be made; nothing was
        --- exit 0
    "#]]);
    let made = create("--lifetime 1d --to-file token.txt");
    assert_eq!(made.code(), 0, "{made}");
    assert!(made.file("token.txt").starts_with("dapi"));
    assert_eq!(world.writes(), "created a token [new-1]\n");
    assert!(made.audit().iter().any(|line| line["on_behalf_of"] == id.as_str()), "{made}");
    let run = Patroll::new().on(&world).args("admin tokens create --application-id nobody");
    let outcome = run.args("--comment x --to-file token.txt").run();
    assert_eq!(outcome.code(), 1, "{outcome}");
}

#[test]
fn tokens_of_others_are_revoked_and_the_own_one_is_left_alone() {
    let world = world();
    let run = Patroll::new().on(&world).args("admin tokens revoke -o table --where true");
    run.run().expect(expect![[r#"
        --- stderr
        warning: token [own] is the credential in use: it is left alone
        --- exit 0
    "#]]);
    assert_eq!(world.requests_of("admin-delete"), 29);
    let mine = world.id("own");
    assert_eq!(admin(&world, &format!("revoke {mine} -n")).code(), 0);
    admin(&world, &format!("revoke {}", &mine[..12])).expect(expect![[r#"
        {}
        --- stderr
        warning: token [own] is the credential in use: it will not work afterwards
        --- exit 0
    "#]]);
}

#[test]
fn what_is_not_there_is_said_unless_it_does_not_matter() {
    let world = world();
    let gone = "ab".repeat(32);
    let run = |args: &str| admin(&world, &format!("revoke {gone} {args}"));
    run("").expect(expect![[r#"
        --- stderr
        error: `abababababababababababababababababababababababababababababababab` names no token in the list
        hint: `patroll tokens list` shows the ids; a unique prefix of 8 or more characters will do
        --- exit 1
    "#]]);
    run("--if-exists").expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    assert_eq!(admin(&world, "revoke").code(), 2);
    assert_eq!(admin(&world, "revoke x --where true").code(), 2);
}

#[test]
fn a_script_needs_the_grant_and_cannot_go_on_without() {
    let world = world();
    for call in [
        "admin_tokens_list()",
        "admin_tokens_get(\"ab\")",
        "admin_tokens_revoke(\"ab\")",
        "admin_tokens_revoke([\"ab\"])",
        "admin_tokens_create(#{ application_id: \"x\", comment: \"y\" })",
        "users_list()",
        "service_principals_list()",
    ] {
        let text = format!("try {{ {call}; }} catch {{ }} tokens_create(\"late\", days(1));");
        let outcome = Patroll::new().on(&world).script(&text).run();
        assert_eq!(outcome.code(), 5, "{call}: {outcome}");
        assert!(outcome.stderr().contains("hint: add --allow-admin"), "{call}: {outcome}");
    }
    assert_eq!(world.writes(), "");
}

#[test]
fn what_only_administrators_are_told_is_not_made_up() {
    let world = world();
    for property in [
        "owner_id",
        "created_by_id",
        "created_by_username",
        "last_used_day",
        "is_use_known",
        "unused_for",
    ] {
        let text = format!("print(tokens_list()[0].{property});");
        script(&world, &text).expect_error(&format!(
            "only `admin_tokens_list` and `admin_tokens_get` tell a token's `{property}`"
        ));
        let text = format!("output(tokens_list(), [\"{property}\"]);");
        assert_eq!(script(&world, &text).code(), 1, "{property}");
        let text = format!("output(admin_tokens_list(), [\"token_id\", \"{property}\"]);");
        assert_eq!(script(&world, &text).code(), 0, "{property}");
    }
}

#[test]
fn wrong_options_are_refused() {
    let world = world();
    for call in [
        "admin_tokens_list(#{ created_by: \"x\" })",
        "admin_tokens_list(#{ created_by_id: \"x\" })",
        "admin_tokens_list(#{ created_by_username: 5 })",
        "admin_tokens_create(#{ comment: \"x\" })",
        "admin_tokens_create(#{ application_id: \" \", comment: \"x\" })",
        "admin_tokens_create(#{ application_id: 5, comment: \"x\" })",
        "admin_tokens_get(\"../token\")",
        "tokens_create(#{ application_id: \"x\", comment: \"y\" })",
    ] {
        let outcome = script(&world, &format!("{call};"));
        assert!([1, 2].contains(&outcome.code()), "{call}: {outcome}");
    }
    assert_eq!(world.writes(), "");
}

#[test]
fn users_and_service_principals_are_told_apart_and_those_who_left_are_marked() {
    let world = world();
    let text = r#"
        print(users_list().map(|u| `${u.userName} ${u.active}`).join("\n"));
        print(service_principals_list().map(|s| s.displayName).join("\n"));
        print(users_list()[0].id == admin_tokens_list().find(|t| t.is_own).owner_id);
    "#;
    script(&world, text).expect(expect![[r#"
        admin@example.com true
        data.engineer@example.com true
        analyst@example.com true
        ml.engineer@example.com true
        former.contractor@example.com false
        former.employee@example.com false
        automation
        nightly-etl
        bi-refresh
        true
        --- exit 0
    "#]]);
}

#[test]
fn who_is_no_administrator_is_told_so() {
    let world = world();
    world.fault("admin-list:status=403");
    admin(&world, "list").expect(expect![[r#"
        --- stderr
        error: GET /api/2.0/token-management/tokens answered 403 PERMISSION_DENIED: This answer was asked for as a fault. (request id [REQUEST])
        hint: the credential is valid, but may not do this: ask a workspace admin for the token permission
        --- exit 1
    "#]]);
}
