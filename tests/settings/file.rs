//! The profile file: its form, its place, its permissions.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{Folder, Outcome, Patroll, Stub, World, expect};

fn run(config: &str, args: &str) -> Outcome {
    Patroll::new().config(config).args(args).args("tokens list").run()
}

#[test]
fn values_are_read_as_databricks_own_tools_read_them() {
    for (lines, token) in [
        ("token = a-token", "a-token"),
        ("token=a-token", "a-token"),
        ("  token   =   a-token  ", "a-token"),
        ("token = \"a-token\"", "a-token"),
        ("token = 'a-token'", "a-token"),
        ("token = a-token # a comment", "a-token"),
        ("token = a-token ; a comment", "a-token"),
        ("token = a#token;x", "a#token;x"),
        ("token = a%20to%%ken", "a%20to%%ken"),
        ("token = a=token==", "a=token=="),
        ("token = a\\ntoken", "a\\ntoken"),
        ("# token = other\ntoken = a-token", "a-token"),
        ("; token = other\ntoken = a-token", "a-token"),
        ("unknown = 1\njobs-api-version = 2.1\ntoken = a-token", "a-token"),
        ("token = a-token\r", "a-token"),
    ] {
        let stub = Stub::new([("200 OK", "{}")]);
        let config = format!("[DEFAULT]\nhost = {}\n{lines}\n", stub.host());
        let outcome = Patroll::new().config(&config).args("tokens list").run();
        assert_eq!(outcome.code(), 0, "{lines:?}: {outcome}");
        let asked = stub.asked().concat();
        assert!(asked.contains(&format!(": Bearer {token}\r\n")), "{lines:?}: {asked}");
    }
}

