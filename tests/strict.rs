//! Nothing is silently false: a wrong condition throws before anything happens, a right one means what it says.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, World, expect};

/// A world in which a condition that is wrongly true or wrongly false would be noticed.
fn world() -> World {
    let world = World::of(|options| options.tokens = 4);
    world.token("old", 100 * DAY, 365 * DAY);
    world.token("new", DAY, 30 * DAY);
    world
}

fn run(world: &World, script: &str) -> Outcome {
    Patroll::new().on(world).script(script).run()
}

/// Returns the first line of what went wrong.
fn complaint(outcome: &Outcome) -> &str {
    outcome.stderr().lines().next().unwrap_or_default()
}

#[test]
fn a_wrong_condition_throws_before_anything_happens() {
    for (condition, complaint_about) in [
        ("t.age > 30", "a length of time cannot be compared with the number 30"),
        ("30 < t.age", "the number 30 cannot be compared with a length of time"),
        ("t.age > 2.5", "a length of time cannot be compared with the number 2.5"),
        ("t.age > \"30d\"", "a length of time cannot be compared with the text \"30d\""),
        ("t.expires < days(7)", "a time cannot be compared with a length of time"),
        ("days(7) > t.expires", "a length of time cannot be compared with a time"),
        ("t.expires == 0", "a time cannot be compared with the number 0"),
        ("t.expires != -1", "a time cannot be compared with the number -1"),
        ("t.expires == ()", "a time cannot be compared with nothing"),
        ("t.expires < \"2026-12-01\"", "a time cannot be compared with the text \"2026-12-01\""),
        ("t.created < t.age", "a time cannot be compared with a length of time"),
        ("t == t.token_id", "a token cannot be compared"),
        ("t.age in [30, 60]", "the number 30 cannot be compared with a length of time"),
        ("[0, -1].contains(t.expires)", "cannot be compared"),
        ("t.expires in [0]", "the number 0 cannot be compared with a time"),
        ("#{a: t.age} == #{a: 30}", "cannot be compared"),
        ("t.age", ""),
        ("t.expires_in.days", ""),
        ("t.comment", ""),
    ] {
        let world = world();
        let outcome = run(
            &world,
            &format!("for t in tokens_list() {{ if {condition} {{ tokens_revoke(t); }} }}"),
        );
        assert_eq!(outcome.code(), 1, "{condition}: {outcome}");
        assert!(complaint(&outcome).contains(complaint_about), "{condition}: {outcome}");
        assert_eq!(world.writes(), "", "{condition}");
    }
}

#[test]
fn what_no_check_foresees_throws_when_it_happens() {
    let pairs = [
        ("t.age", "30"),
        ("t.age", "2.5"),
        ("t.age", "\"30d\""),
        ("t.age", "()"),
        ("t.age", "t.expires"),
        ("t.expires", "0"),
        ("t.expires", "true"),
        ("t.expires", "[]"),
        ("t.expires", "#{}"),
        ("t.expires", "t"),
        ("t", "t.token_id"),
    ];
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        for (one, other) in pairs.into_iter().chain(pairs.map(|(one, other)| (other, one))) {
            let world = world();
            let script = format!(
                "fn compare(a, b) {{ a {operator} b }}\n\
                 for t in tokens_list() {{ if compare({one}, {other}) {{ tokens_revoke(t); }} }}"
            );
            let outcome = run(&world, &script);
            let case = format!("{one} {operator} {other}");
            assert_eq!(outcome.code(), 1, "{case}: {outcome}");
            assert!(complaint(&outcome).contains(" cannot be compared with "), "{case}: {outcome}");
            assert_eq!(world.writes(), "", "{case}");
        }
    }
}

