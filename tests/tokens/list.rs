//! `tokens list`: the document's JSON, tables for people, CSV for spreadsheets, and conditions.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, Stub, World, expect};

/// A world with a token of each kind.
fn world() -> World {
    let world = World::new();
    world.token("old job", 100 * DAY, 365 * DAY);
    world.token("ends soon", 29 * DAY, 30 * DAY);
    world.token("dead", 30 * DAY + 5, 30 * DAY);
    world
}

fn list(world: &World, args: &str) -> Outcome {
    Patroll::new().on(world).args("tokens list").args(args).run()
}

#[test]
fn it_prints_what_the_document_shows() {
    let world = World::of(|options| options.now = Some(1_621_287_738_473));
    world.token_named("mine", "My comment.", 0, 36);
    world.revoke(&world.id("own"));
    let address = world.address();
    let run = Patroll::new().beside(&world).env("DATABRICKS_HOST", &address.host);
    let run = run.env("DATABRICKS_USERNAME", &address.user);
    run.env("DATABRICKS_PASSWORD", &address.password).args("tokens list").run().expect(expect![[
        r#"
        {
          "token_infos": [
            {
              "token_id": "[mine]",
              "creation_time": 1621287738473,
              "expiry_time": 1621417338473,
              "comment": "My comment."
            }
          ]
        }
        --- exit 0
    "#
    ]]);
}

