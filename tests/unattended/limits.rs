//! What a run makes of the limits that the system sets it.

use std::process::Command;

use pretty_assertions::assert_eq;

#[test]
fn a_script_is_stopped_before_the_addresses_run_out() {
    let folder = tempfile::tempdir().unwrap();
    let script = "let long = \"x\"; long.pad(1000000, \"x\");
        let all = []; loop { all.push(long + all.len()); }";
    std::fs::write(folder.path().join("x.rhai"), script).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -v 2000000; exec \"$0\" run x.rhai --timeout 60s"]);
    shell.arg(env!("CARGO_BIN_EXE_patroll")).env_clear().env("PATH", "/usr/bin:/bin");
    let output = shell.env("HOME", folder.path()).current_dir(folder.path()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("takes more than the 244M of memory"), "{stderr}");
}
