//! What a script's header asks for: shown and repeated, never given.

use pretty_assertions::assert_eq;

use crate::support::{Patroll, World, expect};

const SCRIPT: &str = "// Tells a channel.\n//\n// needs: allow-net=hooks.example.com, allow-env=HOOK_KEY\n// patroll: read-only\nprint(env(\"HOOK_KEY\"));\n";

#[test]
fn check_shows_it_and_help_too() {
    let run = Patroll::new().file("tell.rhai", SCRIPT);
    run.args("check tell.rhai").run().expect(expect![[r#"
        tell.rhai needs --allow-net hooks.example.com --allow-env HOOK_KEY
        tell.rhai is read-only
        --- exit 0
    "#]]);
    let run = Patroll::new().file("tell.rhai", SCRIPT);
    run.args("run ./tell.rhai --help").run().expect(expect![[r#"
        Tells a channel.

        Needs: --allow-net hooks.example.com --allow-env HOOK_KEY

        Usage: patroll run ./tell.rhai [-- ARGS…]

        This script has no options of its own.
        --- exit 0
    "#]]);
}

#[test]
fn the_error_repeats_it_and_nothing_is_granted() {
    let world = World::new();
    Patroll::new().on(&world).script(SCRIPT).run().expect(expect![[r#"
        --- stderr
        error: reading the variable HOOK_KEY needs a permission that this run does not have
         --> x.rhai:5:7
          |
        5 | print(env("HOOK_KEY"));
          |       ^^^
        hint: add --allow-env HOOK_KEY; the script's header asks for --allow-net hooks.example.com --allow-env HOOK_KEY
        --- exit 5
    "#]]);
    let run = Patroll::new().on(&world).script(SCRIPT).args("--allow-net hooks.example.com");
    assert!(run.run().stderr().ends_with(
        "hint: add --allow-env HOOK_KEY; the script's header asks for --allow-env HOOK_KEY\n"
    ));
}

#[test]
fn a_header_that_asks_for_what_there_is_not_is_a_mistake() {
    let script = "// Does it.\n// needs: allow-nte=x, allow-net=a/b, allow-read\n// patroll: harmless\n// needs: allow-admin=yes allow-env=A=B\nprint(1);";
    let run = || Patroll::new().file("x.rhai", script);
    run().args("check x.rhai").run().expect(expect![[r#"
        --- stderr
        error: `allow-net=a/b`: write the host alone, such as hooks.example.com
         --> x.rhai:2:1
          |
        2 | // needs: allow-nte=x, allow-net=a/b, allow-read
          | ^

        error: `allow-read`: it is empty, and a file or folder is wanted
         --> x.rhai:2:1
          |
        2 | // needs: allow-nte=x, allow-net=a/b, allow-read
          | ^

        error: there is no permission `allow-nte`
         --> x.rhai:2:1
          |
        2 | // needs: allow-nte=x, allow-net=a/b, allow-read
          | ^

        error: there is no rule `harmless`, only read-only
         --> x.rhai:3:1
          |
        3 | // patroll: harmless
          | ^

        error: `allow-admin=yes`: it takes no value
         --> x.rhai:4:1
          |
        4 | // needs: allow-admin=yes allow-env=A=B
          | ^

        error: `allow-env=A=B`: write the variable's name alone
         --> x.rhai:4:1
          |
        4 | // needs: allow-admin=yes allow-env=A=B
          | ^
        --- exit 2
    "#]]);
    assert_eq!(run().args("run x.rhai").run().code(), 2);
}
