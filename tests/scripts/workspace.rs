//! `cleanup_unused` and `cleanup_leavers`, dry and live, and `audit_policy`: what they pick, and what they leave alone.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, World, expect};

/// A world with the tokens of an administrator and of six others, two of whom have left.
fn world() -> World {
    World::of(|options| options.tokens = 80)
}

fn run(world: &World, args: &str) -> Outcome {
    Patroll::new().on(world).args("run").args(args).args("--allow-admin").run()
}

/// Returns how many tokens a condition picks.
fn count(world: &World, condition: &str) -> usize {
    let run = Patroll::new().on(world).args("admin tokens list -o csv --where").arg(condition);
    run.run().stdout().lines().count() - 1
}

fn revoked(world: &World) -> usize {
    world.writes().lines().count()
}

#[test]
fn what_went_unused_is_revoked_and_what_is_not_known_is_not() {
    let world = world();
    let unused = count(&world, "t.unused_for > days(90) && !t.is_own");
    let unknown = count(&world, "!t.is_use_known && t.age > days(90)");
    assert!(unused > 3 && unknown > 3, "{unused} {unknown}");
    let dry = run(&world, "cleanup_unused --dry-run");
    assert!(dry.stderr().contains(&format!("{unused} changes would be made")), "{dry}");
    assert_eq!(revoked(&world), 0);
    run(&world, "cleanup_unused").expect_success();
    assert_eq!(revoked(&world), unused);
    let again = run(&world, "cleanup_unused");
    assert_eq!(again.to_string(), "--- exit 0\n");
    assert_eq!(count(&world, "!t.is_use_known && t.age > days(90)"), unknown);
    run(&world, "cleanup_unused --never-used").expect_success();
    assert_eq!(revoked(&world), unused + unknown);
}

#[test]
fn a_creator_a_prefix_and_a_length_pick_fewer() {
    for (args, condition) in [
        ("--unused-for 200d", "t.unused_for > days(200)"),
        ("--prefix ci-", "t.unused_for > days(90) && t.comment.starts_with(\"ci-\")"),
        (
            "--created-by analyst@example.com --unused-for 10d",
            "t.unused_for > days(10) && t.created_by_username == \"analyst@example.com\"",
        ),
    ] {
        let world = world();
        let picked = count(&world, condition);
        assert!(picked > 0, "{args} picks none");
        run(&world, &format!("cleanup_unused {args}")).expect_success();
        assert_eq!(revoked(&world), picked, "{args}");
    }
}

#[test]
fn those_who_left_lose_their_tokens_and_nobody_else_does() {
    let world = world();
    let left = "t.created_by_username.starts_with(\"former.\")";
    let all = count(&world, left);
    let one = count(&world, "t.created_by_username == \"former.employee@example.com\"");
    assert!(0 < one && one < all, "{one} of {all}");
    let dry = run(&world, "cleanup_leavers -n");
    assert!(dry.stderr().contains(&format!("{all} changes would be made")), "{dry}");
    assert_eq!(revoked(&world), 0);
    run(&world, "cleanup_leavers --keep former.contractor@example.com").expect_success();
    assert_eq!((revoked(&world), count(&world, left)), (one, all - one));
    run(&world, "cleanup_leavers --prefix no-such-").expect_success();
    assert_eq!(revoked(&world), one);
    run(&world, "cleanup_leavers").expect_success();
    assert_eq!((revoked(&world), count(&world, left)), (all, 0));
    assert_eq!(run(&world, "cleanup_leavers").to_string(), "--- exit 0\n");
}

#[test]
fn neither_goes_on_without_the_grant() {
    let world = world();
    for name in ["cleanup_unused", "cleanup_leavers", "audit_policy --everybody"] {
        let outcome = Patroll::new().on(&world).args("run").args(name).run();
        assert_eq!(outcome.code(), 5, "{name}: {outcome}");
        assert!(outcome.stderr().contains("--allow-admin"), "{name}: {outcome}");
    }
    assert_eq!(revoked(&world), 0);
}

#[test]
fn what_breaks_the_rules_is_reported() {
    let world = World::new();
    world.token("fine", DAY, 90 * DAY);
    run(&world, "audit_policy").expect(expect![[r#"
        --- exit 0
    "#]]);
    world.token("long", DAY, 700 * DAY);
    world.token_named("nameless", "", DAY, 90 * DAY);
    world.token_named("both", "", DAY, 700 * DAY);
    world.token("dead", 40 * DAY, 30 * DAY);
    run(&world, "audit_policy -o table").expect(expect![[r#"
        problem         token_id                                                          comment  lifetime
        no comment      [nameless]           90d
        lives too long  [both]           700d
        no comment      [both]           700d
        lives too long  [long]  long     700d
        --- exit 10
    "#]]);
    run(&world, "audit_policy -o csv --max-lifetime 720d --quota 6 --near 75").expect(expect![[
        r#"
            problem,token_id,comment,lifetime
            no comment,[nameless],,90d
            no comment,[both],,700d
            5 of 6 tokens,,owner me,
            --- exit 10
        "#
    ]]);
    run(&world, "audit_policy --max-lifetime 720d --quota 7 --near 90 -o json").expect(expect![[
        r#"
            [
              {
                "problem": "no comment",
                "token_id": "[nameless]",
                "comment": "",
                "lifetime": "90d"
              },
              {
                "problem": "no comment",
                "token_id": "[both]",
                "comment": "",
                "lifetime": "700d"
              }
            ]
            --- exit 10
        "#
    ]]);
    assert_eq!(revoked(&world), 0);
}

#[test]
fn everybodys_tokens_are_looked_at_where_that_is_asked_for() {
    let world = world();
    let mine = run(&world, "audit_policy -o csv").stdout().lines().count();
    let all = run(&world, "audit_policy -o csv --everybody");
    assert!(all.stdout().lines().count() > mine, "{all}");
    assert_eq!(all.code(), 10);
    let near = run(&world, "audit_policy -o csv --everybody --quota 90 --max-lifetime 9999d");
    let near: Vec<_> = near.stdout().lines().filter(|line| line.contains(" of 90 ")).collect();
    assert_eq!(near.len(), 1, "{near:?}");
}
