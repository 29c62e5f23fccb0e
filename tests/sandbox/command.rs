//! `patroll sandbox`: what it prints, and the command it can be put around.

use pretty_assertions::assert_eq;

use crate::support::{Outcome, Patroll, Signal};

const PATROLL: &str = env!("CARGO_BIN_EXE_patroll");

/// Runs `patroll WORDS…` against a sandbox with these options.
fn around(options: &str, words: &[&str]) -> Outcome {
    let run = Patroll::new().args("sandbox").args(options).args("--").arg(PATROLL);
    words.iter().fold(run, |run, word| run.arg(word)).run()
}

/// Sends a body to a path of the sandbox, from a shell.
const POST: &str = r#"post() {
    address=${DATABRICKS_HOST#http://}
    exec 3<>"/dev/tcp/${address/://}"
    printf 'POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "$1" ${#2} "$2" >&3
    cat <&3 > answer
}
"#;

#[test]
fn it_serves_until_ctrl_c_and_says_what_to_paste() {
    for signal in [Signal::INT, Signal::TERM] {
        let run = Patroll::new().reveals().args("sandbox --workspaces 2 --tokens 1").start();
        let outcome = run.await_stdout("export DATABRICKS_TOKEN=").signal(signal).finish();
        let lines: Vec<&str> = outcome.stdout().lines().collect();
        let [first, second, host, token] = lines.as_slice() else { panic!("{outcome}") };
        let host = host.strip_prefix("export DATABRICKS_HOST=").unwrap();
        let token = token.strip_prefix("export DATABRICKS_TOKEN=").unwrap();
        assert_eq!(*first, format!("# host {host}, token {token}"));
        assert!(second.starts_with("# host http://127.0.0.1:"), "{outcome}");
        let said = "a local workspace to try things on; not a real one. Ctrl-C ends it\n";
        assert_eq!((outcome.stderr(), outcome.code()), (said, 0));
    }
}

#[test]
fn trouble_and_time_can_be_made_while_it_serves() {
    let script = format!(
        r#"{POST}
        post /.sandbox/faults '"list:status=400"'
        {PATROLL} tokens list 2> told || echo "exit $?"
        post /.sandbox/clock '{{"advance": "90d"}}'
        {PATROLL} eval 'print(tokens_list().map(|t| t.is_expired))' 2> told || echo "exit $?"
        "#
    );
    let run = Patroll::new().args("sandbox --now 2026-11-23 --tokens 1 -- bash -c").arg(&script);
    assert_eq!(run.run().stdout(), "exit 1\nexit 3\n", "a fault, then a dead credential");
}

#[test]
fn a_command_gets_the_address_and_its_exit_code_is_passed_on() {
    let run = |command: &str| {
        let script = "test -n \"$DATABRICKS_HOST\" && test -n \"$DATABRICKS_TOKEN\" && ";
        Patroll::new().args("sandbox -- sh -c").arg(&format!("{script}{command}")).run()
    };
    assert_eq!(run("exit 7").to_string(), "--- exit 7\n");
    assert_eq!(run("kill -TERM $$").to_string(), "--- exit 143\n");
    assert_eq!(run("cat").to_string(), "--- exit 0\n", "stdin is the command's");
    let outcome = Patroll::new().args("sandbox -- no-such-program").run();
    let said = "--- stderr\nerror: cannot run no-such-program: no such file or directory\n";
    assert_eq!(outcome.to_string(), format!("{said}--- exit 1\n"));
}

#[test]
fn each_option_is_heeded() {
    let count = "tokens_list().len()";
    let dead = "tokens_list().count(|t| t.is_expired)";
    let time = "print(tokens_list()[0].created + tokens_list()[0].age)";
    let own = "tokens_list().some(|t| t.is_own)";
    for (options, expression, expected) in [
        ("", count, "40\n"),
        ("", dead, "3\n"),
        ("", own, "true\n"),
        ("--tokens 3", count, "3\n"),
        ("--expired-linger 0", dead, "0\n"),
        ("--now 2026-11-23T12:00Z", time, "2026-11-23T12:00:00Z\n"),
        ("--random-ids", own, "false\n"),
        ("--latency 20ms", count, "40\n"),
        ("--fault list:status=400", "try { tokens_list() } catch (e) { print(e.status) }", "400\n"),
    ] {
        let outcome = around(options, &["eval", expression]);
        assert_eq!(outcome.stdout(), expected, "{options}: {outcome}");
    }
    let listed = |options| around(options, &["tokens", "list"]).to_string();
    let fixed = "--now 2026-11-23 --tokens 5";
    assert_eq!(listed(fixed), listed(fixed));
    assert_ne!(listed(fixed), listed(&format!("{fixed} --seed 2")));
}
