//! Grants and brakes that mean nothing, contradict each other, or could mean everything.

use crate::support::{Outcome, Patroll, expect};

fn run(args: &str) -> Outcome {
    let mut run = Patroll::new();
    for word in args.split(' ') {
        run = run.arg(if word == "EMPTY" { "" } else { word });
    }
    run.args("run cleanup_expired").run()
}

#[test]
fn a_permission_that_does_not_exist() {
    run("--allow-wirte out.txt").expect(expect![[r#"
        --- stderr
        error: unexpected argument '--allow-wirte' found

          tip: a similar argument exists: '--allow-write'

        Usage: patroll --allow-write <PATH>

        For more information, try '--help'.
        --- exit 2
    "#]]);
}

#[test]
fn a_grant_of_nothing_is_no_grant_of_everything() {
    for flag in ["read", "write", "run", "net", "env", "secret", "profile"] {
        let outcome = run(&format!("--allow-{flag} EMPTY"));
        assert_eq!(outcome.code(), 2, "{flag}: {outcome}");
        assert!(outcome.stderr().contains("it is empty"), "{flag}: {outcome}");
    }
    run("--allow-write EMPTY").expect(expect![[r#"
        --- stderr
        error: invalid value '' for '--allow-write <PATH>': it is empty, and a file or folder is wanted

        For more information, try '--help'.
        --- exit 2
    "#]]);
}

#[test]
fn a_grant_that_is_none_of_its_kind() {
    for (args, problem) in [
        ("--allow-net https://a.example/x", "write the host alone, such as hooks.example.com"),
        ("--allow-net *.example.com", "write the host alone, such as hooks.example.com"),
        ("--allow-net a.example:http", "the port is not a number from 0 to 65535"),
        ("--allow-env A=B", "write the variable's name alone"),
        ("--allow-admin=yes", "unexpected value 'yes' for '--allow-admin'"),
    ] {
        let outcome = run(args);
        assert_eq!(outcome.code(), 2, "{args}: {outcome}");
        assert!(outcome.stderr().contains(problem), "{args}: {outcome}");
    }
}

#[test]
fn a_brake_that_is_no_number() {
    for value in ["-1", "101%", "1.5%", "%", "some", "EMPTY"] {
        let outcome = run(&format!("--max-revocations {value}"));
        assert_eq!(outcome.code(), 2, "{value}: {outcome}");
        let outcome = run(&format!("--max-creations {value}"));
        assert_eq!(outcome.code(), 2, "{value}: {outcome}");
    }
    run("--max-revocations 120%").expect(expect![[r#"
        --- stderr
        error: invalid value '120%' for '--max-revocations <N|P%|none>': a percentage is a whole number from 0 to 100

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--max-creations none").expect(expect![[r#"
        --- stderr
        error: invalid value 'none' for '--max-creations <N>': write a whole number

        For more information, try '--help'.
        --- exit 2
    "#]]);
}

#[test]
fn what_contradicts_read_only() {
    for flag in ["--allow-write x", "--allow-run x", "--max-revocations 5", "--max-creations 5"] {
        let outcome = run(&format!("--read-only {flag}"));
        assert_eq!(outcome.code(), 2, "{flag}: {outcome}");
        assert!(outcome.stderr().contains("--read-only forbids every write, and"), "{outcome}");
    }
    run("--read-only --allow-write out.txt").expect(expect![[r#"
        --- stderr
        error: --read-only forbids every write, and --allow-write out.txt is about one
        hint: leave one of them out
        --- exit 2
    "#]]);
}

#[test]
fn a_permission_for_what_asks_for_none() {
    Patroll::new().args("--allow-admin sandbox -- true").run().expect(expect![[r#"
        --- stderr
        error: a permission means nothing to `sandbox` itself
        hint: write it behind `--`, at the command that is run
        --- exit 2
    "#]]);
}

#[test]
fn a_memory_that_is_no_size() {
    for value in ["-1G", "5", "1.5G", "10K", "EMPTY", "1T"] {
        assert_eq!(run(&format!("--max-memory {value}")).code(), 2, "{value}");
    }
    run("--max-memory 1M").expect(expect![[r#"
        --- stderr
        error: invalid value '1M' for '--max-memory <SIZE>': at least 16M are needed

        For more information, try '--help'.
        --- exit 2
    "#]]);
}
