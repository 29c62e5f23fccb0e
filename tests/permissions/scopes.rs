//! Databricks' own secrets behind `--allow-secret`.

use pretty_assertions::assert_eq;

use crate::support::{Patroll, World, expect};

#[test]
fn a_value_is_put_listed_and_deleted_and_never_shown() {
    let world = World::new();
    let script = r#"
        print(secrets_create_scope("ci"));
        print(secrets_create_scope("ci"));
        let made = tokens_create("job", days(30));
        secrets_put("ci", "databricks", made.token_value);
        secrets_put("ci", "words", "a text");
        for s in secrets_list("ci") { print(`${s.key} ${s.last_updated}`); }
        print(secrets_delete("ci", "words"));
        print(secrets_delete("ci", "words"));
    "#;
    let run = Patroll::new().on(&world).args("--allow-secret ci").script(script);
    let outcome = run.run();
    outcome.expect(expect![[r#"
        true
        false
        databricks 2026-11-23T12:00:00Z
        words 2026-11-23T12:00:00Z
        true
        false
        --- stderr
        created 1 token, created 1 scope, put 2 secrets, deleted 1 secret
        --- exit 0
    "#]]);
    let last = outcome.audit().pop().unwrap();
    assert_eq!(
        (&last["effect"], &last["scope"], &last["key"]),
        (&"delete_secret".into(), &"ci".into(), &"words".into())
    );
}

#[test]
fn a_dry_run_puts_nothing_and_loses_no_value() {
    let world = World::new();
    let script = r#"
        let made = tokens_create("job", days(30));
        secrets_put("ci", "databricks", made.token_value);
        print(secrets_delete("ci", "old"));
    "#;
    let run = Patroll::new().on(&world).args("-n --allow-secret ci").script(script);
    run.run().expect(expect![[r#"
        true
        would   what                  comment  asked by
        create  a token for 30d       job      x.rhai:2
        put     secret ci/databricks           x.rhai:3
        delete  secret ci/old                  x.rhai:4
        --- stderr
        dry run: 3 changes would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn what_the_workspace_refuses_can_be_caught() {
    let world = World::new();
    let script = r#"
        try { secrets_put("ci", "a", "b"); } catch (e) { print(e.code); }
        try { secrets_list("ci"); } catch (e) { print(e.code); }
        try { secrets_put("ci", "", "b"); } catch (e) { print(e); }
        try { secrets_put("ci", "a", 5); } catch (e) { print(e); }
        try { secrets_create_scope("a/b"); } catch (e) { print(e.code); }
    "#;
    let run = Patroll::new().on(&world).args("--allow-secret ci --allow-secret a/b").script(script);
    run.run().expect(expect![[r#"
        RESOURCE_DOES_NOT_EXIST
        RESOURCE_DOES_NOT_EXIST
        a secret's key is empty
        a secret or a text is wanted, not the number 5
        INVALID_PARAMETER_VALUE
        --- exit 0
    "#]]);
}
