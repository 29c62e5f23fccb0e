//! `cleanup_expired`: expired tokens, and by option old, ending and endless ones, of a prefix.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, World, expect};

/// A world with a token of each kind; one that never expires is among the made-up ones.
fn world() -> World {
    let world = World::of(|options| options.tokens = 4);
    for token in world.list() {
        let name = token["token_id"].as_str().unwrap();
        if token["expiry_time"] != -1 && name != world.id("own") {
            world.revoke(name);
        }
    }
    world.token("dead", 30 * DAY + 5, 30 * DAY);
    world.token("ci-dead", 60 * DAY + 1, 60 * DAY);
    world.token("ci-old", 200 * DAY, 365 * DAY);
    world.token("old", 200 * DAY, 365 * DAY);
    world.token("ending", 27 * DAY, 30 * DAY);
    world.token("fresh", DAY, 90 * DAY);
    world
}

fn run(world: &World, args: &str) -> Outcome {
    Patroll::new().on(world).args("run cleanup_expired").args(args).run()
}

/// Returns the names of what was revoked, sorted.
fn revoked(world: &World) -> String {
    let writes = world.writes();
    let mut names: Vec<_> =
        writes.lines().map(|line| line.strip_prefix("revoked a token ").unwrap()).collect();
    names.sort_unstable();
    names.join(" ")
}

#[test]
fn dry_then_live_then_nothing_more_to_do() {
    let world = world();
    run(&world, "--dry-run").expect(expect![[r#"
        would   what          comment  asked by
        revoke  [dead]......  dead     bundled:cleanup_expired:29
        revoke  [ci-dead]...  ci-dead  bundled:cleanup_expired:29
        --- stderr
        dry run: 2 changes would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!(revoked(&world), "");
    run(&world, "").expect(expect![[r#"
        --- stderr
        revoked 2 tokens
        --- exit 0
    "#]]);
    assert_eq!(revoked(&world), "[ci-dead] [dead]");
    run(&world, "").expect(expect![[r#"
        --- exit 0
    "#]]);
    assert_eq!(revoked(&world), "[ci-dead] [dead]");
}

#[test]
fn one_token_is_one_line() {
    let world = World::new();
    world.token("dead", 30 * DAY + 5, 30 * DAY);
    run(&world, "").expect(expect![[r#"
        --- stderr
        revoked 1 token
        --- exit 0
    "#]]);
}

#[test]
fn at_a_terminal_each_is_told() {
    let world = world();
    let run = Patroll::new().on(&world).args("run cleanup_expired --prefix ci-");
    run.terminal(100).run().expect(expect![[r#"
        revoked [ci-dead]... ci-dead
        revoked 1 token
        --- exit 0
    "#]]);
}

#[test]
fn options_pick_more_and_a_prefix_picks_fewer() {
    for (args, expected) in [
        ("", "[ci-dead] [dead]"),
        ("--prefix ci-", "[ci-dead]"),
        ("--prefix none", ""),
        ("--older-than 180d", "[ci-dead] [ci-old] [dead] [old]"),
        ("--older-than 180d --prefix ci-", "[ci-dead] [ci-old]"),
        ("--older-than 200d", "[ci-dead] [dead]"),
        ("--expiring-within 7d", "[ci-dead] [dead] [ending]"),
        ("--expiring-within 3d", "[ci-dead] [dead]"),
        ("--never-expiring", "[ci-dead] [dead] [t2]"),
        ("--older-than 0s", "[ci-dead] [ci-old] [dead] [ending] [fresh] [old] [t2]"),
        ("--older-than 10000d --expiring-within 0s", "[ci-dead] [dead]"),
    ] {
        let world = world();
        let endless =
            world.list().iter().find(|token| token["expiry_time"] == -1).cloned().unwrap();
        let endless = endless["token_id"].as_str().unwrap().to_owned();
        let name = world.names().into_iter().find(|(id, _)| *id == endless).unwrap().1;
        let outcome = run(&world, args);
        assert_eq!(outcome.code(), 0, "{args}: {outcome}");
        assert_eq!(revoked(&world), expected.replace("t2", &name), "{args}");
    }
}

#[test]
fn the_token_signed_in_with_is_spared() {
    let world = World::new();
    run(&world, "--older-than 1d --expiring-within 1000d").expect(expect![[r#"
        --- exit 0
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn a_token_that_somebody_else_revoked_meanwhile_is_no_trouble() {
    let world = world();
    world.fault("delete:status=404,code=RESOURCE_DOES_NOT_EXIST,times=1");
    assert_eq!(run(&world, "").code(), 0);
    assert_eq!(world.writes().lines().count(), 1);
}

#[test]
fn an_error_half_way_says_what_was_done() {
    let world = world();
    world.fault("delete:status=403,after=1,always");
    run(&world, "").expect(expect![[r#"
        --- stderr
        revoked 1 token
        error: 1 of 2 tokens revoked, 1 failed; token [ci-dead]: POST /api/2.0/token/delete answered 403 PERMISSION_DENIED: This answer was asked for as a fault. (request id [REQUEST])
          --> bundled:cleanup_expired:29:1
           |
        29 | tokens_revoke(found);
           | ^^^^^^^^^^^^^
        hint: the credential is valid, but may not do this: ask a workspace admin for the token permission
        --- exit 1
    "#]]);
    assert_eq!(world.writes().lines().count(), 1);
}

#[test]
fn it_explains_itself() {
    Patroll::new().args("run cleanup_expired --help").run().expect(expect![[r#"
        Revokes expired tokens, and by option old or endless ones.

        Why: a forgotten token is a key under the mat, and each one counts towards the quota of 600.
        The token that signs in is left alone, and running it again finds nothing more to do.

        Cron: 17 3 * * *  patroll run cleanup_expired --profile prod --prefix ci- --older-than 180d

        Usage: patroll run cleanup_expired [OPTIONS]

        Options:
          --expiring-within DURATION  also those that expire within this time [default: 0s]
          --never-expiring            also those that never expire
          --older-than DURATION       also those created longer ago than this [default: forever]
          --prefix TEXT               only tokens whose comment begins with this

        patroll's own flags, such as --dry-run and --profile, can stand here too.
        --- exit 0
    "#]]);
}