#[test]
fn no_token_is_an_empty_object() {
    let with = |sent: &str| {
        let stub = Stub::new([("200 OK", sent)]);
        let run = Patroll::new().to(stub.host());
        run.args("tokens list").run()
    };
    with("{}").expect(expect![[r#"
        {}
        --- exit 0
    "#]]);
    with(r#"{"token_infos":[]}"#).expect(expect![[r#"
        {
          "token_infos": []
        }
        --- exit 0
    "#]]);
}

#[test]
fn what_the_server_sent_stays_as_it_was() {
    let sent = r#"{"token_infos":[{"new_field":{"a":[ ]},"expiry_time":"5","comment":"\u591c Zo\u00eb 夜\/","creation_time":1,"token_id":"i"}],"more":1e3}"#;
    let stub = Stub::new([("200 OK", sent)]);
    let run = Patroll::new().to(stub.host());
    run.args("tokens list").run().expect(expect![[r#"
        {
          "token_infos": [
            {
              "new_field": {
                "a": []
              },
              "expiry_time": "5",
              "comment": "\u591c Zo\u00eb 夜\/",
              "creation_time": 1,
              "token_id": "i"
            }
          ],
          "more": 1e3
        }
        --- exit 0
    "#]]);
}

#[test]
fn each_form() {
    let world = world();
    list(&world, "--output json").expect(expect![[r#"
        {
          "token_infos": [
            {
              "token_id": "[dead]",
              "creation_time": 1792825200000,
              "expiry_time": 1795417200000,
              "comment": "dead"
            },
            {
              "token_id": "[own]",
              "creation_time": 1794398400000,
              "expiry_time": 1802174400000,
              "comment": "patroll sandbox"
            },
            {
              "token_id": "[old job]",
              "creation_time": 1786795200000,
              "expiry_time": 1818331200000,
              "comment": "old job"
            },
            {
              "token_id": "[ends soon]",
              "creation_time": 1792929600000,
              "expiry_time": 1795521600000,
              "comment": "ends soon"
            }
          ]
        }
        --- exit 0
    "#]]);
    list(&world, "--output table").expect(expect![[r#"
        token_id      comment          created                      expires
        [dead]......  dead             2026-10-24 07:00 (30d ago)   2026-11-23 07:00 (expired)
        [own].......  patroll sandbox  2026-11-11 12:00 (12d ago)   2027-02-09 12:00 (in 78d)
        [old job]...  old job          2026-08-15 12:00 (100d ago)  2027-08-15 12:00 (in 265d)
        [ends soon].  ends soon        2026-10-25 12:00 (29d ago)   2026-11-24 12:00 (in 1d)
        --- exit 0
    "#]]);
    list(&world, "--output csv").expect(expect![[r#"
        token_id,comment,created,expires
        [dead],dead,2026-10-24T07:00:00Z,2026-11-23T07:00:00Z
        [own],patroll sandbox,2026-11-11T12:00:00Z,2027-02-09T12:00:00Z
        [old job],old job,2026-08-15T12:00:00Z,2027-08-15T12:00:00Z
        [ends soon],ends soon,2026-10-25T12:00:00Z,2026-11-24T12:00:00Z
        --- exit 0
    "#]]);
    assert_eq!(list(&world, "-o text").to_string(), list(&world, "-o table").to_string());
    assert_eq!(list(&world, "-o auto").to_string(), list(&world, "-o json").to_string());
}

#[test]
fn the_form_may_come_from_the_environment_and_a_flag_beats_it() {
    let world = world();
    let with = |value: &str, args: &str| {
        let run = Patroll::new().on(&world).env("DATABRICKS_OUTPUT_FORMAT", value);
        run.args("tokens list").args(args).run()
    };
    assert_eq!(with("text", "").to_string(), list(&world, "-o table").to_string());
    assert_eq!(with("json", "").to_string(), list(&world, "-o json").to_string());
    assert_eq!(with("", "").to_string(), list(&world, "-o json").to_string());
    assert_eq!(with("text", "-o csv").to_string(), list(&world, "-o csv").to_string());
    with("yaml", "").expect(expect![[r#"
        --- stderr
        error: DATABRICKS_OUTPUT_FORMAT is `yaml`
        hint: it can be auto, table, text, json or csv
        --- exit 2
    "#]]);
    list(&world, "-o yaml").expect(expect![[r#"
        --- stderr
        error: invalid value 'yaml' for '--output <FORM>'
          [possible values: auto, table, json, csv]

        For more information, try '--help'.
        --- exit 2
    "#]]);
}

#[test]
fn people_at_a_terminal_get_a_table_that_fits() {
    let world = world();
    world.token_named("wide", "夜間バッチ for the reports that nobody reads any more", 0, DAY);
    let on = |columns| Patroll::new().on(&world).args("tokens list").terminal(columns).run();
    on(120).expect(expect![[r#"
        token_id      comment                                                created                expires
        [dead]......  dead                                                   2026-10-24 (30d ago)   2026-11-23 (expired)
        [own].......  patroll sandbox                                        2026-11-11 (12d ago)   2027-02-09 (in 78d)
        [wide]......  夜間バッチ for the reports that nobody reads any more  2026-11-23 (0s ago)    2026-11-24 (in 1d)
        [old job]...  old job                                                2026-08-15 (100d ago)  2027-08-15 (in 265d)
        [ends soon].  ends soon                                              2026-10-25 (29d ago)   2026-11-24 (in 1d)
        --- exit 0
    "#]]);
    on(70).expect(expect![[r#"
        token_id      comment            created            expires
        [dead]......  dead               2026-10-24 (30d    2026-11-23
                                         ago)               (expired)
        [own].......  patroll sandbox    2026-11-11 (12d    2027-02-09 (in
                                         ago)               78d)
        [wide]......  夜間バッチ for     2026-11-23 (0s     2026-11-24 (in
                      the reports that   ago)               1d)
                      nobody reads any
                      more
        [old job]...  old job            2026-08-15 (100d   2027-08-15 (in
                                         ago)               265d)
        [ends soon].  ends soon          2026-10-25 (29d    2026-11-24 (in
                                         ago)               1d)
        --- exit 0
    "#]]);
}

#[test]
fn a_condition_picks_tokens() {
    let world = world();
    let picked = |condition: &str| {
        let run = Patroll::new().on(&world).args("tokens list -o csv --where").arg(condition);
        let outcome = run.run();
        assert_eq!((outcome.code(), outcome.stderr()), (0, ""), "{condition}");
        let rows = outcome.stdout().lines().skip(1);
        rows.map(|row| row.split(',').nth(1).unwrap().to_owned()).collect::<Vec<_>>().join(" + ")
    };
    for (condition, expected) in [
        ("t.age > days(30)", "old job + dead"),
        ("t.expires_in < days(7)", "ends soon + dead"),
        ("t.is_expired", "dead"),
        ("t.is_own", "patroll sandbox"),
        ("t.expires < time(\"2026-11-24T12:00Z\")", "dead"),
        ("t.expires <= time(\"2026-11-24T12:00Z\")", "ends soon + dead"),
        ("t.lifetime == days(365)", "old job"),
        ("t.comment.contains(\" \") && !t.is_own", "old job + ends soon"),
        ("t[\"creation_time\"] > 0 && t.comment in [\"dead\"]", "dead"),
        ("t.expires == never()", ""),
        ("if t.is_own { true } else { false }", "patroll sandbox"),
    ] {
        let mut picked: Vec<_> = picked(condition).split(" + ").map(str::to_owned).collect();
        let mut expected: Vec<_> = expected.split(" + ").map(str::to_owned).collect();
        picked.sort();
        expected.sort();
        assert_eq!(picked, expected, "{condition}");
    }
    let run = Patroll::new().on(&world).args("tokens list --where t.is_expired");
    run.run().expect(expect![[r#"
        {
          "token_infos": [
            {
              "token_id": "[dead]",
              "creation_time": 1792825200000,
              "expiry_time": 1795417200000,
              "comment": "dead"
            }
          ]
        }
        --- exit 0
    "#]]);
    let run = Patroll::new().on(&world).args("tokens list --where false");
    run.run().expect(expect![[r#"
        {
          "token_infos": []
        }
        --- exit 0
    "#]]);
}

#[test]
fn a_wrong_condition_is_no_empty_list() {
    let world = world();
    let with = |condition: &str| {
        Patroll::new().on(&world).args("tokens list --where").arg(condition).run()
    };
    with("t.age > 30").expect(expect![[r#"
        --- stderr
        error: a length of time cannot be compared with the number 30
         --> --where:1:7
          |
        1 | t.age > 30
          |       ^
        hint: of what? Write `days(30)` or `hours(30)`
        --- exit 1
    "#]]);
    with("t.comment").expect(expect![[r#"
        --- stderr
        error: the condition is the text "dead", not true or false
        --- exit 1
    "#]]);
    with("()").expect(expect![[r#"
        --- stderr
        error: the condition is nothing, not true or false
        --- exit 1
    "#]]);
    with("t.expires_at < now()").expect(expect![[r#"
        --- stderr
        error: a token has no field `expires_at`; did you mean `expires_in`?
         --> --where:1:2
          |
        1 | t.expires_at < now()
          |  ^
        --- exit 1
    "#]]);
    with("t.age >").expect(expect![[r#"
        --- stderr
        error: script is incomplete
         --> --where:1:8
          |
        1 | t.age >
          |        ^
        --- exit 2
    "#]]);
    with("x.age > days(1)").expect(expect![[r#"
        --- stderr
        error: there is no variable `x`
         --> --where:1:1
          |
        1 | x.age > days(1)
          | ^
        --- exit 2
    "#]]);
    with("throw 5").expect(expect![[r#"
        --- stderr
        error: unexpected 'throw'
         --> --where:1:1
          |
        1 | throw 5
          | ^^^^^
        --- exit 2
    "#]]);
    with("days_ago(3) > t.created").expect(expect![[r#"
        --- stderr
        error: there is no function `days_ago`
         --> --where:1:1
          |
        1 | days_ago(3) > t.created
          | ^^^^^^^^
        --- exit 2
    "#]]);
    with("").expect(expect![[r#"
        --- stderr
        error: script is incomplete
         --> --where:1:1
          |
        1 |
          | ^
        --- exit 2
    "#]]);
    with("let x = 1; x > 0").expect(expect![[r#"
        --- stderr
        error: unexpected 'let'
         --> --where:1:1
          |
        1 | let x = 1; x > 0
          | ^^^
        --- exit 2
    "#]]);
}

#[test]
fn a_condition_may_not_change_anything() {
    let world = world();
    let with = |condition: &str| {
        Patroll::new().on(&world).args("tokens list --where").arg(condition).run()
    };
    with("tokens_create(\"x\", days(1)).token_id != \"\"").expect(expect![[r#"
        --- stderr
        error: a condition looks at `t` and makes no request
         --> --where:1:1
          |
        1 | tokens_create("x", days(1)).token_id != ""
          | ^^^^^^^^^^^^^
        --- exit 1
    "#]]);
    with("tokens_revoke(t)").expect(expect![[r#"
        --- stderr
        error: a condition looks at `t` and makes no request
         --> --where:1:1
          |
        1 | tokens_revoke(t)
          | ^^^^^^^^^^^^^
        --- exit 1
    "#]]);
    assert_eq!(world.writes(), "");
}
