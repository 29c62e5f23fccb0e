//! How tokens are named to `tokens revoke`: whole ids, prefixes, several, stdin.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Patroll, Stub, World, expect};

#[test]
fn a_whole_id_a_prefix_several_and_both_flags() {
    for (name, form) in [
        ("whole", "ID"),
        ("flag", "--token-id ID"),
        ("equals", "--token-id=ID"),
        ("prefix", "PREFIX"),
        ("flag and prefix", "--token-id PREFIX"),
        ("twice", "ID PREFIX ID"),
    ] {
        let world = World::new();
        let id = world.token("x", DAY, 90 * DAY);
        let args = form.replace("PREFIX", &id[..8]).replace("ID", &id);
        let outcome = Patroll::new().on(&world).args("tokens revoke").args(&args).run();
        assert_eq!(outcome.to_string(), "{}\n--- exit 0\n", "{name}");
        assert_eq!(world.writes(), "revoked a token [x]\n", "{name}");
    }
}

#[test]
fn several_are_revoked_one_at_a_time_in_the_order_they_were_named() {
    let world = World::new();
    let ids = ["a", "b", "c"].map(|name| world.token(name, DAY, 90 * DAY));
    let run = Patroll::new().on(&world).args("tokens revoke -j 1");
    let run = run.arg(&ids[2]).arg(&ids[0][..10]).arg(&ids[1]);
    run.run().expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "revoked a token [c]\nrevoked a token [a]\nrevoked a token [b]\n");
}

#[test]
fn ids_may_come_from_stdin() {
    let world = World::new();
    let ids = ["a", "b"].map(|name| world.token(name, DAY, 90 * DAY));
    let run = Patroll::new().on(&world).args("tokens revoke -");
    let outcome = run.stdin(format!("{}\r\n\n  {}  ", ids[1], &ids[0][..8])).run();
    outcome.expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "revoked a token [b]\nrevoked a token [a]\n");
}

#[test]
fn an_id_that_names_nothing_or_too_much_stops_before_anything_is_revoked() {
    let world = World::new();
    let good = world.token("good", DAY, 90 * DAY);
    let run = |args: &str| {
        let run = Patroll::new().on(&world).args("tokens revoke").arg(&good).args(args);
        run.run()
    };
    run("ffffffff").expect(expect![[r#"
        --- stderr
        error: `ffffffff` names no token in the list
        hint: `patroll tokens list` shows the ids; a unique prefix of 8 or more characters will do
        --- exit 1
    "#]]);
    run("abc").expect(expect![[r#"
        --- stderr
        error: `abc` is too short to name a token
        hint: write 8 or more letters of the id
        --- exit 2
    "#]]);
    run("--token-id").expect(expect![[r#"
        --- stderr
        error: a value is required for '--token-id <ID>' but none was supplied

        For more information, try '--help'.
        --- exit 2
    "#]]);
    Patroll::new().on(&world).args("tokens revoke").run().expect(expect![[r#"
        --- stderr
        error: no token was named
        hint: name ids, `-` for ids from stdin, or --where EXPR
        --- exit 2
    "#]]);
    Patroll::new().on(&world).args("tokens revoke").arg("").run().expect(expect![[r#"
        --- stderr
        error: `` is no token id
        hint: an id is 64 hex digits, or the first 8 or more of them
        --- exit 2
    "#]]);
    Patroll::new().on(&world).args("tokens revoke").arg("a b").run().expect(expect![[r#"
        --- stderr
        error: `a b` is no token id
        hint: an id is 64 hex digits, or the first 8 or more of them
        --- exit 2
    "#]]);
    Patroll::new().on(&world).args("tokens revoke -").run().expect(expect![[r#"
        --- stderr
        error: stdin holds no id
        hint: whatever was to write the ids has written nothing
        --- exit 2
    "#]]);
    Patroll::new().on(&world).args("tokens revoke -").stdin("\n \n").run().expect(expect![[r#"
        --- stderr
        error: stdin holds no id
        hint: whatever was to write the ids has written nothing
        --- exit 2
    "#]]);
    Patroll::new().on(&world).args("tokens revoke -").stdin([0xff, 0xfe]).run().expect(expect![[
        r#"
        --- stderr
        error: stdin is not UTF-8
        hint: pipe ids in, one a line
        --- exit 2
    "#
    ]]);
    Patroll::new().on(&world).args("tokens revoke -").terminal(80).run().expect(expect![[r#"
        ␛[1;31merror:␛[0m `-` reads ids from stdin, which is a terminal
        ␛[1;36mhint:␛[0m pipe them in, one a line
        --- exit 2
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn a_prefix_of_two_ids_names_neither() {
    let token = |id: &str| format!(r#"{{"token_id":"{id}","creation_time":1,"expiry_time":-1}}"#);
    let sent = format!(r#"{{"token_infos":[{},{}]}}"#, token("abcdefgh12"), token("abcdefgh34"));
    let stub = Stub::new([("200 OK", &sent)]);
    let run = Patroll::new().to(stub.host());
    let run = run.args("tokens revoke abcdefgh");
    run.run().expect(expect![[r#"
        --- stderr
        error: `abcdefgh` names more than one token
        hint: it could be abcdefgh12 or abcdefgh34
        --- exit 2
    "#]]);
    assert_eq!(stub.asked().len(), 1);
}
