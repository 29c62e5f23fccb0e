//! Planted mistakes, each found where it stands.

use super::finds;
use crate::support::{Patroll, expect};

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
