//! What names no workspaces, or contradicts itself: one error and a hint before anything is asked of anybody.

use std::fmt::Write as _;

use crate::support::{Patroll, expect};

/// Runs with these flags and gives all that is said, told apart by the flags.
fn said(flags: &[&str]) -> String {
    let sections =
        "[a]\nhost = https://a.example.com\ntoken = t\n[b]\nhost = https://b.example.com\n";
    let mut text = String::new();
    for line in flags {
        let run = Patroll::new().config(sections).file("empty.txt", "# none\n\n");
        let run = run.file("bad.txt", "a.example.com\nhttps://\n").file("x.rhai", "print(1);");
        let run = run.file("hosts.txt", "c.example.com\n").stdin("");
        let outcome = run.args(line).run();
        write!(text, "$ patroll {line}\n{outcome}").unwrap();
    }
    text
}

#[test]
fn names_that_name_nothing() {
    expect![[r#"
        $ patroll -p nope* run x.rhai
        --- stderr
        error: [HOME]/.databrickscfg has no profile `nope*`
        hint: there are: a, b
        --- exit 3
        $ patroll -p a -p nope run x.rhai
        --- stderr
        error: [HOME]/.databrickscfg has no profile `nope`
        hint: there are: a, b
        --- exit 3
        $ patroll --all-profiles --config-file empty.txt run x.rhai
        --- stderr
        error: empty.txt has no profile `*`
        hint: there is no such file, or no profile in it
        --- exit 3
        $ patroll --workspaces empty.txt run x.rhai
        --- stderr
        error: empty.txt names no workspace
        hint: write one host a line
        --- exit 2
        $ patroll --workspaces bad.txt run x.rhai
        --- stderr
        error: `https://` (from bad.txt:2) is not a workspace's address: it has no name
        hint: write https://NAME.cloud.databricks.com
        --- exit 3
        $ patroll --workspaces nowhere.txt run x.rhai
        --- stderr
        error: cannot read the workspaces in nowhere.txt: no such file or directory
        hint: write one host a line
        --- exit 2
        $ patroll --workspaces /dev/zero run x.rhai
        --- stderr
        error: cannot read the workspaces in /dev/zero: it is longer than 16 MiB
        hint: write one host a line
        --- exit 2
        $ patroll --workspaces - run x.rhai
        --- stderr
        error: - names no workspace
        hint: write one host a line
        --- exit 2
    "#]]
    .assert_eq(&said(&[
        "-p nope* run x.rhai",
        "-p a -p nope run x.rhai",
        "--all-profiles --config-file empty.txt run x.rhai",
        "--workspaces empty.txt run x.rhai",
        "--workspaces bad.txt run x.rhai",
        "--workspaces nowhere.txt run x.rhai",
        "--workspaces /dev/zero run x.rhai",
        "--workspaces - run x.rhai",
    ]));
}

#[test]
fn shards_that_are_none() {
    expect![[r#"
        $ patroll --all-profiles --shard 3/2 run x.rhai
        --- stderr
        error: invalid value '3/2' for '--shard <I/N>': of 2 shards there is no 3, only 1 to 2

        For more information, try '--help'.
        --- exit 2
        $ patroll --all-profiles --shard 0/2 run x.rhai
        --- stderr
        error: invalid value '0/2' for '--shard <I/N>': of 2 shards there is no 0, only 1 to 2

        For more information, try '--help'.
        --- exit 2
        $ patroll --all-profiles --shard -1/2 run x.rhai
        --- stderr
        error: invalid value '-1/2' for '--shard <I/N>': write I/N, such as 1/4, or N alone where JOB_COMPLETION_INDEX says which

        For more information, try '--help'.
        --- exit 2
        $ patroll --all-profiles --shard x run x.rhai
        --- stderr
        error: invalid value 'x' for '--shard <I/N>': write I/N, such as 1/4, or N alone where JOB_COMPLETION_INDEX says which

        For more information, try '--help'.
        --- exit 2
        $ patroll --all-profiles --shard 2 run x.rhai
        --- stderr
        error: --shard 2 does not say which, nor does JOB_COMPLETION_INDEX
        hint: write I/N, such as 1/4, or N alone where JOB_COMPLETION_INDEX says which
        --- exit 2
        $ patroll -p a --shard 1/2 run x.rhai
        --- stderr
        error: --shard is a part of several workspaces, and only one is named
        hint: name them: -p 'prod-*', --all-profiles or --workspaces FILE
        --- exit 2
    "#]].assert_eq(&said(&[
        "--all-profiles --shard 3/2 run x.rhai",
        "--all-profiles --shard 0/2 run x.rhai",
        "--all-profiles --shard -1/2 run x.rhai",
        "--all-profiles --shard x run x.rhai",
        "--all-profiles --shard 2 run x.rhai",
        "-p a --shard 1/2 run x.rhai",
    ]));
    let run = Patroll::new().profile("a", "host = https://a.example.com");
    let run = run.env("JOB_COMPLETION_INDEX", "2").args("--all-profiles --shard 2");
    run.script("print(1);").run().expect(expect![[r#"
        --- stderr
        error: JOB_COMPLETION_INDEX is `2`, and of 2 shards there is none of that
        hint: an indexed job counts from 0, and has as many completions as there are shards
        --- exit 2
    "#]]);
}

#[test]
fn flags_that_contradict_each_other() {
    expect![[r#"
        $ patroll --all-profiles -p a run x.rhai
        --- stderr
        error: --all-profiles and --profile contradict each other
        hint: name the workspaces in one way
        --- exit 2
        $ patroll --all-profiles -p a* run x.rhai
        --- stderr
        error: --all-profiles and --profile contradict each other
        hint: name the workspaces in one way
        --- exit 2
        $ patroll --all-profiles --workspaces hosts.txt run x.rhai
        --- stderr
        error: --all-profiles and --workspaces contradict each other
        hint: name the workspaces in one way
        --- exit 2
        $ patroll -p a -p b --workspaces hosts.txt run x.rhai
        --- stderr
        error: --workspaces and several profiles contradict each other
        hint: with --workspaces one profile can say how to sign in
        --- exit 2
        $ patroll -p a* --host c.example.com run x.rhai
        --- stderr
        error: --host and several workspaces contradict each other
        hint: name the workspaces in one way
        --- exit 2
        $ patroll --all-profiles --own-token-id 1 run x.rhai
        --- stderr
        error: --own-token-id and several workspaces contradict each other
        hint: write `token_id = ID` into each profile
        --- exit 2
        $ patroll -p a --workspaces hosts.txt run x.rhai
        --- stderr
        error: --workspaces wants one credential for all, and that from profile a in [HOME]/.databrickscfg is good for one workspace
        hint: sign in by OAuth (client_id and client_secret), or name profiles: -p 'prod-*'
        --- exit 2
        $ patroll -p a --workspaces - run -
        --- stderr
        error: cannot read the workspaces in -: stdin is the script already
        hint: write one host a line
        --- exit 2
        $ patroll -p a* tokens list
        --- stderr
        error: --profile with several profiles is for `run` and `eval`, which do the same on each workspace
        hint: name one workspace: -p NAME
        --- exit 2
        $ patroll --all-profiles auth check
        --- stderr
        error: --all-profiles is for `run` and `eval`, which do the same on each workspace
        hint: name one workspace: -p NAME
        --- exit 2
        $ patroll --all-profiles sandbox
        --- stderr
        error: --all-profiles means nothing to `sandbox` itself
        hint: write it behind `--`, at the command that is run
        --- exit 2
        $ patroll sandbox --workspaces many
        --- stderr
        error: --workspaces many: a sandbox wants their number
        --- exit 2
        $ patroll -j 0 --all-profiles run x.rhai
        --- stderr
        error: invalid value '0' for '--jobs <N>': it is not a number from 1 to 256

        For more information, try '--help'.
        --- exit 2
    "#]].assert_eq(&said(&[
        "--all-profiles -p a run x.rhai",
        "--all-profiles -p a* run x.rhai",
        "--all-profiles --workspaces hosts.txt run x.rhai",
        "-p a -p b --workspaces hosts.txt run x.rhai",
        "-p a* --host c.example.com run x.rhai",
        "--all-profiles --own-token-id 1 run x.rhai",
        "-p a --workspaces hosts.txt run x.rhai",
        "-p a --workspaces - run -",
        "-p a* tokens list",
        "--all-profiles auth check",
        "--all-profiles sandbox",
        "sandbox --workspaces many",
        "-j 0 --all-profiles run x.rhai",
    ]));
}