#[test]
fn a_predicate_answers_true_or_false() {
    for (call, complaint_about) in [
        (
            "filter(|t| ())",
            "`filter` wants true or false from its function, which returned nothing",
        ),
        (
            "filter(|t| t.comment)",
            "`filter` wants true or false from its function, which returned the text",
        ),
        ("filter(|t| 1)", "which returned the number 1"),
        ("filter(|t| t.age > 30)", "a length of time cannot be compared with the number 30"),
        ("filter(|t| if t.is_expired { true })", "which returned nothing"),
        (
            "some(|t| t.age)",
            "`some` wants true or false from its function, which returned a length of time",
        ),
        (
            "all(|t| t.expires)",
            "`all` wants true or false from its function, which returned a time",
        ),
        ("find(|t| ())", "`find` wants true or false"),
        ("index_of(|t| ())", "`index_of` wants true or false"),
        ("count(|t| ())", "`count` wants true or false"),
        ("retain(|t| ())", "`retain` wants true or false"),
        ("drain(|t| ())", "`drain` wants true or false"),
    ] {
        let world = world();
        let script = format!(
            "let all = tokens_list(); all.{call}; tokens_revoke(all.filter(|t| !t.is_own));"
        );
        let outcome = run(&world, &script);
        assert_eq!(outcome.code(), 1, "{call}: {outcome}");
        assert!(complaint(&outcome).contains(complaint_about), "{call}: {outcome}");
        assert_eq!(world.writes(), "", "{call}");
    }
}

#[test]
fn an_order_is_asked_of_things_that_have_one() {
    for (call, complaint_about) in [
        (
            "sort(|a, b| a.age - b.age)",
            "`sort` wants a whole number from its function, which returned a length of time; try `sort_by`",
        ),
        (
            "sort(|a, b| a.age < b.age)",
            "`sort` wants a whole number from its function, which returned true or false; try `sort_by`",
        ),
        ("sort_by(|t| t)", "a token has no order to sort by"),
        ("sort_by(|t| ())", "nothing has no order to sort by"),
        (
            "sort_by(|t| if t.is_own { t.age } else { t.created })",
            "cannot be sorted among others of another kind",
        ),
        ("min_by(|t| [t.age])", "an array has no order to sort by"),
        ("max_by(|t| #{})", "a map has no order to sort by"),
        ("sort()", "a token has no order to sort by"),
        ("sort(\"age\")", "`sort` wants a function such as `|t| …`, not a text"),
        ("filter(\"is_old\")", "`filter` wants a function such as `|t| …`, not a text"),
        ("order_by(|a, b| ())", "`order_by` does not insist on an answer; use `sort_by`"),
        ("dedup(|a, b| a.age)", "`dedup` does not insist on an answer; use `group_by`"),
    ] {
        let world = world();
        let outcome = run(&world, &format!("let all = tokens_list(); all.{call};"));
        assert_eq!(outcome.code(), 1, "{call}: {outcome}");
        assert!(complaint(&outcome).contains(complaint_about), "{call}: {outcome}");
    }
}

