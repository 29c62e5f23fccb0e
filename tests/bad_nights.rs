//! What a cron job meets on a bad night: a full disk, a closed stream, a writer that never ends, a mistyped sign.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::rc::Rc;

use expect_test::expect;

use crate::support::{Folder, Patroll, World};

#[test]
fn a_length_of_time_below_zero_is_not_everything() {
    let world = World::new();
    world.token("old", 900, 9_000);
    Patroll::new().on(&world).args("run cleanup_expired --older-than -5d").run().expect(expect![[
        r#"
        --- stderr
        error: `--older-than -5d`: a duration that is not below zero is wanted
        --- exit 2
    "#
    ]]);
    assert!(world.writes().is_empty());
}

#[test]
fn nothing_more_is_done_once_the_audit_log_cannot_be_written() {
    let world = World::new();
    for name in ["one", "two", "three"] {
        world.token(name, 900, 9_000);
    }
    let folder = Rc::new(Folder::new());
    let state = folder.work().join("state");
    std::fs::create_dir(&state).unwrap();
    // It opens like any other, and takes nothing but a number.
    symlink("/proc/self/oom_score_adj", state.join("audit.jsonl")).unwrap();
    // One after the other: of many at once more than one could be on its way already.
    let script = "for t in tokens_list().filter(|t| !t.is_own) { tokens_revoke(t); }";
    let run = Patroll::within(&folder).on(&world).script(script);
    let outcome = run.args("--state-dir state").run();
    assert_eq!(outcome.code(), 5, "{outcome}");
    assert!(outcome.stderr().contains("audit.jsonl cannot be written: invalid argument"));
    assert_eq!(world.requests_of("delete"), 1, "{outcome}");
}

#[test]
#[ignore = "needs a kernel that lets unshare mount a disk, a small one"]
#[allow(clippy::print_stderr, reason = "what could not be checked is said")]
fn nothing_is_done_where_the_disk_has_no_room_for_the_audit_log() {
    let apart = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
        command
    };
    let world = World::new();
    for name in ["one", "two", "three"] {
        world.token(name, 900, 9_000);
    }
    let folder = Rc::new(Folder::new());
    std::fs::create_dir(folder.work().join("full")).unwrap();
    let mount = "mount -t tmpfs -o size=8k tmpfs full";
    let tried = apart().arg(mount).current_dir(folder.work()).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        eprintln!("NOT CHECKED: unshare mounts no disk on this machine");
        return;
    }
    let fill = format!("{mount} && head -c 8k /dev/zero > full/file && exec \"$@\"");
    let mut command = apart();
    command.args([&fill, "sh"]);
    command.args([env!("CARGO_BIN_EXE_patroll"), "--audit-log", "full/audit"]);
    command.args(["run", "cleanup_expired", "--older-than", "1d"]).current_dir(folder.work());
    command.env("HOME", folder.home()).env("DATABRICKS_HOST", &world.address().host);
    let output = command.env("DATABRICKS_TOKEN", &world.address().token).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let expected = "error: the audit log full/audit cannot be written: no space left on device\n";
    assert!(stderr.starts_with(expected), "{stderr}");
    assert_eq!((output.status.code(), world.requests_of("delete")), (Some(5), 0), "{stderr}");
}

#[test]
fn a_value_is_not_made_for_nobody_to_see() {
    let world = World::new();
    let run = Patroll::new().on(&world).args("tokens create --comment x").into_file("/dev/null");
    let outcome = run.run();
    assert_eq!(outcome.code(), 2, "{outcome}");
    assert!(outcome.stderr().contains("stdout leads nowhere, so the value would be lost"));
    assert!(world.writes().is_empty());
}

#[test]
fn a_time_limit_is_heard_while_stdin_stays_open() {
    for line in ["run -", "eval read_stdin()", "check -"] {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_patroll"));
        command.args(["--sandbox", "--timeout", "200ms"]).args(line.split(' '));
        let output = command.env_clear().stdin(reader).output().unwrap();
        drop(writer);
        assert_eq!(output.status.code(), Some(124), "{line}: {output:?}");
    }
}

#[test]
fn flags_that_would_not_be_heeded_are_refused() {
    Patroll::new().args("-n sandbox -- true").run().expect(expect![[r#"
        --- stderr
        error: --dry-run means nothing to `sandbox` itself
        hint: write it behind `--`, at the command that is run
        --- exit 2
    "#]]);
}

#[test]
fn a_run_on_the_sandbox_leaves_the_machines_files_alone() {
    let folder = Rc::new(Folder::new());
    let run =
        Patroll::within(&folder).args("--sandbox tokens create --comment x --to-file token.txt");
    let outcome = run.run();
    assert_eq!(outcome.code(), 0, "{outcome}");
    assert!(outcome.stderr().contains("sandbox: not really done: write token.txt"));
    assert!(!folder.work().join("token.txt").exists());
}