#[test]
fn no_profile_inherits_from_default() {
    run("[DEFAULT]\nhost = https://a\ntoken = x\n[p]\nhost = https://b\n", "-p p")
        .expect(expect![[r#"
            --- stderr
            error: no credential for https://b (profile p): found host (profile p in [HOME]/.databrickscfg)
            hint: set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox
            --- exit 3
        "#]]);
    run("[DEFAULT]\nhost = https://a\n[p]\ntoken = x\n", "-p p").expect(expect![[r#"
        --- stderr
        error: no workspace: there is no host in profile p in [HOME]/.databrickscfg
        hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
}

#[test]
fn names_may_have_blanks_and_case_matters() {
    let config = "[my profile]\nhost = https://a\ntoken = x\n[Prod]\nhost = https://b\ntoken = y\n";
    let with = |name: &str| {
        let run = Patroll::new().config(config).arg("-p").arg(name);
        run.args("eval workspace_host() -o table").run()
    };
    assert_eq!(with("my profile").stdout(), "https://a\n");
    assert_eq!(with("Prod").stdout(), "https://b\n");
    with("prod").expect(expect![[r#"
        --- stderr
        error: [HOME]/.databrickscfg has no profile `prod`
         --> expression:1:1
          |
        1 | workspace_host()
          | ^^^^^^^^^^^^^^
        hint: there are: Prod, my profile
        --- exit 3
    "#]]);
}

#[test]
fn it_may_lie_elsewhere() {
    let config = "[DEFAULT]\nhost = https://elsewhere\ntoken = x\n";
    let run = |name: &str, value: &str, args: &str| {
        let run = Patroll::new().config("[DEFAULT]\nhost = https://home\ntoken = x\n");
        let run = run.file("other.cfg", config).env(name, value).args(args);
        run.arg("eval").arg("print(workspace_host())").run().stdout().to_owned()
    };
    assert_eq!(run("X", "", ""), "https://home\n");
    assert_eq!(run("DATABRICKS_CONFIG_FILE", "other.cfg", ""), "https://elsewhere\n");
    assert_eq!(run("DATABRICKS_CONFIG_FILE", "", ""), "https://home\n");
    assert_eq!(run("DATABRICKS_CONFIG_FILE", "~/.databrickscfg", ""), "https://home\n");
    assert_eq!(run("X", "", "--config-file other.cfg"), "https://elsewhere\n");
    assert_eq!(
        run("DATABRICKS_CONFIG_FILE", "nowhere", "--config-file other.cfg"),
        "https://elsewhere\n"
    );
}

#[test]
fn a_file_that_is_not_there_or_malformed() {
    Patroll::new().args("tokens list --config-file nowhere.cfg").run().expect(expect![[r#"
        --- stderr
        error: there is no profile file nowhere.cfg
        hint: is the path right? `patroll configure --config-file nowhere.cfg` writes one
        --- exit 3
    "#]]);
    Patroll::new().args("tokens list --config-file /dev/zero").run().expect(expect![[r#"
        --- stderr
        error: /dev/zero is not a valid profile file: it is longer than 16 MiB
        hint: a profile is a line `[NAME]` and lines `key = value` below it
        --- exit 3
    "#]]);
    Patroll::new().args("tokens list --config-file .").run().expect(expect![[r#"
        --- stderr
        error: . is not a valid profile file: is a directory
        hint: a profile is a line `[NAME]` and lines `key = value` below it
        --- exit 3
    "#]]);
    Patroll::new()
        .env("DATABRICKS_CONFIG_FILE", "nowhere.cfg")
        .args("tokens list")
        .run()
        .expect(expect![[r#"
            --- stderr
            error: no workspace: there is no host in the environment or nowhere.cfg
            hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
            --- exit 3
        "#]]);
    run("[DEFAULT\nhost = https://a\n", "").expect(expect![[r#"
        --- stderr
        error: [HOME]/.databrickscfg is not a valid profile file: line 1 is neither `[NAME]` nor `key = value`
        hint: a profile is a line `[NAME]` and lines `key = value` below it
        --- exit 3
    "#]]);
    run("[DEFAULT]\nhost https://a\n", "").expect(expect![[r#"
        --- stderr
        error: no workspace: there is no host in profile DEFAULT in [HOME]/.databrickscfg
        hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    run("", "").expect(expect![[r#"
        --- stderr
        error: no workspace: there is no host in the environment or [HOME]/.databrickscfg
        hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    run("host = https://a\ntoken = x\n", "").expect(expect![[r#"
        --- stderr
        error: no workspace: there is no host in the environment or [HOME]/.databrickscfg
        hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    let run = Patroll::new().config(b"[DEFAULT]\nhost = \xff\n").args("tokens list");
    run.run().expect(expect![[r#"
        --- stderr
        error: [HOME]/.databrickscfg is not a valid profile file: it is not UTF-8
        hint: a profile is a line `[NAME]` and lines `key = value` below it
        --- exit 3
    "#]]);
}

#[test]
fn a_broken_file_harms_nobody_who_does_not_need_it() {
    let world = World::new();
    let run = |args: &str| Patroll::new().on(&world).config("[broken").args(args).run();
    assert_eq!(run("tokens list").code(), 0);
    assert_eq!(run("--sandbox tokens list").code(), 0);
    assert_eq!(run("scripts list").code(), 0);
    assert_eq!(run("tokens list -p x").code(), 3);
}

#[test]
fn secrets_that_others_can_read_are_warned_about() {
    let stub = Stub::new([("200 OK", "{}")]);
    for (mode, is_exposed) in
        [(0o600, false), (0o400, false), (0o640, true), (0o644, true), (0o604, true)]
    {
        let folder = Rc::new(Folder::new());
        let lines = format!("host = {}\ntoken = x", stub.host());
        let run = Patroll::within(&folder).profile("DEFAULT", &lines).args("tokens list");
        let path = folder.home().join(".databrickscfg");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let warning = "warning: [HOME]/.databrickscfg holds secrets and others can read it: chmod 600 [HOME]/.databrickscfg\n";
        let outcome = run.run();
        assert_eq!(outcome.stderr(), if is_exposed { warning } else { "" }, "{mode:o}");
    }
}
