//! `patroll docs`: the manual, as people and machines get it, and the table in README.md, which is made from it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Patroll, expect};

fn docs(arguments: &str) -> crate::support::Outcome {
    Patroll::new().args("docs").args(arguments).run()
}

#[test]
fn a_function_is_explained_with_all_ways_to_call_it() {
    docs("tokens_revoke").expect(expect![[r#"
        tokens_revoke(token)
            Revokes a token, given as a token or its id: true if it was there, false if it was gone already.
            An array is revoked many at a time, as many as `--jobs` and the workspace allow, and gives a map
            of `revoked` and `already_gone`.

            The credential in use is refused, and ends the run (exit 5), unless `#{ allow_own: true }` says
            it is meant; in an array it is left alone with a warning, or else comes last. In a dry run
            nothing is revoked and the answer is true. Throws what the workspace answers; of an array that
            was not revoked whole `PARTIAL`, with `err.report`, after the rest is done.

            Example:
                for t in tokens_list().filter(|t| t.is_expired) {
                    tokens_revoke(t);
                }

        tokens_revoke(token, options: map)
            Revokes as above, with a map of options: `allow_own`, and for an array `on_error: "report"`,
            which returns the report instead of throwing it. Throws for other keys.

            Example:
                let old = tokens_list().filter(|t| t.age > days(700) && !t.is_own);
                for failure in tokens_revoke(old, #{ on_error: "report" }).failures {
                    log_warn(`${failure.token_id}: ${failure.error.message}`);
                }

        workspace.tokens_revoke(token, options: map)
            Revokes there, with the map of options of `tokens_revoke`. Throws as that does.

            Example:
                // patroll run --allow-profile prod …
                let prod = workspace("prod");
                prod.tokens_revoke(prod.tokens_list().filter(|t| t.is_expired), #{ allow_own: false });

        workspace.tokens_revoke(token)
            Revokes a token there, or an array of them. Throws as `tokens_revoke` does.

            Example:
                // patroll run --allow-profile prod …
                let prod = workspace("prod");
                prod.tokens_revoke(prod.tokens_list().filter(|t| t.is_expired));
        --- exit 0
    "#]]);
}

#[test]
fn a_property_is_found_with_and_without_its_owner() {
    docs("token.expires").expect(expect![[r#"
        token.expires → time
            Returns when the token expires; for one that never does the time `never()`, later than every
            other.

            Example:
                print(tokens_list().count(|t| t.expires < now() + days(7)));
        --- exit 0
    "#]]);
    docs("token_id").expect(expect![[r#"
        new_token.token_id → text
            Returns the new token's id.

            Example:
                let made = tokens_create("nightly job", days(7));
                tokens_revoke(made.token_id);

        token.token_id → text
            Returns the token's id: 64 hex digits on a real workspace.

            Example:
                print(tokens_list()[0].token_id.len());
        --- exit 0
    "#]]);
}

#[test]
fn an_operator_is_explained() {
    docs("-- -").expect(expect![[r#"
        time - time → duration
            Returns the length of time between two instants.

            Example:
                print(time("2026-11-23") - time("2026-11-01"));

        -duration → duration
            Returns the length of time with the other sign.

            Example:
                print(-hours(1) < seconds(0));

        duration - duration → duration
            Returns the difference of two lengths of time.

            Example:
                print(days(1) - hours(12));

        time - duration → time
            Returns the instant a length of time earlier.

            Example:
                print(now() - days(90));
        --- exit 0
    "#]]);
}

#[test]
fn machines_get_one_object_for_each_way() {
    docs("sort --output json").expect(expect![[r#"
        [
          {
            "name": "array.sort",
            "topic": "Arrays",
            "signature": "array.sort(compare: function)",
            "summary": "Sorts the array by a function of two elements that answers a whole number: below zero if the first comes first, above if the second does",
            "doc": "Sorts the array by a function of two elements that answers a whole number: below zero if the first comes first, above if the second does. `sort_by` is simpler. Throws if it answers anything else.",
            "example": "let numbers = [3, 1, 2];\nnumbers.sort(|a, b| b - a);\nprint(numbers);"
          },
          {
            "name": "array.sort",
            "topic": "Arrays",
            "signature": "array.sort()",
            "summary": "Sorts numbers, texts, times or lengths of time",
            "doc": "Sorts numbers, texts, times or lengths of time. Throws if they are of different kinds.",
            "example": "let lengths = [days(2), hours(1)];\nlengths.sort();\nprint(lengths);"
          }
        ]
        --- exit 0
    "#]]);
    docs("never --output csv").expect(expect![[r#"
        topic,function,what it does
        Times and durations,never() → time,Returns the instant later than every other: when a token that never expires does
        --- exit 0
    "#]]);
}

#[test]
fn a_name_may_be_mistyped_or_not_ours() {
    docs("toknes_list").expect(expect![[r#"
        --- stderr
        error: no function is called `toknes_list`
        hint: did you mean `tokens_list`?
        --- exit 2
    "#]]);
    docs("len").expect(expect![[r#"
        --- stderr
        error: `len` is a function of the language, not of patroll
        hint: https://rhai.rs/book explains it
        --- exit 2
    "#]]);
    docs("quux").expect(expect![[r#"
        --- stderr
        error: no function is called `quux`
        hint: `patroll docs` lists them
        --- exit 2
    "#]]);
}

#[test]
fn the_overview_is_folded_to_the_terminal() {
    let outcome = Patroll::new().args("docs").terminal(50).run();
    let tokens: Vec<&str> = outcome.stdout().lines().take_while(|line| !line.is_empty()).collect();
    expect![[r#"
        Tokens
          tokens_create(options: map) → new_token
              Creates a token and returns it, with its
              `token_value` (a secret, to be had only
              now), `token_info` and `token_id`
          tokens_create(comment: text, lifetime) → new_token
              Creates a token with a comment and a
              lifetime: a duration, or a text such as
              `"90d"`
          tokens_list() → array
              Returns the tokens of the signed-in user,
              those expired within the last day included
              where the workspace still lists them
          tokens_revoke(token)
              Revokes a token, given as a token or its id:
              true if it was there, false if it was gone
              already
          tokens_revoke(token, options: map)
              Revokes as above, with a map of options:
              `allow_own`, and for an array `on_error:
              "report"`, which returns the report instead
              of throwing it
          new_token.token_id → text
              Returns the new token's id
          new_token.token_info → token
              Returns the new token's record
          new_token.token_value → secret
              Returns the new token's value, a secret; in
              a dry run there is none to be revealed"#]]
    .assert_eq(&tokens.join("\n"));
    let sentences = outcome.stdout().lines().filter(|line| line.starts_with("      "));
    assert_eq!(sentences.filter(|line| line.chars().count() > 50).count(), 0);
}

#[test]
fn the_table_in_the_readme_is_the_manual() {
    let wanted = readme_table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) =
        readme.split_once("<!-- functions -->\n").expect("README.md has the marker");
    let (table, after) = rest.split_once("<!-- /functions -->").expect("README.md has its end");
    if table != wanted && std::env::var_os("UPDATE_EXPECT").is_some() {
        let text = format!("{before}<!-- functions -->\n{wanted}<!-- /functions -->{after}");
        fs::write(path, text).unwrap();
        return;
    }
    assert!(table == wanted, "between the markers README.md needs:\n{wanted}");
}

/// Makes the table of README.md: a heading for each topic, a line for each function.
fn readme_table() -> String {
    let outcome = docs("--output json");
    let forms: Vec<Value> = serde_json::from_str(outcome.stdout()).unwrap();
    let mut table = String::new();
    let mut topic = "";
    for form in &forms {
        let text = |key: &str| form[key].as_str().unwrap();
        if text("topic") != topic {
            topic = text("topic");
            write!(table, "\n### {topic}\n\n| function | what it does |\n|---|---|\n").unwrap();
        }
        let summary = text("summary").replace('|', "\\|");
        writeln!(table, "| `{}` | {summary} |", text("signature")).unwrap();
    }
    table.push('\n');
    table
}
