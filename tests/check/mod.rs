//! `patroll check`: mistakes that are seen without running, all of them, and nothing that is none.

mod comparisons;
mod mistakes;
mod right;

use crate::support::{Expect, Outcome, Patroll, World, expect};

/// Checks one script, which is written to `x.rhai`.
fn check(script: &str) -> Outcome {
    Patroll::new().file("x.rhai", script).args("check x.rhai").run()
}

/// Holds that a script is found to have these mistakes and no others.
#[track_caller]
fn finds(script: &str, expected: Expect) {
    check(script).expect(expected);
}

#[test]
fn all_scripts_are_checked() {
    Patroll::new()
        .file("a.rhai", "aa()")
        .file("b.rhai", "print(1)")
        .file("c.rhai", "cc()")
        .args("check a.rhai b.rhai c.rhai")
        .run()
        .expect(expect![[r#"
            --- stderr
            error: there is no function `aa`
             --> a.rhai:1:1
              |
            1 | aa()
              | ^^

            error: there is no function `cc`
             --> c.rhai:1:1
              |
            1 | cc()
              | ^^
            --- exit 2
        "#]]);
}

#[test]
fn a_script_that_cannot_be_loaded_hides_no_other() {
    Patroll::new()
        .file("a.rhai", "aa()")
        .file("b.rhai", b"\xff")
        .args("check none.rhai cleanup_expird b.rhai a.rhai")
        .run()
        .expect(expect![[r#"
            --- stderr
            error: cannot load the script none.rhai: no such file or directory

            error: cannot load the script cleanup_expird: no bundled script has that name
            hint: did you mean `cleanup_expired`?

            error: cannot load the script b.rhai: it is not UTF-8 (line 1)
            hint: save it as UTF-8

            error: there is no function `aa`
             --> a.rhai:1:1
              |
            1 | aa()
              | ^^
            --- exit 2
        "#]]);
}

#[test]
fn the_bundled_scripts_have_no_mistake() {
    let listed = Patroll::new().args("scripts list --output csv").run();
    let names: Vec<&str> =
        listed.stdout().lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert!(names.len() >= 4, "{listed}");
    let outcome = Patroll::new().args("check").args(&names.join(" ")).run();
    outcome.expect(expect![[r#"
        bundled:audit_policy is read-only
        bundled:cleanup_leavers needs --allow-admin
        bundled:cleanup_unused needs --allow-admin
        --- exit 0
    "#]]);
}

/// `run`, `eval` and `--where` look before anything is sent.
#[test]
fn a_mistake_is_told_before_the_first_request() {
    let world = World::new();
    let revoke = "for t in tokens_list() { tokens_revoke(t); tokens_revok(t); }";
    Patroll::new().on(&world).script(revoke).run().expect(expect![[r#"
        --- stderr
        error: there is no function `tokens_revok`
         --> x.rhai:1:44
          |
        1 | for t in tokens_list() { tokens_revoke(t); tokens_revok(t); }
          |                                            ^^^^^^^^^^^^
        hint: did you mean `tokens_revoke`?
        --- exit 2
    "#]]);
    Patroll::new().on(&world).args("eval").arg("tokens_list().filter(|t| t.age > 9)").run().expect(
        expect![[r#"
            --- stderr
            error: a length of time cannot be compared with the number 9
             --> expression:1:32
              |
            1 | tokens_list().filter(|t| t.age > 9)
              |                                ^
            hint: of what? Write `days(9)` or `hours(9)`
            --- exit 1
        "#]],
    );
    Patroll::new().on(&world).args("tokens revoke --where").arg("t.expires_in < 7").run().expect(
        expect![[r#"
            --- stderr
            error: a length of time cannot be compared with the number 7
             --> --where:1:14
              |
            1 | t.expires_in < 7
              |              ^
            hint: of what? Write `days(7)` or `hours(7)`
            --- exit 1
        "#]],
    );
    assert_eq!(world.requests(), 0);
}
