//! `patroll audit`: tables and JSON, filters, logs that were put aside, and lines that are none.

use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{Folder, Outcome, Patroll, expect};

const LINES: [&str; 4] = [
    r#"{"time":"2026-11-20T03:17:02Z","run_id":"00000000000000aa","profile":"prod","host":"https://a.cloud.databricks.com","script":"bundled:cleanup_expired","line":29,"effect":"revoke_token","token_id":"0123456789abcdef0123456789abcdef","comment":"ci-1","outcome":"done","request_id":"r-1"}"#,
    r#"{"time":"2026-11-21T03:17:02Z","run_id":"00000000000000ab","profile":"dev","host":"https://b.cloud.databricks.com","script":null,"line":null,"effect":"create_token","token_id":"fedcba9876543210","comment":"deploy","outcome":"done","request_id":"r-2"}"#,
    r#"{"time":"2026-11-22T03:17:02.250Z","run_id":"00000000000000ac","profile":"prod","host":"https://a.cloud.databricks.com","script":"x.rhai","line":3,"effect":"put_secret","token_id":null,"comment":null,"scope":"ci","key":"token","outcome":"NOT_GRANTED","request_id":null}"#,
    r#"{"time":"2026-11-23T03:17:02Z","run_id":"00000000000000ad","profile":"prod","host":"https://a.cloud.databricks.com","script":"x.rhai","line":4,"effect":"write_file","token_id":null,"comment":null,"path":"secrets/a,b","outcome":"dry_run","request_id":null}"#,
];

/// Reads a log whose oldest line was put aside.
fn audit(args: &str) -> Outcome {
    let folder = Rc::new(Folder::new());
    let state = folder.home().join(".local/state/patroll");
    folder.write(state.join("audit.jsonl.1"), format!("{}\n", LINES[0]), 0o600);
    folder.write(state.join("audit.jsonl"), LINES[1..].join("\n") + "\n", 0o600);
    Patroll::within(&folder).args("audit").args(args).run()
}

