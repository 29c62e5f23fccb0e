//! How much a command may revoke and create before somebody has to say so.

use pretty_assertions::assert_eq;

use crate::support::{Outcome, Patroll, Real, World, expect};

const OTHERS: &str = "tokens_list().filter(|t| !t.is_own)";

/// A workspace that does not say that it is a sandbox, with so many tokens beside the one signed in with.
fn real(tokens: usize) -> (World, Real) {
    let world = World::of(|options| (options.tokens, options.now) = (tokens + 1, None));
    let real = Real::before(&world);
    (world, real)
}

fn run(tokens: usize, script: &str, flags: &str) -> (World, Outcome) {
    let (world, real) = real(tokens);
    let script = script.replace("OTHERS", OTHERS);
    let outcome =
        Patroll::new().through(&world, real.host()).script(&script).args("-q").args(flags).run();
    (world, outcome)
}

fn revoked(world: &World) -> usize {
    world.writes().lines().count()
}

#[test]
fn one_by_one_it_stops_at_the_brake() {
    let (world, outcome) =
        run(20, "for t in OTHERS { try { tokens_revoke(t); } catch { } } print(\"went on\");", "");
    assert_eq!((outcome.code(), outcome.stdout(), revoked(&world)), (5, "", 10), "{outcome}");
    let error = outcome
        .stderr()
        .lines()
        .skip_while(|line| !line.starts_with("error"))
        .collect::<Vec<_>>()
        .join("\n");
    expect![[r#"
        error: revoking 1 more token would be more than this command may: 0 of 10 left (the usual brake)
         --> x.rhai:1:54
          |
        1 | for t in tokens_list().filter(|t| !t.is_own) { try { tokens_revoke(t); } catch { } } print("went on");
          |                                                      ^^^^^^^^^^^^^
        hint: --dry-run shows which; if all of them are meant, add --max-revocations 11"#]].assert_eq(&error);
    let audit = outcome.audit();
    assert_eq!(audit.len(), 11);
    assert_eq!(audit[10]["outcome"], "BRAKE_REACHED");
}

#[test]
fn an_array_is_revoked_whole_or_not_at_all() {
    let (world, outcome) = run(20, "try { tokens_revoke(OTHERS); } catch { } print(1);", "");
    assert_eq!((outcome.code(), outcome.stdout(), revoked(&world)), (5, "", 0), "{outcome}");
    assert!(outcome.stderr().contains("revoking 20 more tokens"), "{outcome}");
    assert_eq!(outcome.audit().len(), 20);
}

#[test]
fn as_many_as_the_brake_allows_are_revoked() {
    let (world, outcome) = run(10, "tokens_revoke(OTHERS);", "");
    assert_eq!((outcome.code(), revoked(&world)), (0, 10), "{outcome}");
}

#[test]
fn the_usual_brake_grows_with_what_was_listed() {
    let script = "let n = 0; for t in OTHERS { tokens_revoke(t); n += 1; if n == 12 { exit(33) } }";
    let (world, outcome) = run(48, script, "");
    assert_eq!((outcome.code(), revoked(&world)), (33, 12), "{outcome}");
    let (world, outcome) = run(47, script, "");
    assert_eq!((outcome.code(), revoked(&world)), (33, 12), "{outcome}");
    let (world, outcome) = run(46, script, "");
    assert_eq!((outcome.code(), revoked(&world)), (5, 11), "{outcome}");
}

#[test]
fn the_flag_says_how_many() {
    let script = "for t in OTHERS { tokens_revoke(t); }";
    for (flag, count) in
        [("0", 0), ("3", 3), ("10%", 2), ("0%", 0), ("100%", 20), ("none", 20), ("20", 20)]
    {
        let (world, outcome) = run(20, script, &format!("--max-revocations {flag}"));
        assert_eq!(revoked(&world), count, "{flag}: {outcome}");
        assert_eq!(outcome.code(), if count == 20 { 0 } else { 5 }, "{flag}: {outcome}");
    }
}

#[test]
fn what_was_refused_or_is_another_run_does_not_count() {
    let (world, real) = real(12);
    world.fault("delete:status=403,times=5");
    let script = format!("for t in {OTHERS} {{ try {{ tokens_revoke(t); }} catch {{ }} }}");
    let run = || Patroll::new().through(&world, real.host()).script(&script).args("-q").run();
    assert_eq!((run().code(), revoked(&world)), (0, 7));
    assert_eq!((run().code(), revoked(&world)), (0, 12));
}

#[test]
fn creations_have_a_brake_of_their_own() {
    let script =
        "for i in 0..12 { let made = tokens_create(`n${i}`, days(1)); made.token_value.reveal(); }";
    let (world, outcome) = run(0, script, "--allow-reveal");
    assert_eq!((outcome.code(), revoked(&world)), (5, 10), "{outcome}");
    assert!(outcome.stderr().contains("add --max-creations 11"), "{outcome}");
    let (world, outcome) = run(0, script, "--allow-reveal --max-creations 12");
    assert_eq!((outcome.code(), revoked(&world)), (0, 12), "{outcome}");
    let (world, outcome) = run(0, script, "--allow-reveal --max-creations 0");
    assert_eq!((outcome.code(), revoked(&world)), (5, 0), "{outcome}");
}

#[test]
fn ids_that_are_typed_count_too() {
    let (world, real) = real(12);
    let revoke = |flags: &str| {
        let run =
            Patroll::new().through(&world, real.host()).args("tokens revoke --where !t.is_own -q");
        run.args(flags).run()
    };
    let outcome = revoke("");
    assert_eq!((outcome.code(), revoked(&world) <= 10), (5, true), "{outcome}");
    assert_eq!((revoke("--max-revocations none").code(), revoked(&world)), (0, 12));
}

#[test]
fn a_sandbox_has_no_brake() {
    let world = World::of(|options| options.tokens = 31);
    let script = format!("tokens_revoke({OTHERS});");
    let outcome = Patroll::new().on(&world).script(&script).args("-q").run();
    assert_eq!((outcome.code(), revoked(&world)), (0, 30), "{outcome}");
    let outcome = Patroll::new().script(&script).args("-q --sandbox").run();
    assert_eq!(outcome.code(), 0, "{outcome}");
}

#[test]
fn a_dry_run_says_where_a_run_would_stop() {
    let (world, outcome) = run(20, "tokens_revoke(OTHERS);", "-n");
    assert_eq!((outcome.code(), revoked(&world)), (0, 0), "{outcome}");
    expect![[r#"
        warning: without --dry-run this is refused: revoking 20 more tokens would be more than this command may: 10 of 10 left (the usual brake)
    "#]].assert_eq(outcome.stderr());
}
