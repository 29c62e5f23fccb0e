//! What the workspaces of a run share: brakes, the end of the run, the audit; and what they do not: a profile is its own.

use std::rc::Rc;

use pretty_assertions::assert_eq;

use super::{fleet, lines, world};
use crate::support::{DAY, Folder, Patroll, Real, Signal, World, expect};

fn with_tokens(seed: u64, count: usize) -> World {
    let world = world(seed);
    for number in 0..count {
        world.token(&format!("t{number}"), 100 * DAY, 400 * DAY);
    }
    world
}

const CLEAN: &str = "for t in tokens_list().filter(|t| !t.is_own) { tokens_revoke(t); }";

#[test]
fn a_brake_counts_over_all_of_them() {
    let worlds = [1, 2, 3].map(|seed| {
        World::of(|options| {
            options.seed = seed;
            options.tokens = 5;
            options.now = None;
        })
    });
    let mut run = Patroll::new();
    let doors = worlds.each_ref().map(Real::before);
    for (name, (world, door)) in ["a", "b", "c"].iter().zip(worlds.iter().zip(&doors)) {
        run = run.profile(name, &lines(world, door.host())).word(door.host(), &format!("[{name}]"));
    }
    let run = run.args("--all-profiles -j 1 --max-revocations 5").script(CLEAN).run();
    run.expect(expect![[r#"
        --- stderr
        b: error: revoking 1 more token would be more than this command may: 0 of 5 left (--max-revocations)
        b:  --> x.rhai:1:48
        b:   |
        b: 1 | for t in tokens_list().filter(|t| !t.is_own) { tokens_revoke(t); }
        b:   |                                                ^^^^^^^^^^^^^
        b: hint: --dry-run shows which; if all of them are meant, add --max-revocations 6
        c: error: revoking 1 more token would be more than this command may: 0 of 5 left (--max-revocations)
        c:  --> x.rhai:1:48
        c:   |
        c: 1 | for t in tokens_list().filter(|t| !t.is_own) { tokens_revoke(t); }
        c:   |                                                ^^^^^^^^^^^^^
        c: hint: --dry-run shows which; if all of them are meant, add --max-revocations 6
        workspace  exit  what
        a          0     revoked 4 tokens
        b          5     revoked 1 token; revoking 1 more token would be more than this c…
        c          5     revoking 1 more token would be more than this command may: 0 of …
        1 of 3 workspaces done
        revoked 5 tokens
        error: 2 of 3 workspaces failed
        hint: each has said why above; -p NAME runs one alone
        --- exit 5
    "#]]);
    let left: Vec<_> = worlds.iter().map(|world| world.list().len() - 1).collect();
    assert_eq!(left, [0, 3, 4]);
}

#[test]
fn a_profile_is_read_from_the_file_alone() {
    let (mine, other) = (with_tokens(1, 1), with_tokens(2, 2));
    let host = format!("host = {}", other.address().host);
    let run =
        Patroll::new().on(&mine).profile("other", &host).word(&other.address().host, "[OTHER]");
    let run = run.args("-p other*").script("print(tokens_list().len());").run();
    run.expect(expect![[r#"
        --- stderr
        other: error: no credential for [OTHER] (profile other): found host (profile other in [HOME]/.databrickscfg)
        other:  --> x.rhai:1:7
        other:   |
        other: 1 | print(tokens_list().len());
        other:   |       ^^^^^^^^^^^
        other: hint: set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox
        workspace  exit  what
        other      3     no credential for [OTHER] (profile other): found …
        0 of 1 workspaces done
        error: 1 of 1 workspaces failed
        hint: each has said why above; -p NAME runs one alone
        --- exit 3
    "#]]);
    assert_eq!((mine.requests(), other.requests()), (0, 0));
}

#[test]
fn a_signal_ends_all_of_them_and_the_rest_is_not_begun() {
    let worlds = [with_tokens(1, 1), with_tokens(2, 1), with_tokens(3, 1)];
    let named = [("a", &worlds[0]), ("b", &worlds[1]), ("c", &worlds[2])];
    let script =
        "print(`at work`); tokens_list(); sleep(minutes(10)); tokens_revoke(tokens_list());";
    let run = fleet(&named).args("--all-profiles -j 2").script(script).start();
    let run =
        run.await_stdout("a: at work").await_stdout("b: at work").signal(Signal::TERM).finish();
    let mut said: Vec<_> = run.to_string().lines().map(str::to_owned).collect();
    said[..2].sort();
    expect![[r#"
        a: at work
        b: at work
        --- stderr
        workspace  exit  what
        a          143   terminated
        b          143   terminated
        c                not begun
        0 of 3 workspaces done
        error: terminated
        --- exit 143"#]]
    .assert_eq(&said.join("\n"));
    assert_eq!(worlds.iter().map(World::writes).collect::<String>(), "");
}

#[test]
fn a_run_that_is_killed_does_no_harm_and_the_next_one_ends_it() {
    let worlds = [with_tokens(1, 5), with_tokens(2, 5)];
    let folder = Rc::new(Folder::new());
    let prepare = || {
        let mut run = Patroll::within(&folder).config("");
        for (name, world) in [("a", &worlds[0]), ("b", &worlds[1])] {
            let address = world.address();
            run = run.profile(name, &lines(world, &address.host)).secret(&address.token);
        }
        run.args("--all-profiles")
    };
    let script = "let tokens = tokens_list().filter(|t| !t.is_own);
        tokens_revoke(tokens[0]); print(`begun`); sleep(minutes(10));";
    let killed = prepare().script(script).start();
    let killed = killed.await_stdout("a: begun").await_stdout("b: begun").signal(Signal::KILL);
    assert!(killed.finish().to_string().ends_with("--- ended by a signal\n"));
    let again = prepare().script(CLEAN).run();
    assert_eq!(again.code(), 0, "{again}");
    assert!(again.stderr().ends_with("revoked 8 tokens\n"), "{again}");
    assert_eq!(again.audit().len(), 10);
    assert_eq!((worlds[0].list().len(), worlds[1].list().len()), (1, 1));
}

#[test]
fn a_sandbox_has_a_workspace_for_each() {
    let run = Patroll::new().profile("a", "host = https://a.example.com");
    let run =
        run.profile("b", "host = https://b.example.com").args("--sandbox --all-profiles -o csv");
    let run = run.script("output(#{ host: workspace_host(), profile: profile_name() });").run();
    assert_eq!(run.code(), 0, "{run}");
    let hosts: Vec<_> =
        run.stdout().lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(hosts.len(), 2, "{run}");
    assert!(hosts[0].starts_with("http://127.0.0.1:") && hosts[0] != hosts[1], "{run}");
}

#[test]
fn a_command_around_which_a_sandbox_is_served_finds_a_profile_for_each() {
    let run = Patroll::new().args("sandbox --workspaces 11 --");
    let run = run.arg(env!("CARGO_BIN_EXE_patroll")).args("auth profiles -o csv").run();
    let names: Vec<_> =
        run.stdout().lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!((names.len(), names[0], names[10]), (11, "sandbox-01", "sandbox-11"), "{run}");
}
