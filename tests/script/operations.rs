//! `tokens_list`, `tokens_create`, `tokens_revoke` and the tokens they are about.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, Stub, World, expect};

fn run(world: &World, script: &str) -> Outcome {
    Patroll::new().on(world).script(script).run()
}

#[test]
fn a_token_has_the_apis_fields_and_more() {
    let world = World::new();
    world.token("x", 10 * DAY, 30 * DAY);
    let script = r#"
        let t = tokens_list().find(|t| !t.is_own);
        print([t.token_id, t.comment, t.creation_time, t.expiry_time, t.scopes].join(" "));
        print([t.created, t.expires, t.age, t.expires_in, t.lifetime].join(" "));
        print([t.is_expired, t.is_own, t["comment"], t["creation_time"], t.has("owner")].join(" "));
        print(t);
        print(now().date);
        print(workspace_host());
        print(profile_name() == "");
    "#;
    run(&world, script).expect(expect![[r#"
        [x] x 1794571200000 1797163200000 []
        2026-11-13T12:00:00Z 2026-12-13T12:00:00Z 10d 20d 30d
        false false x 1794571200000 false
        token [x]......... (x)
        2026-11-23
        [HOST]
        true
        --- exit 0
    "#]]);
}

#[test]
fn a_field_that_is_not_there_throws() {
    let world = World::new();
    for (expression, expected) in [
        ("t.coment", "error: a token has no field `coment`; did you mean `comment`?"),
        ("t[\"expiry\"]", "error: a token has no field `expiry`"),
        ("t.zzz", "error: a token has no field `zzz`"),
    ] {
        let outcome = run(&world, &format!("let t = tokens_list()[0]; print({expression});"));
        assert!([1, 2].contains(&outcome.code()), "{outcome}");
        let complaint = outcome.stderr().lines().next().unwrap_or_default();
        assert!(complaint.starts_with(expected), "{outcome}");
    }
    for statement in ["t.comment = \"y\";", "t.foo = 1;", "t[\"comment\"] = 1;"] {
        let outcome = run(&world, &format!("let t = tokens_list()[0]; {statement}"));
        assert!([1, 2].contains(&outcome.code()), "{statement}: {outcome}");
    }
}

#[test]
fn unknown_fields_and_odd_ones_are_understood() {
    let sent = r#"{"token_infos":[{"token_id":"a","creation_time":"1795435200000","expiry_time":"-1","last_used_day":5,"new":{"x":[1,null]}},{"token_id":"b","creation_time":1,"expiry_time":2,"comment":null,"scopes":["sql"]}]}"#;
    let stub = Stub::new([("200 OK", sent)]);
    let script = r#"
        let all = tokens_list();
        print([all[0].created, all[0].expires, all[0].comment == "", all[0]["new"].x[0]].join(" "));
        print([all[0].has("last_used_day"), all[0]["last_used_day"] + 1, all[1].is_expired].join(" "));
        print([all[1].comment == "", all[1].scopes].join(" "));
    "#;
    Patroll::new().to(stub.host()).script(script).run().expect(expect![[r#"
        2026-11-23T12:00:00Z never true 1
        true 6 true
        true ["sql"]
        --- exit 0
    "#]]);
}

#[test]
fn creating_takes_a_map_or_two_words() {
    let world = World::new();
    let script = r#"
        let all = [
            tokens_create("a", days(1)),
            tokens_create("b", "36h"),
            tokens_create(#{ comment: "c" }),
            tokens_create(#{ comment: "d", lifetime: hours(2) }),
            tokens_create(#{ comment: "e", lifetime_seconds: 60, scopes: ["sql"] }),
            tokens_create(#{ comment: "" }),
        ];
        print(all.map(|made| `${made.token_info.comment}=${made.token_info.lifetime}`).join(" "));
        print(all[4].token_info.scopes);
        print(all[0].token_id == all[0].token_info.token_id);
        for made in all { tokens_revoke(made); }
    "#;
    run(&world, script).expect(expect![[r#"
        a=1d b=1d 12h c=90d d=2h e=1m =90d
        ["sql"]
        true
        --- stderr
        created 6 tokens, revoked 6 tokens
        --- exit 0
    "#]]);
    assert_eq!(world.list().len(), 1);
}

#[test]
fn what_cannot_be_created_is_said_before_anything_is_sent() {
    let world = World::new();
    for (call, expected) in [
        ("tokens_create(#{ comment: \"x\", lifetme: days(1) })", "has no option `lifetme`"),
        ("tokens_create(#{})", "a new token needs a `comment`"),
        ("tokens_create(#{ comment: 5 })", "a new token needs a `comment`"),
        (
            "tokens_create(#{ comment: \"x\", lifetime: 90 })",
            "a lifetime is a duration such as `days(90)`, not the number 90",
        ),
        (
            "tokens_create(\"x\", 90)",
            "a lifetime is a duration such as `days(90)`, not the number 90",
        ),
        ("tokens_create(\"x\", \"soon\")", "`soon` is not a duration"),
        ("tokens_create(\"x\", days(0))", "a token lives for 1 s or longer"),
        ("tokens_create(\"x\", -days(1))", "a token lives for 1 s or longer"),
        ("tokens_create(\"x\", forever())", "a token lives for 1 s or longer, but not forever"),
        (
            "tokens_create(#{ comment: \"x\", lifetime: days(1), lifetime_seconds: 5 })",
            "`lifetime` and `lifetime_seconds` say the same thing twice",
        ),
        (
            "tokens_create(#{ comment: \"x\", lifetime_seconds: 1.5 })",
            "`lifetime_seconds` is a whole number",
        ),
        ("tokens_create(#{ comment: \"x\", scopes: \"sql\" })", "`scopes` is an array of texts"),
        ("tokens_create(#{ comment: \"x\", scopes: [1] })", "`scopes` is an array of texts"),
    ] {
        // Behind a function, where no check can see it.
        let map = call.replace("tokens_create(", "create(");
        for script in [
            call,
            &format!(
                "fn create(a) {{ tokens_create(a) }} fn create(a, b) {{ tokens_create(a, b) }} {map}"
            ),
        ] {
            let outcome = run(&world, script);
            assert!([1, 2].contains(&outcome.code()), "{call}: {outcome}");
            assert!(outcome.stderr().contains(expected), "{call}: {outcome}");
        }
    }
    assert_eq!(world.requests(), 0);
}

#[test]
fn revoking_takes_a_token_an_id_or_several() {
    let world = World::new();
    let gone = world.token("gone", DAY, 90 * DAY);
    for name in ["a", "b", "c", "d"] {
        world.token(name, DAY, 90 * DAY);
    }
    world.revoke(&gone);
    let script = format!(
        r#"
        let all = tokens_list().filter(|t| !t.is_own);
        all.sort_by(|t| t.comment);
        print(tokens_revoke(all[0]));
        print(tokens_revoke(all[0]));
        print(tokens_revoke(all[1].token_id));
        print(tokens_revoke("{gone}"));
        print(tokens_revoke(all));
        print(tokens_revoke([]));
    "#
    );
    run(&world, &script).expect(expect![[r#"
        true
        false
        true
        false
        #{"already_gone": 2, "revoked": 2}
        #{"already_gone": 0, "revoked": 0}
        --- stderr
        revoked 4 tokens
        --- exit 0
    "#]]);
    let writes = world.writes();
    let mut writes: Vec<_> = writes.lines().collect();
    // Which of several lands first is anybody's guess.
    writes.sort_unstable();
    let all = ["a", "b", "c", "d"].map(|name| format!("revoked a token [{name}]"));
    assert_eq!(writes, all);
}

#[test]
fn what_is_no_token_is_not_revoked() {
    let world = World::new();
    world.token("x", DAY, 90 * DAY);
    for argument in ["()", "5", "\"\"", "\" \"", "[()]", "#{}", "now()", "[all, all]", "true"] {
        let script = format!("let all = tokens_list(); tokens_revoke({argument});");
        let outcome = run(&world, &script);
        assert!([1, 2].contains(&outcome.code()), "{argument}: {outcome}");
    }
    let outcome = run(&world, "tokens_revoke(tokens_list(), #{ alow_own: true });");
    assert!([1, 2].contains(&outcome.code()), "{outcome}");
    assert!(outcome.stderr().contains("did you mean `allow_own`?"), "{outcome}");
    assert_eq!(world.writes(), "");
}

#[test]
fn the_credential_in_use_is_spared_unless_that_is_meant() {
    let world = World::new();
    world.token("x", DAY, 90 * DAY);
    let own = "let all = tokens_list(); all.sort_by(|t| if t.is_own { 1 } else { 0 });";
    run(&world, &format!("{own} tokens_revoke(all);")).expect(expect![[r#"
        --- stderr
        warning: token [own] is the credential in use: it is left alone
        revoked 1 token
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "revoked a token [x]\n");
    let allowed = format!("{own} print(tokens_revoke(all[0], #{{ allow_own: true }}));");
    run(&world, &allowed).expect(expect![[r#"
        true
        --- stderr
        revoked 1 token
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "revoked a token [x]\nrevoked a token [own]\n");
}

#[test]
fn a_text_is_cut_as_the_language_does() {
    let script = r#"
        print("a,b,,c".split(","));
        print("a,b,,c".split(','));
        print(" a  b ".split());
        print("a,b,c".split(",", 2));
        print("a,b,c".split(',', 0));
        print("a,b,c".split_rev(","));
        print("a,b,c".split_rev(',', 2));
        print("abc".split(1));
    "#;
    let outcome = Patroll::new().script(script).run();
    expect![[r#"
        ["a", "b", "", "c"]
        ["a", "b", "", "c"]
        ["a", "b"]
        ["a", "b,c"]
        ["a,b,c"]
        ["c", "b", "a"]
        ["c", "a,b"]
        ["a", "bc"]
    "#]]
    .assert_eq(outcome.stdout());
}
