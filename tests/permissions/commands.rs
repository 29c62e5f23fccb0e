//! Programs behind `--allow-run`: no shell, no secret but on stdin, nothing of ours in the environment.

use pretty_assertions::assert_eq;

use crate::support::{Outcome, Patroll, World, expect};

fn run(world: &World, script: &str) -> Outcome {
    let run =
        Patroll::new().on(world).env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("OTHER", "x");
    run.args("--allow-run cat --allow-run printf --allow-run env --allow-run sleep --allow-run sh")
        .script(script)
        .run()
}

#[test]
fn a_program_gets_its_words_as_they_are_and_says_what_it_says() {
    let world = World::new();
    let script = r#"
        print(run_command(["printf", "%s|", "a b", "$HOME", "; rm x", "*", ""]));
        print(run_command(["cat"], #{ stdin: "one\ntwo\n" }));
        print(run_command(["cat"]).len());
        print(run_command(["env"]).split("\n").filter(|v| !v.starts_with("HOME=") && !v.starts_with("TMPDIR=")).len());
    "#;
    run(&world, script).expect(expect![[r#"
        a b|$HOME|; rm x|*||
        one
        two
        0
        2
        --- stderr
        ran 4 commands
        --- exit 0
    "#]]);
}

#[test]
fn a_secret_goes_by_stdin_and_in_no_other_way() {
    let world = World::new();
    let script = r#"
        let made = tokens_create("ci", days(1));
        print(run_command(["sh", "-c", "wc -c"], #{ stdin: made.token_value }));
        try { run_command(["cat", made.token_value]); } catch (e) { print(e.message); }
        try { run_command(["cat", `${made.token_value}`]); } catch (e) { print("told in words only"); }
        tokens_revoke(made);
    "#;
    let outcome = run(&world, script);
    assert!(outcome.stdout().contains("arguments are texts, not a secret"), "{outcome}");
    assert_eq!(outcome.code(), 0, "{outcome}");
}

#[test]
fn a_revealed_value_is_no_argument_either() {
    let world = World::new();
    let script = r#"
        let made = tokens_create("ci", days(1));
        let text = made.token_value.reveal();
        run_command(["sh", "-c", `echo ${text} > stolen.txt`]);
    "#;
    let run = Patroll::new().on(&world).args("--allow-reveal --allow-run sh").script(script);
    let outcome = run.env("PATH", "/usr/bin:/bin").run();
    outcome.expect_error(
        "a secret is no argument, which every process can read: hand it over as `stdin`",
    );
    assert_eq!(outcome.code(), 1);
}

#[test]
fn a_value_that_a_program_says_again_has_arrived_and_is_not_let_in() {
    let world = World::new();
    let script = r#"
        let made = tokens_create("ci", days(1));
        print(run_command(["cat"], #{ stdin: made.token_value }));
    "#;
    let run = Patroll::new().on(&world).args("--allow-run cat").script(script);
    run.env("PATH", "/usr/bin:/bin").run().expect(expect![[r#"
        --- stderr
        created 1 token, ran 1 command
        error: reading a token's value needs a permission that this run does not have
         --> x.rhai:3:15
          |
        3 |         print(run_command(["cat"], #{ stdin: made.token_value }));
          |               ^^^^^^^^^^^
        hint: add --allow-reveal
        --- exit 5
    "#]]);
}

#[test]
fn a_failure_throws_in_the_programs_own_words() {
    let world = World::new();
    let cases = [
        (
            "[\"sh\", \"-c\", \"echo no such luck >&2; exit 7\"]",
            "`sh` ended with code 7: no such luck",
        ),
        ("[\"sh\", \"-c\", \"exit 7\"]", "`sh` ended with code 7: it says nothing"),
        (
            "[\"sleep\", \"60\"], #{ timeout: duration(\"200ms\") }",
            "`/usr/bin/sleep` was killed: it did not end within 0.2 s",
        ),
        ("[]", "no program is named: the array is empty"),
        ("[\"cat\", 5]", "a program's arguments are texts, not the number 5"),
        (
            "[\"cat\"], #{ timeout: 5 }",
            "a `timeout` is a duration such as `seconds(20)`, not the number 5",
        ),
        (
            "[\"cat\"], #{ timeout: seconds(0) }",
            "a `timeout` is longer than nothing and shorter than for ever",
        ),
        ("[\"cat\"], #{ stdin: 5 }", "`stdin` is a text or a secret, not the number 5"),
    ];
    for (arguments, error) in cases {
        let outcome = run(&world, &format!("run_command({arguments});"));
        let stderr = outcome.stderr().replace("`/bin/sleep`", "`/usr/bin/sleep`");
        assert!(stderr.contains(error), "{arguments}: {outcome}");
        assert_eq!(outcome.code(), 1, "{outcome}");
    }
}

#[test]
fn a_link_to_a_granted_program_is_another_program() {
    let world = World::new();
    let run = Patroll::new().on(&world).args("--allow-run link").env("PATH", "/usr/bin:/bin");
    let script = "std_link(); fn std_link() { run_command([\"./link\"]) }";
    // The name is granted as it would be found: in the search path, not here.
    assert_eq!(run.file("link", "").script(script).run().code(), 5);
}

#[test]
fn each_run_is_audited_and_none_is_made_in_a_dry_run_or_a_sandbox() {
    let world = World::new();
    let script = "print(run_command([\"sh\", \"-c\", \"echo done > made.txt\"]));";
    let ran = run(&world, script);
    assert_eq!(ran.file("made.txt"), "done\n");
    let audit = &ran.audit()[0];
    assert_eq!(audit["command"], "sh -c 'echo done > made.txt'");
    assert_eq!((&audit["effect"], &audit["outcome"]), (&"run_command".into(), &"done".into()));
    for mode in ["-n", "--sandbox"] {
        let run = Patroll::new().on(&world).env("PATH", "/usr/bin:/bin").script(script).args(mode);
        let outcome = run.args("--allow-run sh").run();
        assert_eq!(outcome.code(), 0, "{outcome}");
        assert!(outcome.stdout().starts_with('\n') || mode == "-n", "{outcome}");
        assert!(outcome.audit().is_empty(), "{outcome}");
    }
}
