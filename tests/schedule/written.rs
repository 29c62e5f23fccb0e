//! What a run needs and writes lies where the scheduler lets it.

use std::fs;
use std::process::Command;

use pretty_assertions::assert_eq;

use crate::support::Patroll;

/// Gives the lines of what is printed that have a word in them.
fn lines(args: &str, scheduler: &str, words: &[&str]) -> Vec<String> {
    let run = Patroll::new().args("schedule cleanup_expired --every daily").args(args);
    let outcome = run.args("--as").arg(scheduler).run();
    outcome.expect_success();
    let has_word = |line: &&str| words.iter().any(|word| line.contains(word));
    outcome.stdout().lines().filter(has_word).map(|line| line.trim().to_owned()).collect()
}

const FILES: &str = "--metrics-file /srv/metrics/p.prom --audit-log /var/log/patroll/a.jsonl";

#[test]
fn a_service_may_write_its_figures_and_its_log() {
    assert_eq!(
        lines(
            FILES,
            "systemd",
            &["ReadWritePaths", "BindReadOnlyPaths=/srv", "BindReadOnlyPaths=/var"]
        ),
        ["ReadWritePaths=/var/log/patroll", "ReadWritePaths=/srv/metrics"]
    );
}

#[test]
fn a_pod_writes_them_to_its_volume() {
    assert_eq!(
        lines(FILES, "kubernetes", &["p.prom", "a.jsonl"]),
        [
            "- \"--metrics-file=/var/lib/patroll/p.prom\"",
            "- \"--audit-log=/var/lib/patroll/a.jsonl\""
        ]
    );
}

#[test]
fn a_log_on_stdout_stays_there() {
    for (scheduler, expected) in [
        ("cron", "--audit-log=- "),
        ("systemd", "--audit-log=- "),
        ("kubernetes", "\"--audit-log=-\""),
    ] {
        let lines = lines("--audit-log -", scheduler, &["--audit-log"]);
        assert!(lines.len() == 1 && lines[0].contains(expected), "{lines:?}");
    }
}

#[test]
fn a_service_sees_a_program_in_a_folder_that_services_do_not_see() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let program = folder.path().join("patroll");
    fs::copy(env!("CARGO_BIN_EXE_patroll"), &program).unwrap();
    let mut command = Command::new(&program);
    command.args(["schedule", "cleanup_expired", "--every", "daily", "--as", "systemd"]);
    let output = command.env_clear().env("HOME", folder.path()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = printed.lines().filter(|line| line.contains("/patroll ")).collect();
    let program = program.display();
    assert_eq!(lines, [format!("ExecStart={program} run cleanup_expired --timeout=1h")]);
    let shown: Vec<_> =
        printed.lines().filter(|line| line.starts_with("BindReadOnlyPaths=")).collect();
    assert_eq!(shown, [format!("BindReadOnlyPaths={program}")]);
}
