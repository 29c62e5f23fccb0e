//! `--metrics-file`: what Prometheus reads.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Expect, Folder, Patroll, World, expect};

/// Compares a file of figures, without the port and the times of runs.
#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "`expect![…]` is written in the call")]
fn expect_figures(folder: &Folder, world: &World, expected: Expect) {
    let text = folder.read("patroll.prom").replace(&world.address().host, "[HOST]");
    let line = |line: &str| match line.rsplit_once("} ") {
        Some((name, _)) if name.starts_with("patroll_last") => format!("{name}}} [TIME]\n"),
        _ => format!("{line}\n"),
    };
    expected.assert_eq(&text.lines().map(line).collect::<String>());
}

fn run<'w>(folder: &Rc<Folder>, world: &'w World, args: &str) -> Patroll<'w> {
    Patroll::within(folder).on(world).args(args).args("--metrics-file patroll.prom")
}

#[test]
fn a_run_in_figures() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    world.token("old", 40 * DAY, 90 * DAY);
    world.token("new", DAY, 30 * DAY);
    world.token("dead", 30 * DAY + 5, 30 * DAY);
    run(&folder, &world, "run cleanup_expired --older-than 30d").run().expect_success();
    expect_figures(
        &folder,
        &world,
        expect![[r##"
        # HELP patroll_tokens Tokens by state, as last listed.
        # TYPE patroll_tokens gauge
        patroll_tokens{profile="",host="[HOST]",script="cleanup_expired",state="valid"} 2
        patroll_tokens{profile="",host="[HOST]",script="cleanup_expired",state="endless"} 0
        patroll_tokens{profile="",host="[HOST]",script="cleanup_expired",state="expired"} 0
        # HELP patroll_soonest_expiry_timestamp_seconds When the first valid token expires.
        # TYPE patroll_soonest_expiry_timestamp_seconds gauge
        patroll_soonest_expiry_timestamp_seconds{profile="",host="[HOST]",script="cleanup_expired"} 1797940800
        # HELP patroll_created_tokens Tokens that the last run created.
        # TYPE patroll_created_tokens gauge
        patroll_created_tokens{profile="",host="[HOST]",script="cleanup_expired"} 0
        # HELP patroll_revoked_tokens Tokens that the last run revoked.
        # TYPE patroll_revoked_tokens gauge
        patroll_revoked_tokens{profile="",host="[HOST]",script="cleanup_expired"} 2
        # HELP patroll_failed_changes Changes of the last run that were refused, failed or are unknown.
        # TYPE patroll_failed_changes gauge
        patroll_failed_changes{profile="",host="[HOST]",script="cleanup_expired"} 0
        # HELP patroll_exit_code The exit code of the last run.
        # TYPE patroll_exit_code gauge
        patroll_exit_code{profile="",host="[HOST]",script="cleanup_expired"} 0
        # HELP patroll_last_run_timestamp_seconds When the last run ended.
        # TYPE patroll_last_run_timestamp_seconds gauge
        patroll_last_run_timestamp_seconds{profile="",host="[HOST]",script="cleanup_expired"} [TIME]
        # HELP patroll_last_success_timestamp_seconds When a run last ended well: with 0, or with a code of its script's own.
        # TYPE patroll_last_success_timestamp_seconds gauge
        patroll_last_success_timestamp_seconds{profile="",host="[HOST]",script="cleanup_expired"} [TIME]
    "##]],
    );
    let path = folder.work().join("patroll.prom");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    // The last success outlives a failure; what is not known is not told.
    world.fault("list:status=403,always");
    let outcome = run(&folder, &world, "run cleanup_expired").run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    expect_figures(
        &folder,
        &world,
        expect![[r##"
        # HELP patroll_created_tokens Tokens that the last run created.
        # TYPE patroll_created_tokens gauge
        patroll_created_tokens{profile="",host="[HOST]",script="cleanup_expired"} 0
        # HELP patroll_revoked_tokens Tokens that the last run revoked.
        # TYPE patroll_revoked_tokens gauge
        patroll_revoked_tokens{profile="",host="[HOST]",script="cleanup_expired"} 0
        # HELP patroll_failed_changes Changes of the last run that were refused, failed or are unknown.
        # TYPE patroll_failed_changes gauge
        patroll_failed_changes{profile="",host="[HOST]",script="cleanup_expired"} 0
        # HELP patroll_exit_code The exit code of the last run.
        # TYPE patroll_exit_code gauge
        patroll_exit_code{profile="",host="[HOST]",script="cleanup_expired"} 1
        # HELP patroll_last_run_timestamp_seconds When the last run ended.
        # TYPE patroll_last_run_timestamp_seconds gauge
        patroll_last_run_timestamp_seconds{profile="",host="[HOST]",script="cleanup_expired"} [TIME]
        # HELP patroll_last_success_timestamp_seconds When a run last ended well: with 0, or with a code of its script's own.
        # TYPE patroll_last_success_timestamp_seconds gauge
        patroll_last_success_timestamp_seconds{profile="",host="[HOST]",script="cleanup_expired"} [TIME]
    "##]],
    );
}

#[test]
fn a_report_that_found_something_is_a_success() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    world.token("soon", DAY, 3 * DAY);
    assert_eq!(run(&folder, &world, "run report_expiring -o csv").run().code(), 10);
    let figures = folder.read("patroll.prom");
    assert!(figures.contains("script=\"report_expiring\"} 10\n"), "{figures}");
    assert!(figures.contains("patroll_last_success_timestamp_seconds{"), "{figures}");
    assert!(figures.contains("state=\"valid\"} 2\n"), "{figures}");
}

#[test]
fn a_dry_run_leaves_the_figures_alone() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    run(&folder, &world, "run cleanup_expired --dry-run").run().expect_success();
    assert!(!folder.work().join("patroll.prom").exists());
}

#[test]
fn a_file_that_cannot_be_written_holds_the_run_up() {
    let world = World::new();
    world.token("old", 40 * DAY, 90 * DAY);
    let folder = Rc::new(Folder::new());
    let run = |path: &str| {
        let run = Patroll::within(&folder).on(&world).args("run cleanup_expired --older-than 30d");
        run.arg("--metrics-file").args(path).run()
    };
    // What is no plain file, such as /dev/null, has to stay what it is.
    let _socket = UnixListener::bind(folder.work().join("socket")).unwrap();
    run("socket").expect(expect![[r#"
        --- stderr
        error: the metrics file socket cannot be written: it is no plain file
        hint: name a file, which need not be there yet, in a folder that can be written to
        --- exit 1
    "#]]);
    for there in ["/dev/full", "/dev/full --dry-run", "/dev/null", ". -n"] {
        let outcome = run(there);
        assert_eq!(outcome.code(), 1, "{outcome}");
        assert!(outcome.stderr().starts_with("error: the metrics file "), "{outcome}");
    }
    run("no/folder/x.prom").expect(expect![[r#"
        --- stderr
        error: the metrics file no/folder/x.prom cannot be written: no such file or directory
        hint: name a file, which need not be there yet, in a folder that can be written to
        --- exit 1
    "#]]);
    run(".").expect(expect![[r#"
        --- stderr
        error: the metrics file . cannot be written: it is a folder
        hint: name a file, which need not be there yet, in a folder that can be written to
        --- exit 1
    "#]]);
    assert_eq!(world.writes(), "");
}