#[test]
fn as_a_table() {
    audit("-o table").expect(expect![[r#"
        time                      workspace  effect        what          comment  outcome      asked by
        2026-11-20T03:17:02Z      prod       revoke_token  0123456789ab  ci-1     done         bundled:cleanup_expired:29
        2026-11-21T03:17:02Z      dev        create_token  fedcba987654  deploy   done         the command line
        2026-11-22T03:17:02.250Z  prod       put_secret    ci/token               NOT_GRANTED  x.rhai:3
        2026-11-23T03:17:02Z      prod       write_file    secrets/a,b            dry_run      x.rhai:4
        --- exit 0
    "#]]);
}

#[test]
fn as_json_and_csv() {
    let outcome = audit("");
    let lines: Vec<serde_json::Value> = serde_json::from_str(outcome.stdout()).unwrap();
    let written: Vec<serde_json::Value> =
        LINES.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, written);
    audit("-o csv --since 2026-11-22").expect(expect![[r#"
        time,workspace,effect,what,comment,outcome,asked by
        2026-11-22T03:17:02.250Z,prod,put_secret,ci/token,,NOT_GRANTED,x.rhai:3
        2026-11-23T03:17:02Z,prod,write_file,"secrets/a,b",,dry_run,x.rhai:4
        --- exit 0
    "#]]);
}

#[test]
fn filters_add_up() {
    let count = |args: &str| {
        let lines: Vec<serde_json::Value> =
            serde_json::from_str(audit(args).stdout()).unwrap_or_default();
        lines.len()
    };
    assert_eq!(count("-p prod"), 3);
    assert_eq!(count("-p PROD"), 0);
    assert_eq!(count("--effect revoke_token"), 1);
    assert_eq!(count("-p prod --effect create_token"), 0);
    assert_eq!(count("--since 2026-11-21T03:17:02Z"), 3);
    assert_eq!(count("--until 2026-11-21T03:17:02Z"), 1);
    assert_eq!(count("--since 2026-11-21 --until 2026-11-22"), 1);
    assert_eq!(count("--since 36500d --until 0s"), 4);
    audit("-o table --effect send").expect(expect![[r#"
        --- stderr
        the audit log has no such line
        --- exit 0
    "#]]);
}

#[test]
fn a_log_that_is_not_there() {
    Patroll::new().args("audit").run().expect(expect![[r#"
        []
        --- exit 0
    "#]]);
    Patroll::new().args("audit --audit-log no/log").run().expect(expect![[r#"
        --- stderr
        error: cannot read no/log: no such file or directory
        --- exit 1
    "#]]);
    Patroll::new().args("audit --audit-log .").run().expect(expect![[r#"
        --- stderr
        error: cannot read .: is a directory
        --- exit 1
    "#]]);
}

#[test]
fn a_log_that_cannot_be_looked_for() {
    let folder = Rc::new(Folder::new());
    std::os::unix::fs::symlink("loop", folder.work().join("loop")).unwrap();
    let run = |state: &str| {
        Patroll::within(&folder).file("taken", "").args("audit --state-dir").arg(state).run()
    };
    run("taken").expect(expect![[r#"
        --- stderr
        error: cannot read taken/audit.jsonl: not a directory
        --- exit 1
    "#]]);
    run("loop").expect(expect![[r#"
        --- stderr
        error: cannot read loop/audit.jsonl: too many levels of symbolic links
        --- exit 1
    "#]]);
    run("missing").expect(expect![[r#"
        []
        --- exit 0
    "#]]);
}

#[test]
fn lines_that_are_none() {
    let log =
        format!("{}\nnonsense\n{{\"time\":\"soon\"}}\n\u{1b}[2J\n{}\n", LINES[0], &LINES[1][..40]);
    let run = |args: &str| {
        Patroll::new().file("log", &log).args("audit --audit-log log").args(args).run()
    };
    run("-o table").expect(expect![[r#"
        time                  workspace  effect        what          comment  outcome  asked by
        2026-11-20T03:17:02Z  prod       revoke_token  0123456789ab  ci-1     done     bundled:cleanup_expired:29
        --- stderr
        warning: 4 lines are none of an audit log in log
        --- exit 0
    "#]]);
    let bytes = Patroll::new().file("log", b"\xff\xfe\n\x00").args("audit --audit-log log").run();
    bytes.expect(expect![[r#"
        []
        --- stderr
        warning: 2 lines are none of an audit log in log
        --- exit 0
    "#]]);
}

#[test]
fn what_makes_no_sense() {
    audit("--since 2026-11-22 --until 2026-11-21").expect(expect![[r#"
        --- stderr
        error: --since 2026-11-22T00:00:00Z is not before --until 2026-11-21T00:00:00Z
        --- exit 2
    "#]]);
    audit("--since tomorrow").expect(expect![[r#"
        --- stderr
        error: invalid value 'tomorrow' for '--since <WHEN>': `tomorrow` is neither a time nor a duration; write 2026-11-23, 2026-11-23T00:00Z or 24h

        For more information, try '--help'.
        --- exit 2
    "#]]);
    audit("--until -3d").expect(expect![[r#"
        --- stderr
        error: invalid value '-3d' for '--until <WHEN>': `-3d` is neither a time nor a duration; write 2026-11-23, 2026-11-23T00:00Z or 24h

        For more information, try '--help'.
        --- exit 2
    "#]]);
    audit("--effect revoke").expect(expect![[r#"
        --- stderr
        error: invalid value 'revoke' for '--effect <NAME>'
          [possible values: create_token, revoke_token, write_file, write_profile, create_scope, put_secret, delete_secret, run_command, send]

          tip: a similar value exists: 'revoke_token'

        For more information, try '--help'.
        --- exit 2
    "#]]);
    audit("--dry-run").expect(expect![[r#"
        --- stderr
        error: --dry-run means nothing to `audit`, which only reads
        --- exit 2
    "#]]);
    audit("--audit-log -").expect(expect![[r#"
        --- stderr
        error: `-` cannot be read as a log
        hint: name a file, or leave it out for the usual one
        --- exit 2
    "#]]);
    audit("stray").expect(expect![[r#"
        --- stderr
        error: unexpected argument 'stray' found

        Usage: patroll audit [OPTIONS]

        For more information, try '--help'.
        --- exit 2
    "#]]);
}
