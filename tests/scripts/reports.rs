//! `report_expiring` and `inventory`, which change nothing.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, World, expect};

fn world() -> World {
    let world = World::new();
    world.token("ci-api 1", 80 * DAY, 90 * DAY);
    world.token("ci-web", 20 * DAY, 30 * DAY + 1);
    world.token("deploy", 100 * DAY, 365 * DAY);
    world.token("dead", 30 * DAY + 5, 30 * DAY);
    world.token_named("nameless", "", DAY, 365 * DAY);
    world
}

fn run(world: &World, args: &str) -> Outcome {
    let outcome = Patroll::new().on(world).args("run").args(args).run();
    assert_eq!(world.writes(), "");
    outcome
}

#[test]
fn what_expires_soon_is_reported_and_told_by_the_exit_code() {
    let world = world();
    run(&world, "report_expiring -o table").expect(expect![[r#"
        token_id      comment   expires                    is_own
        [ci-api 1]..  ci-api 1  2026-12-03 12:00 (in 10d)  false
        [ci-web]....  ci-web    2026-12-03 13:00 (in 10d)  false
        --- exit 10
    "#]]);
    run(&world, "report_expiring --prefix ci-w").expect(expect![[r#"
        [
          {
            "token_id": "[ci-web]",
            "comment": "ci-web",
            "expires": "2026-12-03T13:00:00Z",
            "is_own": false
          }
        ]
        --- exit 10
    "#]]);
    run(&world, "report_expiring --within 100d -o csv").expect(expect![[r#"
        token_id,comment,expires,is_own
        [ci-api 1],ci-api 1,2026-12-03T12:00:00Z,false
        [ci-web],ci-web,2026-12-03T13:00:00Z,false
        [own],patroll sandbox,2027-02-09T12:00:00Z,true
        --- exit 10
    "#]]);
    run(&world, "report_expiring --within 10d -o csv").expect(expect![[r#"
        --- exit 0
    "#]]);
    run(&world, "report_expiring --within 5d").expect(expect![[r#"
        --- exit 0
    "#]]);
    run(&world, "report_expiring -n").expect(expect![[r#"
        [
          {
            "token_id": "[ci-api 1]",
            "comment": "ci-api 1",
            "expires": "2026-12-03T12:00:00Z",
            "is_own": false
          },
          {
            "token_id": "[ci-web]",
            "comment": "ci-web",
            "expires": "2026-12-03T13:00:00Z",
            "is_own": false
          }
        ]
        --- exit 10
    "#]]);
}

#[test]
fn what_is_there_is_counted_by_the_first_word() {
    let world = world();
    run(&world, "inventory -o table").expect(expect![[r#"
        comment       tokens  expired  never_expiring  oldest
        ci            2       0        0               80d
        (no comment)  1       0        0               1d
        dead          1       1        0               30d 5h
        deploy        1       0        0               100d
        patroll       1       0        0               12d
        --- exit 0
    "#]]);
    run(&world, "inventory -o csv --older-than 50d").expect(expect![[r#"
        comment,tokens,expired,never_expiring,oldest
        ci,1,0,0,80d
        deploy,1,0,0,100d
        --- exit 0
    "#]]);
    run(&world, "inventory --older-than 1000d").expect(expect![[r#"
        --- exit 0
    "#]]);
    run(&world, "inventory --older-than 90d").expect(expect![[r#"
        [
          {
            "comment": "deploy",
            "tokens": 1,
            "expired": 0,
            "never_expiring": 0,
            "oldest": "100d"
          }
        ]
        --- exit 0
    "#]]);
}

#[test]
fn they_explain_themselves() {
    Patroll::new().args("run report_expiring --help").run().expect(expect![[r#"
        Reports tokens that expire soon, and exits with 10 if any do.

        Why: a job whose token dies at night fails at night. A monitor can watch the exit code.

        Cron: 0 8 * * 1-5  patroll run report_expiring --profile prod --within 14d --output table

        Usage: patroll run report_expiring [OPTIONS]

        Options:
          --prefix TEXT      only tokens whose comment begins with this
          --within DURATION  how soon [default: 30d]

        patroll's own flags, such as --dry-run and --profile, can stand here too.
        --- exit 0
    "#]]);
    Patroll::new().args("run inventory --help").run().expect(expect![[r#"
        Counts tokens and their ages by the first word of the comment.

        Why: before cleaning up one wants to know whose tokens they are.

        Cron: 0 7 1 * *  patroll run inventory --profile prod --output csv > inventory.csv

        Usage: patroll run inventory [OPTIONS]

        Options:
          --older-than DURATION  count only tokens created longer ago than this [default: 0s]

        patroll's own flags, such as --dry-run and --profile, can stand here too.
        --- exit 0
    "#]]);
}
