//! Values are shown where that was asked for and allowed, and none is lost without a word.

use pretty_assertions::assert_eq;

use crate::support::{Patroll, World, expect};

const REVEAL: &str =
    "let made = tokens_create(\"x\", days(1));\nprint(made.token_value.reveal());\n";

#[test]
fn a_script_shows_a_value_only_if_the_command_line_allows_it() {
    let world = World::new();
    let run = Patroll::new().on(&world).script(REVEAL).reveals().args("--allow-reveal --debug");
    let outcome = run.run();
    assert_eq!((outcome.stdout(), outcome.code()), ("[VALUE]\n", 0));
    Patroll::new().on(&world).script(REVEAL).run().expect(expect![[r#"
        --- stderr
        error: the value of token [new-2] reached no one
        hint: a value can be had only once: save or reveal it in the script that creates it; revoke this token
        created 1 token
        error: reading a token's value needs a permission that this run does not have
         --> x.rhai:2:24
          |
        2 | print(made.token_value.reveal());
          |                        ^^^^^^
        hint: add --allow-reveal
        --- exit 5
    "#]]);
}

#[test]
fn what_is_revealed_goes_to_stdout_alone() {
    let world = World::new();
    let script = r#"
        let made = tokens_create("x", days(1));
        let value = made.token_value.reveal();
        log_info(value);
        log_warn(`it is ${value}`);
        log_error(value);
        tokens_create(value, days(1));
        throw "no: " + value;
    "#;
    let run = Patroll::new().on(&world).script(script).reveals().args("--allow-reveal --debug");
    let outcome = run.run();
    assert_eq!(outcome.stdout(), "");
    let told: Vec<_> =
        outcome.stderr().lines().filter(|line| line.contains("[redacted]")).collect();
    assert!(told.len() >= 4, "{outcome}");
    assert_eq!(outcome.audit()[1]["comment"], "[redacted]");
}

#[test]
fn a_value_that_reached_nobody_is_an_error_that_names_the_token() {
    let world = World::new();
    let run = |script: &str| Patroll::new().on(&world).script(script).run();
    run("tokens_create(\"x\", days(1));").expect(expect![[r#"
        --- stderr
        created 1 token
        error: the value of token [new-1] reached no one
        hint: a value can be had only once: save or reveal it in the script that creates it; revoke this token
        --- exit 1
    "#]]);
    run("let a = tokens_create(\"x\", days(1)); print(a.token_value); throw \"no\";")
        .expect(expect![[r#"
            [redacted]
            --- stderr
            error: the value of token [new-2] reached no one
            hint: a value can be had only once: save or reveal it in the script that creates it; revoke this token
            created 1 token
            error: no
             --> x.rhai:1:60
              |
            1 | let a = tokens_create("x", days(1)); print(a.token_value); throw "no";
              |                                                            ^^^^^
            --- exit 1
        "#]]);
    run("tokens_create(\"x\", days(1)); exit(12);").expect(expect![[r#"
        --- stderr
        error: the value of token [new-3] reached no one
        hint: a value can be had only once: save or reveal it in the script that creates it; revoke this token
        created 1 token
        --- exit 12
    "#]]);
    let kept = run("let a = tokens_create(\"x\", days(1)); tokens_revoke(a);");
    assert_eq!(kept.code(), 0, "{kept}");
}

#[test]
fn the_audit_log_tells_what_happened_and_no_value() {
    let world = World::new();
    let run = Patroll::new().on(&world).script(REVEAL).reveals().args("--allow-reveal");
    let audit = run.run().audit();
    let [line] = audit.as_slice() else { panic!("{audit:?}") };
    let told = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(told("token_id"), world.names()[1].0);
    assert_eq!((told("effect"), told("outcome")), ("create_token".into(), "done".into()));
    assert_eq!((told("script"), &line["line"]), ("x.rhai".into(), &1.into()));
}