#[test]
fn a_wrong_condition_shows_where_it_stands() {
    let world = world();
    let script = "let old = tokens_list()\n    .filter(|t| !t.is_own)\n    .filter(|t| t.age > 30);\ntokens_revoke(old);\n";
    run(&world, script).expect(expect![[r#"
        --- stderr
        error: a length of time cannot be compared with the number 30
         --> x.rhai:3:23
          |
        3 |     .filter(|t| t.age > 30);
          |                       ^
        hint: of what? Write `days(30)` or `hours(30)`
        --- exit 1
    "#]]);
}

#[test]
fn never_is_later_than_every_time() {
    let world = world();
    for (expression, expected) in [
        ("endless.expires > now() + days(365)", "true"),
        ("endless.expires > time(\"9999-01-01\")", "true"),
        ("endless.expires == never()", "true"),
        ("endless.expires < now() + days(100000)", "false"),
        ("endless.expires <= never()", "true"),
        ("endless.expires_in > days(100000)", "true"),
        ("endless.expires_in == forever()", "true"),
        ("endless.lifetime == forever()", "true"),
        ("endless.expires_in < days(30)", "false"),
        ("endless.is_expired", "false"),
        ("endless.expiry_time", "-1"),
        ("endless.expires", "never"),
        ("endless.expires_in", "forever"),
        ("endless.expires - days(30) == never()", "true"),
        ("all.max_by(|t| t.expires).expires == never()", "true"),
        ("all.filter(|t| t.expires < now() + days(36500)).count(|t| t.expires == never())", "0"),
    ] {
        let script = format!(
            "let all = tokens_list(); let endless = all.find(|t| t.expiry_time == -1); print({expression});"
        );
        let outcome = run(&world, &script);
        assert_eq!(outcome.to_string(), format!("{expected}\n--- exit 0\n"), "{expression}");
    }
}

#[test]
fn sorting_joining_and_grouping_need_no_traps() {
    let world = World::new();
    world.token("b-2", 3 * DAY, 30 * DAY);
    world.token("a-1", 5 * DAY, 40 * DAY);
    world.token("b-1", DAY, 20 * DAY);
    let script = r#"
        let tokens = tokens_list().filter(|t| !t.is_own);
        tokens.sort_by(|t| t.age);
        print(tokens.map(|t| t.comment).join(" < "));
        tokens.sort_by(|t| t.comment);
        print(tokens.map(|t| `${t.comment}: ${t.lifetime}`).join(", "));
        print(tokens.min_by(|t| t.expires).comment);
        print(tokens.max_by(|t| t.expires_in).comment);
        let groups = tokens.group_by(|t| t.comment.split("-")[0]);
        for name in groups.keys() { print(`${name}: ${groups[name].len()}`); }
        print(tokens.count(|t| t.age > days(2)));
        tokens.sort(|a, b| if a.created < b.created { -1 } else { 1 });
        print(tokens[0].comment);
        print([].min_by(|t| t.age) == ());
        print([days(2), hours(3), minutes(1)].join("; "));
        print([3, 1, 2].index_of(|n| n == 2));
    "#;
    run(&world, script).expect(expect![[r#"
        b-1 < b-2 < a-1
        a-1: 40d, b-1: 20d, b-2: 30d
        b-1
        a-1
        a: 1
        b: 2
        2
        a-1
        true
        2d; 3h; 1m
        2
        --- exit 0
    "#]]);
}

#[test]
fn times_and_lengths_reckon_with_each_other_and_nothing_else() {
    for (expression, expected) in [
        ("time(\"2026-11-23\") + days(1) == time(\"2026-11-24T00:00Z\")", "true"),
        ("time(\"2026-11-23 08:30+01:00\") == time(\"2026-11-23T07:30Z\")", "true"),
        ("time(\"2026-11-24\") - time(\"2026-11-23\")", "1d"),
        ("days(1) + hours(12) - minutes(90)", "1d 10h"),
        ("duration(\"1h30m\") == minutes(90)", "true"),
        ("duration(\"2w\") == days(14)", "true"),
        ("days(10) * 3 == 3 * days(10)", "true"),
        ("days(10) / 4", "2d 12h"),
        ("-days(1) < days(0)", "true"),
        ("hours(36).days", "1.5"),
        ("minutes(2).seconds", "120"),
        ("time(\"2026-11-23T12:00Z\").date", "2026-11-23"),
        ("never() + days(1) == never()", "true"),
        ("days(1) != hours(24)", "false"),
    ] {
        let outcome = Patroll::new().arg("eval").arg(&format!("print({expression})")).run();
        assert_eq!(outcome.to_string(), format!("{expected}\n--- exit 0\n"), "{expression}");
    }
    for wrong in [
        "now() + 30",
        "30 + now()",
        "now() - 86400",
        "now() + now()",
        "days(1) * days(1)",
        "days(1) + 1",
        "days(1.5)",
        "days(\"1\")",
        "days(1) / 0",
        "time(\"yesterday\")",
        "time(\"2026-13-01\")",
        "time(0)",
        "duration(\"1 month\")",
        "duration(\"30\")",
        "duration(30)",
        "sleep(5)",
    ] {
        let outcome = Patroll::new().arg("eval").arg(wrong).run();
        assert!([1, 2].contains(&outcome.code()), "{wrong}: {outcome}");
        assert_ne!(outcome.stderr(), "", "{wrong}");
    }
}
