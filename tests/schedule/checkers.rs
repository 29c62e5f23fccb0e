//! The schedulers' own checkers; each is a tool that may be missing, and then none of this counts.

use std::process::Command;

use crate::support::Folder;

const KINDS: [&str; 3] = [
    "-p prod schedule cleanup_expired --older-than 90d --every daily --as",
    "-p prod-* schedule x.rhai --every 15m --allow-write out --ca-file ca.pem --metrics-file m/p.prom --as",
    "--all-profiles schedule x.rhai --every monthly --shard 9 --as",
];

/// Gives what is printed for a scheduler, as it is.
fn printed(line: &str, scheduler: &str) -> (Folder, String) {
    let folder = Folder::new();
    folder.write("x.rhai", "print(1);", 0o600);
    let mut command = Command::new(env!("CARGO_BIN_EXE_patroll"));
    command.args(line.split(' ')).arg(scheduler).current_dir(folder.work());
    let output = command.env_clear().env("HOME", folder.home()).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    (folder, String::from_utf8(output.stdout).unwrap())
}

/// Runs a checker, which has to be content without a word.
fn check(command: &mut Command) {
    let output =
        command.output().unwrap_or_else(|error| panic!("NOT CHECKED: {command:?}: {error}"));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success() && !said.contains("patroll-"), "{command:?}:\n{said}");
}

#[test]
#[ignore = "needs cron's crontab, as .ci/run installs it"]
fn crontab_takes_the_line() {
    for line in KINDS {
        let (folder, text) = printed(line, "cron");
        folder.write("crontab", &text, 0o600);
        check(Command::new("crontab").arg("-n").arg(folder.work().join("crontab")));
    }
}

#[test]
#[ignore = "needs systemd-analyze, as .ci/run installs it"]
fn systemd_takes_the_units() {
    for line in KINDS {
        let (folder, text) = printed(line, "systemd");
        let mut command = Command::new("systemd-analyze");
        command.arg("verify").arg("--man=no");
        for unit in text.split("# /etc/systemd/system/").skip(1) {
            let (name, unit) = unit.split_once('\n').unwrap();
            folder.write(name, unit, 0o600);
            command.arg(folder.work().join(name));
        }
        check(&mut command);
    }
}

#[test]
#[ignore = "needs kubernetes-validate; set PATROLL_KUBERNETES_VALIDATE to its path, as .ci/run does"]
fn kubernetes_takes_the_manifests() {
    let program = std::env::var_os("PATROLL_KUBERNETES_VALIDATE");
    let program = program.expect(
        "NOT CHECKED: PATROLL_KUBERNETES_VALIDATE is to be the path of kubernetes-validate",
    );
    for line in KINDS {
        let (folder, text) = printed(line, "kubernetes");
        folder.write("job.yaml", &text, 0o600);
        let output = Command::new(&program)
            .arg("--strict")
            .arg(folder.work().join("job.yaml"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
