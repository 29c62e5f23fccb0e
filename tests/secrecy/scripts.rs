//! A script can hand a secret on; whatever else it does with one shows `[redacted]` or throws.

use pretty_assertions::assert_eq;

use crate::support::{Patroll, World};

/// Runs `rest` after a token was made, and revokes that so that no value is lost.
#[track_caller]
fn run(rest: &str) -> crate::support::Outcome {
    let world = World::new();
    let script = format!(
        "let made = tokens_create(\"x\", days(1)); let v = made.token_value; tokens_revoke(made);\n{rest}"
    );
    Patroll::new().on(&world).script(&script).args("--debug --allow-write . -q").run()
}

#[test]
fn everything_that_shows_a_value_shows_that_it_is_hidden() {
    for (statement, expected) in [
        ("print(v);", "[redacted]\n"),
        ("print(`it is ${v}`);", "it is [redacted]\n"),
        ("print(\"it is \" + v);", "it is [redacted]\n"),
        ("print(v + \"\");", "[redacted]\n"),
        ("print(v.to_string());", "[redacted]\n"),
        ("print(v.to_debug());", "[redacted]\n"),
        ("print([v, v].join(\" \"));", "[redacted] [redacted]\n"),
        ("print([v]);", "[[redacted]]\n"),
        ("print(#{ a: v });", "#{\"a\": [redacted]}\n"),
        ("print(to_json(v));", "\"[redacted]\"\n"),
        ("print(to_json(#{ a: [v] }));", "{\"a\":[\"[redacted]\"]}\n"),
        ("print(to_json_pretty([v]));", "[\n  \"[redacted]\"\n]\n"),
        ("print(parse_json(to_json(made)).token_value);", "[redacted]\n"),
        ("output(#{ a: v });", "{\n  \"a\": \"[redacted]\"\n}\n"),
        ("output([#{ a: v }], [\"a\"]);", "[\n  {\n    \"a\": \"[redacted]\"\n  }\n]\n"),
        ("print([v].group_by(|v| v).keys());", "[\"[redacted]\"]\n"),
        ("let f = |x| `${x}`; print(f.call(v));", "[redacted]\n"),
        ("let all = []; all += v; print(all);", "[[redacted]]\n"),
        ("let text = \"\"; text += v; print(text);", "[redacted]\n"),
        ("print(`${made}`.contains(\"redacted\"));", "true\n"),
    ] {
        let outcome = run(statement);
        assert_eq!((outcome.stdout(), outcome.code()), (expected, 0), "{statement}: {outcome}");
    }
}

#[test]
fn logs_and_errors_hide_it_as_well() {
    for statement in [
        "log_info(v);",
        "log_warn(v);",
        "log_error(v);",
        "debug(v);",
        "debug(made);",
        "throw v;",
        "throw `no: ${v}`;",
        "throw #{ v: v };",
        "throw made;",
        "try { throw v; } catch (e) { throw e; }",
        "tokens_create(`${v}`, days(1));",
        "tokens_create(v, days(1));",
        "tokens_revoke(v);",
        "tokens_list()[0][v];",
        "time(v);",
        "duration(`${v}`);",
        "parse_json(v);",
        "nothing_like_this(v);",
        "if v == \"x\" { }",
        "if v < v { }",
        "if v in [\"a\"] { }",
        "v.len();",
        "v.sub_string(0, 4);",
        "v[0];",
        "for letter in v { print(letter); }",
        "sleep(v);",
        "exit(v);",
        "options(#{ a: v });",
        "[v].sort();",
        "[v, v].sort_by(|v| v);",
        "[1].filter(|x| v);",
        "import v as m;",
    ] {
        // That it shows nothing is checked of every outcome.
        let outcome = run(statement);
        assert_eq!(outcome.stdout(), "", "{statement}: {outcome}");
    }
}

#[test]
fn comparing_a_secret_is_no_way_to_guess_it() {
    for statement in ["v == \"x\"", "v != v", "v > \"a\"", "\"a\" < v", "[v].contains(\"a\")"] {
        let outcome = run(&format!("print({statement});"));
        assert!([1, 2].contains(&outcome.code()), "{statement}: {outcome}");
    }
}
