//! Folders and streams that cannot be read or written.

use std::os::unix::fs::symlink;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Patroll, World, expect};

#[test]
fn what_cannot_be_audited_is_not_done() {
    let world = World::new();
    world.token("x", 40 * DAY, 90 * DAY);
    let folder = Rc::new(Folder::new());
    symlink("loop", folder.work().join("loop")).unwrap();
    let run = |args: &str| {
        let run = Patroll::within(&folder).on(&world).file("taken", "");
        run.file("state/audit.jsonl/x", "").args(args).run()
    };
    run("--state-dir taken tokens create --comment x").expect(expect![[r#"
        --- stderr
        error: the audit log taken/audit.jsonl cannot be written: not a directory
        hint: what cannot be audited is not done; make it writable, or name another file with --audit-log
        --- exit 5
    "#]]);
    run("--state-dir loop tokens create --comment x").expect(expect![[r#"
        --- stderr
        error: the audit log loop/audit.jsonl cannot be written: too many levels of symbolic links
        hint: what cannot be audited is not done; make it writable, or name another file with --audit-log
        --- exit 5
    "#]]);
    run("--state-dir state run cleanup_expired --older-than 30d").expect(expect![[r#"
        --- stderr
        error: the audit log state/audit.jsonl cannot be written: is a directory
          --> bundled:cleanup_expired:29:1
           |
        29 | tokens_revoke(found);
           | ^^^^^^^^^^^^^
        hint: what cannot be audited is not done; make it writable, or name another file with --audit-log
        --- exit 5
    "#]]);
    assert_eq!(world.writes(), "");
    assert_eq!(run("--state-dir taken tokens list").code(), 0);
    assert_eq!(run("--state-dir taken run cleanup_expired --older-than 30d -n").code(), 0);
    let run = Patroll::new().on(&world).file("taken", "");
    let run = run.env("PATROLL_STATE_DIR", "taken").args("tokens create --comment x");
    assert_eq!(run.run().code(), 5);
    assert_eq!(world.writes(), "");
}

#[test]
fn no_script_gets_around_the_audit() {
    let world = World::new();
    let script = "for i in 0..3 { try { tokens_create(\"x\", days(1)); } catch { } } print(1);";
    let run = Patroll::new().on(&world).file("taken", "").script(script);
    run.args("--state-dir taken").run().expect(expect![[r#"
        --- stderr
        error: the audit log taken/audit.jsonl cannot be written: not a directory
         --> x.rhai:1:23
          |
        1 | for i in 0..3 { try { tokens_create("x", days(1)); } catch { } } print(1);
          |                       ^^^^^^^^^^^^^
        hint: what cannot be audited is not done; make it writable, or name another file with --audit-log
        --- exit 5
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn a_pipe_that_ends_early() {
    let world = World::of(|options| options.tokens = 5000);
    let address = world.address();
    let line = format!(
        "{} tokens list | head -n 2; echo \"${{PIPESTATUS[0]}}\"",
        env!("CARGO_BIN_EXE_patroll")
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &line])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("DATABRICKS_HOST", &address.host)
        .env("DATABRICKS_TOKEN", &address.token)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{\n  \"token_infos\": [\n141\n");
}

#[test]
fn a_disk_that_is_full() {
    let world = World::new();
    let run = Patroll::new().on(&world).args("tokens list");
    let outcome = run.into_file("/dev/full").run();
    outcome.expect(expect![[r#"
        --- stderr
        error: cannot write to stdout: no space left on device
        --- exit 1
    "#]]);
    let run = Patroll::new().on(&world).args("tokens create --comment x");
    let outcome = run.into_file("/dev/full").run();
    outcome.expect(expect![[r#"
        --- stderr
        error: the value of token [new-1] reached no one
        hint: a value can be had only once: save or reveal it in the script that creates it; revoke this token
        error: cannot write to stdout: no space left on device
        --- exit 1
    "#]]);
}

#[test]
fn an_environment_that_lacks_or_spoils_something() {
    let world = World::new();
    let run = |name: &str, value: &str| {
        Patroll::new().on(&world).env(name, value).args("tokens list -o csv").run()
    };
    assert_eq!(run("HOME", "").code(), 0);
    assert_eq!(run("TERM", "").code(), 0);
    run("DATABRICKS_TOKEN", "dapi\nX-Evil: 1").expect(expect![[r#"
        --- stderr
        error: the credential from DATABRICKS_TOKEN is malformed: it is empty or holds a character that does not belong there
        hint: copy it again; a line break or a quotation mark may have come along
        --- exit 3
    "#]]);
    run("DATABRICKS_TOKEN", "\"dapi\"").expect(expect![[r#"
        --- stderr
        error: [HOST] refuses the credential from DATABRICKS_TOKEN: GET /api/2.0/token/list answered 403 PERMISSION_DENIED: Invalid access token. [ReqId: [REQUEST]] (request id [REQUEST])
        hint: it has expired, was revoked, or belongs to another workspace: put a new token there
        --- exit 3
    "#]]);
    run("DATABRICKS_TOKEN", "dapi\u{feff}").expect(expect![[r#"
        --- stderr
        error: the credential from DATABRICKS_TOKEN is malformed: it is empty or holds a character that does not belong there
        hint: copy it again; a line break or a quotation mark may have come along
        --- exit 3
    "#]]);
    run("DATABRICKS_HOST", "https://a\nb").expect(expect![[r#"
        --- stderr
        error: `https://a
        b` (from DATABRICKS_HOST) is not a workspace's address: a name has letters, digits, `-` and `.`
        hint: write https://NAME.cloud.databricks.com
        --- exit 3
    "#]]);
}
