//! What is right, however wrong it looks.

use super::check;

/// Holds that a script is found to have no mistake.
#[track_caller]
fn passes(script: &str) {
    let outcome = check(script);
    assert_eq!(outcome.to_string(), "--- exit 0\n", "{script}");
}

/// Each of these looks like a mistake to a checker that guesses.
#[test]
fn what_may_be_right_is_let_through() {
    for script in [
        // The owner of `age` may be a map.
        "let ages = [#{ age: 31 }]; ages.filter(|row| row.age > 30);",
        "let row = #{}; row.age = 31; print(row.age > 30);",
        "let row = #{}; row[\"age\"] = 31; print(row.age > 30);",
        "let rows = parse_json(\"[]\"); for row in rows { print(row.age > 30); }",
        "fn is_old(row) { row.age > 30 }",
        "export const is_old = |row| row.age > 30;",
        "let options = options(#{ age: 30 }); print(options.age > 20);",
        "print(tokens_list().group_by(|t| t.comment).age > 30);",
        "print(tokens_list()[0][\"policy\"].lifetime > 30);",
        // Nothing is a value like others, and numbers are of one kind.
        "print(tokens_list().find(|t| t.is_own) == () || tokens_list()[0].comment != ());",
        "print(1 == 1.0 || days(1).days > 1); switch tokens_list().len() { 0 => (), _ => () }",
        // Only a run can tell what a variable holds.
        "let limit = 30; tokens_list().filter(|t| t.age > limit);",
        // Numbers of a time.
        "print(tokens_list().filter(|t| t.age.days > 30 && t.expiry_time == -1));",
        "print(now().ms > 0 && days(1).seconds == 86400);",
        // Functions of one's own with a name of ours.
        "fn days(n) { n } print(days(3) > 2);",
        "fn tokens_create(map) { map } tokens_create(#{ anything: 1 });",
        // Closures in maps and variables, and functions as values.
        "let m = #{ shout: |text| text + \"!\" }; print(m.shout(\"a\"));",
        "let f = |n| n; f.call(1); f.curry(2).call(); Fn(\"len\").call([1]);",
        "fn is_big(n) { n > 1 } [1, 2].filter(is_big);",
        "fn visit(options) { options.callback(1) }",
        "fn grow() { this += 1; } let n = 1; n.grow();",
        // What the language has besides functions.
        "print(type_of(1)); print(is_def_fn(\"f\", 1)); print(1 in [1]); print(2 !in [1]);",
        "switch 3 { 5 if 3 > 2 => print(2), 1..3 => print(1), _ => print(3) }",
        "try { import \"not/there\" as there; } catch { print(\"without\"); }",
        "let n = 0; loop { n += 1; if n > 3 { break n; } }",
        "const LIMIT = 3; fn limit() { global::LIMIT } print(limit());",
        "#{ a: [1, 2, #{ b: () }] }.a[2]?.b ?? 3;",
        // Options that the script builds.
        "let wanted = #{ comment: \"x\" }; wanted.lifetime = days(1); tokens_create(wanted);",
    ] {
        passes(script);
    }
}
