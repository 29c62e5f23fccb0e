//! Planted mistakes, each found where it stands.

use super::check;
use crate::support::{Expect, Patroll, expect};

/// Holds that a script is found to have these mistakes and no others.
#[track_caller]
fn finds(script: &str, expected: Expect) {
    check(script).expect(expected);
}

#[test]
fn a_syntax_error_is_where_the_parser_stops() {
    finds(
        "let x = 1;\nlet y = (x + ;\n",
        expect![[r#"
        --- stderr
        error: unexpected ';'
         --> x.rhai:2:14
          |
        2 | let y = (x + ;
          |              ^
        --- exit 2
    "#]],
    );
}

#[test]
fn every_unknown_variable_is_told() {
    finds(
        "let found = 1;\nprint(fuond);\nprint(`${quux}`); [1].map(|n| n + nn);\n",
        expect![[r#"
            --- stderr
            error: there is no variable `fuond`
             --> x.rhai:2:7
              |
            2 | print(fuond);
              |       ^^^^^
            hint: did you mean `found`?

            error: there is no variable `quux`
             --> x.rhai:3:10
              |
            3 | print(`${quux}`); [1].map(|n| n + nn);
              |          ^^^^

            error: there is no variable `nn`
             --> x.rhai:3:35
              |
            3 | print(`${quux}`); [1].map(|n| n + nn);
              |                                   ^^
            hint: did you mean `n`?
            --- exit 2
        "#]],
    );
}

#[test]
fn a_function_without_parentheses_is_explained() {
    finds(
        "let x = now;",
        expect![[r#"
        --- stderr
        error: there is no variable `now`
         --> x.rhai:1:9
          |
        1 | let x = now;
          |         ^^^
        hint: `now` is a function: `now(…)`
        --- exit 2
    "#]],
    );
}

#[test]
fn unknown_functions_are_told_wherever_they_stand() {
    finds(
        r#"tokens_lst();
tokens_list().fliter(|t| is_odl(t));
print(`${upper_case("x")}`);
fn is_old(t) { t.age > day(3) }
let f = |n| n + 1;
print(f(2));
"#,
        expect![[r#"
            --- stderr
            error: there is no function `tokens_lst`
             --> x.rhai:1:1
              |
            1 | tokens_lst();
              | ^^^^^^^^^^
            hint: did you mean `tokens_list`?

            error: there is no function `fliter`
             --> x.rhai:2:15
              |
            2 | tokens_list().fliter(|t| is_odl(t));
              |               ^^^^^^
            hint: did you mean `filter`?

            error: there is no function `is_odl`
             --> x.rhai:2:26
              |
            2 | tokens_list().fliter(|t| is_odl(t));
              |                          ^^^^^^
            hint: did you mean `is_old`?

            error: there is no function `upper_case`
             --> x.rhai:3:10
              |
            3 | print(`${upper_case("x")}`);
              |          ^^^^^^^^^^

            error: there is no function `day`
             --> x.rhai:4:24
              |
            4 | fn is_old(t) { t.age > day(3) }
              |                        ^^^
            hint: did you mean `days`?

            error: there is no function `f`
             --> x.rhai:6:7
              |
            6 | print(f(2));
              |       ^
            hint: a closure in a variable is called `f.call(…)`
            --- exit 2
        "#]],
    );
}

#[test]
fn wrong_numbers_of_arguments_are_told() {
    finds(
        "tokens_list(3);\ntokens_revoke();\n[1].filter();\n\"x\".len(1);\ntwice(1, 2);\nfn twice(n) { 2 * n }\n",
        expect![[r#"
            --- stderr
            error: `tokens_list` takes no arguments, not 1
             --> x.rhai:1:1
              |
            1 | tokens_list(3);
              | ^^^^^^^^^^^
            hint: `patroll docs tokens_list` shows how it is called

            error: `tokens_revoke` takes 1 or 2 arguments, not 0
             --> x.rhai:2:1
              |
            2 | tokens_revoke();
              | ^^^^^^^^^^^^^
            hint: `patroll docs tokens_revoke` shows how it is called

            error: `filter` takes 1 argument, not 0
             --> x.rhai:3:5
              |
            3 | [1].filter();
              |     ^^^^^^
            hint: `patroll docs filter` shows how it is called

            error: `len` takes no arguments, not 1
             --> x.rhai:4:5
              |
            4 | "x".len(1);
              |     ^^^

            error: `twice` takes 1 argument, not 2
             --> x.rhai:5:1
              |
            5 | twice(1, 2);
              | ^^^^^
            --- exit 2
        "#]],
    );
}

#[test]
fn a_time_compared_with_something_else_is_told() {
    finds(
        r#"let old = tokens_list().filter(|t| t.age > 30);
old.filter(|t| "30d" <= t.expires_in || t.lifetime == () || t.expires < days(7));
for t in old { if t.expires == -1 || t.created > "2026-11-23" || t.expires - now() < 7 {} }
print(days(1) + hours(2) > 26);
print(tokens_list()[0].expires != true);
"#,
        expect![[r#"
            --- stderr
            error: a length of time cannot be compared with the number 30
             --> x.rhai:1:42
              |
            1 | let old = tokens_list().filter(|t| t.age > 30);
              |                                          ^
            hint: of what? Write `days(30)` or `hours(30)`

            error: the text "30d" cannot be compared with a length of time
             --> x.rhai:2:22
              |
            2 | old.filter(|t| "30d" <= t.expires_in || t.lifetime == () || t.expires < days(7));
              |                      ^
            hint: write `duration("30d")`

            error: a length of time cannot be compared with nothing
             --> x.rhai:2:52
              |
            2 | old.filter(|t| "30d" <= t.expires_in || t.lifetime == () || t.expires < days(7));
              |                                                    ^
            hint: a length of time is written `days(30)`, `hours(12)` or `duration("90d")`

            error: a time cannot be compared with a length of time
             --> x.rhai:2:71
              |
            2 | old.filter(|t| "30d" <= t.expires_in || t.lifetime == () || t.expires < days(7));
              |                                                                       ^
            hint: an instant is compared with an instant, such as `now() + days(7)`; `expires_in` and `age` are lengths of time

            error: a time cannot be compared with the number -1
             --> x.rhai:3:29
              |
            3 | for t in old { if t.expires == -1 || t.created > "2026-11-23" || t.expires - now() < 7 {} }
              |                             ^
            hint: an instant is written `now()`, `time("2026-11-23T00:00Z")` or `never()`

            error: a time cannot be compared with the text "2026-11-23"
             --> x.rhai:3:48
              |
            3 | for t in old { if t.expires == -1 || t.created > "2026-11-23" || t.expires - now() < 7 {} }
              |                                                ^
            hint: write `time("2026-11-23")`

            error: a length of time cannot be compared with the number 7
             --> x.rhai:3:84
              |
            3 | for t in old { if t.expires == -1 || t.created > "2026-11-23" || t.expires - now() < 7 {} }
              |                                                                                    ^
            hint: of what? Write `days(7)` or `hours(7)`

            error: a length of time cannot be compared with the number 26
             --> x.rhai:4:26
              |
            4 | print(days(1) + hours(2) > 26);
              |                          ^
            hint: of what? Write `days(26)` or `hours(26)`

            error: a time cannot be compared with true or false
             --> x.rhai:5:32
              |
            5 | print(tokens_list()[0].expires != true);
              |                                ^
            hint: an instant is written `now()`, `time("2026-11-23T00:00Z")` or `never()`
            --- exit 2
        "#]],
    );
}

#[test]
fn what_the_language_would_quietly_call_false_is_told() {
    finds(
        r#"for t in tokens_list() {
    if t.expiry_time < "2026-12-01" || t.comment == 5 || t.scopes == "sql" { print(t); }
    if t.age.days > "30" || t.is_expired == "true" || now().date > 2026 { print(t); }
    switch t.age { 30 => print(t), _ => () }
}
"#,
        expect![[r#"
            --- stderr
            error: a number cannot be compared with the text "2026-12-01"
             --> x.rhai:2:22
              |
            2 |     if t.expiry_time < "2026-12-01" || t.comment == 5 || t.scopes == "sql" { print(t); }
              |                      ^

            error: a text cannot be compared with the number 5
             --> x.rhai:2:50
              |
            2 |     if t.expiry_time < "2026-12-01" || t.comment == 5 || t.scopes == "sql" { print(t); }
              |                                                  ^

            error: an array cannot be compared with the text "sql"
             --> x.rhai:2:67
              |
            2 |     if t.expiry_time < "2026-12-01" || t.comment == 5 || t.scopes == "sql" { print(t); }
              |                                                                   ^

            error: a number cannot be compared with the text "30"
             --> x.rhai:3:19
              |
            3 |     if t.age.days > "30" || t.is_expired == "true" || now().date > 2026 { print(t); }
              |                   ^

            error: true or false cannot be compared with the text "true"
             --> x.rhai:3:42
              |
            3 |     if t.age.days > "30" || t.is_expired == "true" || now().date > 2026 { print(t); }
              |                                          ^

            error: a text cannot be compared with the number 2026
             --> x.rhai:3:66
              |
            3 |     if t.age.days > "30" || t.is_expired == "true" || now().date > 2026 { print(t); }
              |                                                                  ^

            error: a length of time is no case of a `switch`
             --> x.rhai:4:5
              |
            4 |     switch t.age { 30 => print(t), _ => () }
              |     ^^^^^^
            hint: compare it by `if`
            --- exit 2
        "#]],
    );
}

#[test]
fn an_option_that_no_function_knows_is_told() {
    finds(
        "tokens_create(#{ comment: \"x\", livetime: days(1), owner: \"y\" });\ntokens_revoke(\"id\", #{ alow_own: true });",
        expect![[r#"
            --- stderr
            error: `tokens_create` has no option `livetime`
             --> x.rhai:1:32
              |
            1 | tokens_create(#{ comment: "x", livetime: days(1), owner: "y" });
              |                                ^^^^^^^^
            hint: did you mean `lifetime`?

            error: `tokens_create` has no option `owner`
             --> x.rhai:1:51
              |
            1 | tokens_create(#{ comment: "x", livetime: days(1), owner: "y" });
              |                                                   ^^^^^
            hint: there are: comment, lifetime, lifetime_seconds, scopes

            error: `tokens_revoke` has no option `alow_own`
             --> x.rhai:2:24
              |
            2 | tokens_revoke("id", #{ alow_own: true });
              |                        ^^^^^^^^
            hint: did you mean `allow_own`?
            --- exit 2
        "#]],
    );
}

#[test]
fn imports_are_looked_through() {
    Patroll::new()
        .file("x.rhai", "import \"lib/a\" as a;\nimport \"none\" as none;\na::one(1, 2);\na::thre();\nb::two();\n")
        .file("lib/a.rhai", "import \"b\" as b;\nfn one(n) { b::too(n) }\nprivate fn three() { tokens_lst() }\n")
        .file("lib/b.rhai", "fn two() { 2 +* 2 }\n")
        .args("check x.rhai")
        .run()
        .expect(expect![[r#"
            --- stderr
            error: there is no module `none`
             --> x.rhai:2:1
              |
            2 | import "none" as none;
              | ^^^^^^
            hint: imports are looked for in the script's own folder, then in the bundled `lib/`

            error: `one` takes 1 argument, not 2
             --> x.rhai:3:4
              |
            3 | a::one(1, 2);
              |    ^^^

            error: `a` has no function `thre`
             --> x.rhai:4:4
              |
            4 | a::thre();
              |    ^^^^

            error: there is no module `b`
             --> x.rhai:5:1
              |
            5 | b::two();
              | ^
            hint: `import "…" as b;` comes first

            error: there is no function `tokens_lst`
             --> [DIR]/lib/a.rhai:3:22
              |
            3 | private fn three() { tokens_lst() }
              |                      ^^^^^^^^^^
              |
             ::: x.rhai:1:1
              |
            1 | import "lib/a" as a;
              | ------ imported here
            hint: did you mean `tokens_list`?

            error: unexpected '*'
             --> [DIR]/lib/b.rhai:1:15
              |
            1 | fn two() { 2 +* 2 }
              |               ^
              |
             ::: [DIR]/lib/a.rhai:1:1
              |
            1 | import "b" as b;
              | ------ imported here
              |
             ::: x.rhai:1:1
              |
            1 | import "lib/a" as a;
              | ------ imported here
            --- exit 2
        "#]]);
}
