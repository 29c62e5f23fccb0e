//! Mistyped commands, flags and values.

use crate::support::{Outcome, Patroll, World, expect};

fn run(args: &str) -> Outcome {
    Patroll::new().args(args).run()
}

#[test]
fn a_command_that_does_not_exist() {
    run("runn cleanup_expired").expect(expect![[r#"
        --- stderr
        error: unrecognized subcommand 'runn'

          tip: a similar subcommand exists: 'run'

        Usage: patroll [OPTIONS] [COMMAND]

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("tokens lst").expect(expect![[r#"
        --- stderr
        error: unrecognized subcommand 'lst'

          tip: a similar subcommand exists: 'list'

        Usage: patroll tokens [OPTIONS] <COMMAND>

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("frobnicate").expect(expect![[r#"
        --- stderr
        error: unrecognized subcommand 'frobnicate'

        Usage: patroll [OPTIONS] [COMMAND]

        For more information, try '--help'.
        --- exit 2
    "#]]);
}

#[test]
fn a_flag_that_does_not_exist() {
    run("--dryrun tokens list").expect(expect![[r#"
        --- stderr
        error: unexpected argument '--dryrun' found

          tip: a similar argument exists: '--dry-run'

        Usage: patroll --dry-run

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("tokens list --were true").expect(expect![[r#"
        --- stderr
        error: unexpected argument '--were' found

          tip: a similar argument exists: '--where'

        Usage: patroll tokens list --where <EXPR>

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("-z").expect(expect![[r#"
        --- stderr
        error: unexpected argument '-z' found

        Usage: patroll [OPTIONS] [COMMAND]

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("run cleanup_expired --oder-than 90d").expect(expect![[r#"
        --- stderr
        error: the script has no option `--oder-than`
        hint: did you mean `--older-than`?
        --- exit 2
    "#]]);
    run("run cleanup_expired -x").expect(expect![[r#"
        --- stderr
        error: the script has no option `-x`
        hint: `--help` behind the script's name shows its options
        --- exit 2
    "#]]);
    run("run inventory stray").expect(expect![[r#"
        --- stderr
        error: the script takes no arguments, so not `stray`
        --- exit 2
    "#]]);
    Patroll::new().script("print(1);").args("--verbose").run().expect(expect![[r#"
        --- stderr
        error: unknown option `--verbose`: x.rhai has none of its own
        hint: after `--` everything is the script's
        --- exit 2
    "#]]);
}

#[test]
fn a_value_that_is_none() {
    run("--timeout soon tokens list").expect(expect![[r#"
        --- stderr
        error: invalid value 'soon' for '--timeout <DURATION>': `soon` is not a duration; write 90d, 36h, 2w or 1h30m

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--timeout 10 tokens list").expect(expect![[r#"
        --- stderr
        error: invalid value '10' for '--timeout <DURATION>': `10` is not a duration; write 90d, 36h, 2w or 1h30m

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("--color purple tokens list").expect(expect![[r#"
        --- stderr
        error: invalid value 'purple' for '--color <WHEN>'
          [possible values: auto, always, never]

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("run cleanup_expired --older-than 90").expect(expect![[r#"
        --- stderr
        error: `--older-than`: `90` is not a duration
        hint: write 90d, 36h, 2w or 1h30m
        --- exit 2
    "#]]);
    run("run cleanup_expired --older-than").expect(expect![[r#"
        --- stderr
        error: `--older-than` needs a value
        --- exit 2
    "#]]);
    run("run cleanup_expired --never-expiring=maybe").expect(expect![[r#"
        --- stderr
        error: `--never-expiring maybe`: true or false is wanted
        --- exit 2
    "#]]);
    run("run cleanup_expired --prefix a --prefix b").expect(expect![[r#"
        --- stderr
        error: `--prefix` is given twice
        --- exit 2
    "#]]);
    run("tokens list --profile").expect(expect![[r#"
        --- stderr
        error: a value is required for '--profile <NAME>' but none was supplied

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("tokens list -p a -p b").expect(expect![[r#"
        --- stderr
        error: --profile with several profiles is for `run` and `eval`, which do the same on each workspace
        hint: name one workspace: -p NAME
        --- exit 2
    "#]]);
}

#[test]
fn an_address_that_is_none() {
    let run = |host: &str| {
        let run = Patroll::new().env("DATABRICKS_TOKEN", "x").arg("--host").arg(host);
        run.args("tokens list").run()
    };
    run("").expect(expect![[r#"
        --- stderr
        error: `` (from --host) is not a workspace's address: it has no name
        hint: write https://NAME.cloud.databricks.com
        --- exit 3
    "#]]);
    run("ftp://a").expect(expect![[r#"
        --- stderr
        error: `ftp://a` (from --host) is not a workspace's address: ftp is not https
        hint: write https://NAME.cloud.databricks.com
        --- exit 3
    "#]]);
    run("https://u:p@a").expect(expect![[r#"
        --- stderr
        error: `…@a` (from --host) is not a workspace's address: a user name does not belong there
        hint: write https://NAME.cloud.databricks.com
        --- exit 3
    "#]]);
    run("https://a b").expect(expect![[r#"
        --- stderr
        error: `https://a b` (from --host) is not a workspace's address: a name has letters, digits, `-` and `.`
        hint: write https://NAME.cloud.databricks.com
        --- exit 3
    "#]]);
    run("https://a:99999").expect(expect![[r#"
        --- stderr
        error: `https://a:99999` (from --host) is not a workspace's address: the port is not a number from 0 to 65535
        hint: write https://NAME.cloud.databricks.com
        --- exit 3
    "#]]);
}

#[test]
fn the_sandbox_is_asked_for_what_it_cannot_be() {
    run("sandbox --port 99999").expect(expect![[r#"
        --- stderr
        error: invalid value '99999' for '--port <PORT>': 99999 is not in 0..=65535

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("sandbox --workspaces 0").expect(expect![[r#"
        --- stderr
        error: a sandbox serves 1 to 1000 workspaces, not 0
        --- exit 2
    "#]]);
    run("sandbox --tokens 1000000").expect(expect![[r#"
        --- stderr
        error: a sandbox holds at most 100000 tokens, not 1000000
        --- exit 2
    "#]]);
    run("sandbox --port 65535 --workspaces 2").expect(expect![[r#"
        --- stderr
        error: cannot listen on 127.0.0.1:65536: the last port is 65535
        --- exit 2
    "#]]);
    run("sandbox --now yesterday").expect(expect![[r#"
        --- stderr
        error: invalid value 'yesterday' for '--now <TIME>': `yesterday` is not a time; write 2026-11-23T00:00Z, 2026-11-23 or never

        For more information, try '--help'.
        --- exit 2
    "#]]);
    let fault = run("sandbox --fault creat:html");
    assert_eq!(fault.code(), 2);
    fault.expect_error(
        "--fault creat:html: 'creat:html' is not a fault: 'creat' is not an operation; \
         write OPERATION:KIND[,OPTION…], such as create:status=503,retry-after=2,times=2",
    );
}

#[test]
fn a_port_that_is_taken() {
    let world = World::new();
    let port = world.address().host.rsplit(':').next().unwrap().to_owned();
    let run = Patroll::new().beside(&world).args("sandbox --port").arg(&port);
    let outcome = run.run();
    assert_eq!(outcome.code(), 1);
    let said = "error: the sandbox cannot start: cannot listen on [HOST]: ";
    assert!(outcome.stderr().starts_with(said), "{outcome}");
}

#[test]
fn names_that_nobody_has() {
    run("run cleanup_expird").expect(expect![[r#"
        --- stderr
        error: cannot load the script cleanup_expird: no bundled script has that name
        hint: did you mean `cleanup_expired`?
        --- exit 2
    "#]]);
    run("run zzz").expect(expect![[r#"
        --- stderr
        error: cannot load the script zzz: no bundled script has that name
        hint: `patroll scripts list` shows the bundled ones; a file's name has a `/` or ends in .rhai
        --- exit 2
    "#]]);
    run("run").expect(expect![[r#"
        --- stderr
        error: the following required arguments were not provided:
          <SCRIPT>

        Usage: patroll run <SCRIPT> [ARGS]...

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("scripts show invntory").expect(expect![[r#"
        --- stderr
        error: cannot load the script invntory: no bundled script has that name
        hint: did you mean `inventory`?
        --- exit 2
    "#]]);
    run("scripts show").expect(expect![[r#"
        --- stderr
        error: the following required arguments were not provided:
          <NAME>

        Usage: patroll scripts show <NAME>

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run("completions tcsh").expect(expect![[r#"
        --- stderr
        error: invalid value 'tcsh' for '<SHELL>'
          [possible values: bash, elvish, fish, powershell, zsh]

          tip: a similar value exists: 'zsh'

        For more information, try '--help'.
        --- exit 2
    "#]]);
    let run = Patroll::new().file("mine.rhai", "print(1);").args("run mine");
    run.run().expect(expect![[r#"
        --- stderr
        error: cannot load the script mine: no bundled script has that name
        hint: for the file write `./mine.rhai`
        --- exit 2
    "#]]);
}
