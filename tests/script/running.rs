//! How a script is named, and whose flags stand behind its name.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use pretty_assertions::assert_eq;

use crate::support::{DAY, Folder, Patroll, World, expect};

#[test]
fn a_bare_word_is_never_a_file_of_the_current_folder() {
    let world = World::new();
    let evil = "print(\"the file was run\");";
    let run = Patroll::new().on(&world).file("inventory", evil).file("inventory.rhai", evil);
    let outcome = run.args("run inventory").run();
    assert!(!outcome.stdout().contains("the file was run"), "{outcome}");
    let run = Patroll::new().on(&world).file("inventory", evil).args("run ./inventory");
    assert_eq!(run.run().stdout(), "the file was run\n");
    let run = Patroll::new().on(&world).file("inventory.rhai", evil).args("run inventory.rhai");
    assert_eq!(run.run().stdout(), "the file was run\n");
}

#[test]
fn a_script_may_come_from_stdin() {
    let run = |text: &str, args: &str| Patroll::new().args("run -").args(args).stdin(text).run();
    assert_eq!(
        run("#!/usr/bin/env -S patroll run\nprint(args());", "a b").stdout(),
        "[\"a\", \"b\"]\n"
    );
    run("print(1);\nthrow \"x\";", "").expect(expect![[r#"
        1
        --- stderr
        error: x
         --> stdin:2:1
          |
        2 | throw "x";
          | ^^^^^
        --- exit 1
    "#]]);
}

#[test]
fn a_script_may_be_a_program_of_its_own() {
    let folder = Folder::new();
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_patroll"));
    folder.write(
        "mine",
        "#!/usr/bin/env -S patroll run\nprint(`got ${args()}`);\nexit(12);\n",
        0o755,
    );
    let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
    let program = folder.work().join("mine");
    assert_eq!(fs::metadata(&program).unwrap().permissions().mode() & 0o777, 0o755);
    let output =
        Command::new(&program).args(["a", "b"]).env_clear().env("PATH", path).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "got [\"a\", \"b\"]\n");
    assert_eq!(output.status.code(), Some(12));
}

#[test]
fn patrolls_own_flags_are_honoured_behind_the_script() {
    let world = World::new();
    world.token("x", 50 * DAY, 90 * DAY);
    let script = "let o = options(#{ name: \"\" }); for t in tokens_list() { if !t.is_own { tokens_revoke(t); } } print(o.name);";
    for args in [
        "run x.rhai --dry-run",
        "run x.rhai -n",
        "run x.rhai -nq",
        "run x.rhai --name a --dry-run",
        "run x.rhai -n --name a",
        "run --dry-run x.rhai --name a",
        "--dry-run run x.rhai",
        "run x.rhai --timeout 1m --dry-run --name a",
    ] {
        let outcome = Patroll::new().on(&world).file("x.rhai", script).args(args).run();
        assert_eq!(outcome.code(), 0, "{args}: {outcome}");
        assert_eq!(world.writes(), "", "{args}");
    }
    let run = Patroll::new().on(&world).file("x.rhai", script);
    assert_eq!(run.args("run x.rhai --name --dry-run").run().code(), 2);
    assert_eq!(world.writes(), "", "a flag of patroll's is no value of an option");
}

#[test]
fn the_sandbox_of_a_run_is_its_own() {
    let script = "print(workspace_host().starts_with(\"http://127.0.0.1:\")); print(tokens_list().len() > 10); tokens_revoke(tokens_list().filter(|t| !t.is_own)); print(tokens_list().len());";
    let world = World::new();
    let run = Patroll::new().on(&world).script(script).args("--sandbox");
    run.run().expect(expect![[r#"
        true
        true
        1
        --- stderr
        sandbox: a fresh local workspace, not a real one, forgotten at the end of this run
        revoked 39 tokens
        --- exit 0
    "#]]);
    assert_eq!(world.requests(), 0);
    let run = Patroll::new()
        .profile("prod", "host = https://nowhere\ntoken = x")
        .args("--sandbox -p prod");
    assert_eq!(run.args("tokens list").run().code(), 0);
}
