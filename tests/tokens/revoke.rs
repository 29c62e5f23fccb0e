//! `tokens revoke`: what it prints, what is gone already, conditions, and the credential in use.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Patroll, World, expect};

#[test]
fn each_form() {
    let revoke = |form: &str| {
        let world = World::new();
        let id = world.token("x", DAY, 90 * DAY);
        Patroll::new().on(&world).args("tokens revoke --token-id").arg(&id).args(form).run()
    };
    revoke("").expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    revoke("-o json").expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    revoke("-o table").expect(expect![[r#"
        --- stderr
        revoked 1 token
        --- exit 0
    "#]]);
    revoke("-o csv").expect(expect![[r#"
        --- stderr
        revoked 1 token
        --- exit 0
    "#]]);
}

#[test]
fn at_a_terminal_each_is_told() {
    let world = World::new();
    let ids = ["x", "y"].map(|name| world.token(name, DAY, 90 * DAY));
    let run = Patroll::new().on(&world).args("tokens revoke").arg(&ids[0]).arg(&ids[1][..8]);
    run.terminal(80).run().expect(expect![[r#"
        revoked [x].........
        revoked [y]......... y
        --- exit 0
    "#]]);
}

#[test]
fn what_is_gone_already_is_an_error_unless_it_does_not_matter() {
    let world = World::new();
    let gone = world.token("gone", DAY, 90 * DAY);
    let here = world.token("here", DAY, 90 * DAY);
    world.revoke(&gone);
    let run = |args: &str| {
        let run = Patroll::new().on(&world).args("tokens revoke").arg(&gone);
        run.args(args).run()
    };
    run("").expect(expect![[r#"
        --- stderr
        error: `[gone]` names no token in the list
        hint: `patroll tokens list` shows the ids; a unique prefix of 8 or more characters will do
        --- exit 1
    "#]]);
    run("--if-exists").expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    let run = Patroll::new().on(&world).args("tokens revoke --if-exists").arg(&gone[..8]);
    run.run().expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "");
    let run = Patroll::new().on(&world).args("tokens revoke").arg(&gone).arg(&here);
    run.run().expect(expect![[r#"
        --- stderr
        error: `[gone]` names no token in the list
        hint: `patroll tokens list` shows the ids; a unique prefix of 8 or more characters will do
        --- exit 1
    "#]]);
    assert_eq!(world.writes(), "revoked a token [here]\n");
}

#[test]
fn a_condition_revokes_what_it_picks() {
    let world = World::new();
    world.token("ci-1", DAY, 90 * DAY);
    world.token("ci-2", DAY, 90 * DAY);
    world.token("other", DAY, 90 * DAY);
    let run = Patroll::new().on(&world).args("tokens revoke -o table --where");
    run.arg("t.comment.starts_with(\"ci-\")").run().expect(expect![[r#"
        --- stderr
        revoked 2 tokens
        --- exit 0
    "#]]);
    let mut writes: Vec<_> = world.writes().lines().map(str::to_owned).collect();
    writes.sort();
    assert_eq!(writes, ["revoked a token [ci-1]", "revoked a token [ci-2]"]);
    let run = Patroll::new().on(&world).args("tokens revoke --where");
    run.arg("t.comment.starts_with(\"ci-\")").run().expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
}

#[test]
fn a_wrong_condition_revokes_nothing() {
    let world = World::new();
    world.token("x", DAY, 90 * DAY);
    for condition in ["t.age > 30", "t.comment", "t.nme == 1", "1 / 0 > t.creation_time"] {
        let run = Patroll::new().on(&world).args("tokens revoke --where").arg(condition);
        assert_eq!(run.run().code(), 1, "{condition}");
    }
    let run = Patroll::new().on(&world).args("tokens revoke 12345678 --where true");
    assert_eq!(run.run().code(), 2);
    assert_eq!(world.writes(), "");
}

#[test]
fn the_credential_in_use_is_left_alone_if_picked_and_warned_about_if_named() {
    let world = World::new();
    world.token("x", DAY, 90 * DAY);
    let run = Patroll::new().on(&world).args("tokens revoke --where true");
    run.run().expect(expect![[r#"
        {}
        --- stderr
        warning: token [own] is the credential in use: it is left alone
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "revoked a token [x]\n");
    let run = Patroll::new().on(&world).args("tokens revoke").arg(&world.id("own"));
    run.run().expect(expect![[r#"
        {}
        --- stderr
        warning: token [own] is the credential in use: it will not work afterwards
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "revoked a token [x]\nrevoked a token [own]\n");
}

#[test]
fn an_error_of_the_workspace_is_told_after_the_rest_is_done() {
    let world = World::new();
    let ids = ["a", "b"].map(|name| world.token(name, DAY, 90 * DAY));
    world.fault("delete:status=403");
    let run = Patroll::new().on(&world).args("tokens revoke").arg(&ids[0]).arg(&ids[1]);
    run.run().expect(expect![[r#"
        --- stderr
        error: 1 of 2 tokens revoked, 1 failed; token [a]: POST /api/2.0/token/delete answered 403 PERMISSION_DENIED: This answer was asked for as a fault. (request id [REQUEST])
        hint: the credential is valid, but may not do this: ask a workspace admin for the token permission
        --- exit 1
    "#]]);
    assert_eq!(world.writes(), "revoked a token [b]\n");
}
