//! Planted comparisons that can never be meant.

use super::finds;
use crate::support::expect;

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
