//! What a script prints: rows in each form, lines, logs, JSON.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, World, expect};

fn world() -> World {
    let world = World::new();
    world.token("a, \"b\"", 10 * DAY, 30 * DAY);
    world
}

fn run(world: &World, script: &str, args: &str) -> Outcome {
    Patroll::new().on(world).script(script).args(args).run()
}

#[test]
fn tokens_in_each_form() {
    let world = world();
    let script = "output(tokens_list().filter(|t| !t.is_own));";
    run(&world, script, "").expect(expect![[r#"
        [
          {
            "token_id": "[a, "b"]",
            "creation_time": 1794571200000,
            "expiry_time": 1797163200000,
            "comment": "a, \"b\""
          }
        ]
        --- exit 0
    "#]]);
    run(&world, script, "-o table").expect(expect![[r#"
        token_id      comment  created                     expires
        [a, "b"]....  a, "b"   2026-11-13 12:00 (10d ago)  2026-12-13 12:00 (in 20d)
        --- exit 0
    "#]]);
    run(&world, script, "-o csv").expect(expect![[r#"
        token_id,comment,created,expires
        [a, "b"],"a, ""b""",2026-11-13T12:00:00Z,2026-12-13T12:00:00Z
        --- exit 0
    "#]]);
    let columns = "output(tokens_list().filter(|t| !t.is_own), [\"comment\", \"age\", \"is_own\", \"expiry_time\"]);";
    run(&world, columns, "").expect(expect![[r#"
        [
          {
            "comment": "a, \"b\"",
            "age": "10d",
            "is_own": false,
            "expiry_time": 1797163200000
          }
        ]
        --- exit 0
    "#]]);
    run(&world, columns, "-o table").expect(expect![[r#"
        comment  age  is_own  expiry_time
        a, "b"   10d  false   1797163200000
        --- exit 0
    "#]]);
    run(&world, columns, "-o csv").expect(expect![[r#"
        comment,age,is_own,expiry_time
        "a, ""b""",10d,false,1797163200000
        --- exit 0
    "#]]);
}

#[test]
fn maps_in_each_form() {
    let world = world();
    let script = "output([#{ a: 1, b: \"x,y\" }, #{ a: days(2), c: [1, ()] }]);";
    run(&world, script, "").expect(expect![[r#"
        [
          {
            "a": 1,
            "b": "x,y"
          },
          {
            "a": "2d",
            "c": [
              1,
              null
            ]
          }
        ]
        --- exit 0
    "#]]);
    run(&world, script, "-o table").expect(expect![[r#"
        a   b    c
        1   x,y
        2d       1,
        --- exit 0
    "#]]);
    run(&world, script, "-o csv").expect(expect![[r#"
        a,b,c
        1,"x,y",
        2d,,"1,"
        --- exit 0
    "#]]);
    run(&world, "output(#{ n: 1.5, t: true });", "-o table").expect(expect![[r#"
        n    t
        1.5  true
        --- exit 0
    "#]]);
    run(&world, "output([#{ a: 1, b: 2 }], [\"b\", \"z\"]);", "").expect(expect![[r#"
        --- stderr
        error: no row has the column `z`
         --> x.rhai:1:1
          |
        1 | output([#{ a: 1, b: 2 }], ["b", "z"]);
          | ^^^^^^
        --- exit 1
    "#]]);
}

#[test]
fn nothing_and_single_values() {
    let world = world();
    for (script, json, table) in [
        ("output([]);", "[]\n", ""),
        ("output(5);", "5\n", "value\n5\n"),
        ("output(\"x\");", "\"x\"\n", "value\nx\n"),
        ("output([1, 2]);", "[\n  1,\n  2\n]\n", "value\n1\n2\n"),
        ("output(());", "null\n", "value\n\n"),
    ] {
        assert_eq!(run(&world, script, "-o json").stdout(), json, "{script}");
        assert_eq!(run(&world, script, "-o table").stdout(), table, "{script}");
    }
}

#[test]
fn columns_are_an_array_of_texts() {
    let world = world();
    for columns in ["[1]", "\"comment\""] {
        let outcome = run(&world, &format!("output(tokens_list(), {columns});"), "");
        assert!([1, 2].contains(&outcome.code()), "{columns}: {outcome}");
    }
}

#[test]
fn words_go_to_stderr_and_quiet_leaves_out_notes() {
    let world = world();
    let script =
        "log_info(\"i\"); log_warn([1, days(2)]); log_error(#{ a: 1 }); print(\"out\"); debug(5);";
    run(&world, script, "").expect(expect![[r#"
        out
        --- stderr
        i
        warning: [1, 2d]
        error: #{"a": 1}
        x.rhai:1:76 5
        --- exit 0
    "#]]);
    run(&world, script, "--quiet").expect(expect![[r#"
        out
        --- stderr
        warning: [1, 2d]
        error: #{"a": 1}
        --- exit 0
    "#]]);
}

#[test]
fn json_goes_out_and_comes_back() {
    let world = world();
    let script = r#"
        print(to_json(#{ when: time("2026-11-23"), list: [1, 2.5, true, (), "Zoë \"q\"\n"], d: hours(36) }));
        print(to_json(tokens_list().filter(|t| !t.is_own)));
        print(to_json_pretty(#{ a: [#{}] }));
        let back = parse_json("{\"a\": [1, 2.5, null, \"\\u00eb\"], \"b\": {\"c\": -1}}");
        print(`${back.a[0] + 1} ${back.a[1]} ${back.a[2] == ()} ${back.a[3]} ${back.b.c}`);
        parse_json("{broken");
    "#;
    run(&world, script, "").expect(expect![[r#"
        {"d":"1d 12h","list":[1,2.5,true,null,"Zoë \"q\"\n"],"when":"2026-11-23T00:00:00Z"}
        [{"token_id":"[a, "b"]","creation_time":1794571200000,"expiry_time":1797163200000,"comment":"a, \"b\""}]
        {
          "a": [
            {}
          ]
        }
        2 2.5 true ë -1
        --- stderr
        error: that is not JSON: key must be a string at line 1 column 2
         --> x.rhai:7:9
          |
        7 |         parse_json("{broken");
          |         ^^^^^^^^^^
        --- exit 1
    "#]]);
}

#[test]
fn an_expression_is_shown_by_its_kind() {
    let world = world();
    let eval =
        |text: &str, args: &str| Patroll::new().on(&world).arg("eval").arg(text).args(args).run();
    assert_eq!(eval("1 + 1", "").stdout(), "2\n");
    assert_eq!(eval("()", "").stdout(), "");
    assert_eq!(eval("\"a\"", "").stdout(), "\"a\"\n");
    assert_eq!(eval("\"a\"", "-o table").stdout(), "a\n");
    assert_eq!(eval("days(3)", "-o table").stdout(), "3d\n");
    assert_eq!(eval("let x = 2; x * 3", "").stdout(), "6\n");
    assert_eq!(eval("exit(11)", "").code(), 11);
    eval("tokens_list()", "-o table").expect(expect![[r#"
        token_id      comment          created                     expires
        [own].......  patroll sandbox  2026-11-11 12:00 (12d ago)  2027-02-09 12:00 (in 78d)
        [a, "b"]....  a, "b"           2026-11-13 12:00 (10d ago)  2026-12-13 12:00 (in 20d)
        --- exit 0
    "#]]);
    eval("#{ a: 1 }", "").expect(expect![[r#"
        {
          "a": 1
        }
        --- exit 0
    "#]]);
}
