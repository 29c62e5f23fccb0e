//! `--read-only`, `PATROLL_READ_ONLY` and a script's header: no write at all, by script or by hand.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Outcome, Patroll, World, expect};

const WRITES: [&str; 6] = [
    "tokens_create(\"x\", days(1))",
    "tokens_revoke(\"feedfeed\")",
    "write_file(\"x.txt\", \"y\")",
    "run_command([\"/bin/true\"])",
    "http_post(\"https://a.example\", 1)",
    "secrets_put(\"ci\", \"k\", \"v\")",
];

fn run(world: &World, script: &str) -> Outcome {
    let run = Patroll::new().on(world).env("PATROLL_READ_ONLY", "1").script(script);
    let run =
        run.args("--allow-write . --allow-run /bin/true --allow-net a.example --allow-secret ci");
    run.run()
}

#[test]
fn no_effect_is_admitted_and_no_script_goes_on() {
    for write in WRITES {
        let world = World::new();
        let outcome = run(&world, &format!("try {{ {write}; }} catch {{ }} print(\"went on\");"));
        assert_eq!((outcome.code(), outcome.stdout()), (5, ""), "{write}: {outcome}");
        assert!(outcome.stderr().contains("PATROLL_READ_ONLY forbids every write"), "{outcome}");
        assert_eq!(
            (world.writes(), &outcome.audit()[0]["outcome"]),
            (String::new(), &"READ_ONLY".into())
        );
    }
}

#[test]
fn reading_goes_on() {
    let world = World::new();
    let script = "print(tokens_list().len()); print(env(\"HOME\").is_empty());";
    let run = Patroll::new().on(&world).args("--read-only --allow-env HOME").script(script);
    assert_eq!(run.run().to_string(), "1\nfalse\n--- exit 0\n");
}

#[test]
fn what_is_typed_is_refused_as_well() {
    let world = World::new();
    let id = world.token("old", DAY, 2 * DAY);
    for line in [format!("tokens revoke {id}"), "tokens create --comment x".to_owned()] {
        let outcome = Patroll::new().on(&world).args("--read-only").args(&line).run();
        assert_eq!(outcome.code(), 5, "{outcome}");
        outcome.stderr().lines().next().unwrap();
    }
    let outcome = Patroll::new().on(&world).args("--read-only tokens create --comment x").run();
    outcome.expect(expect![[r#"
        --- stderr
        error: --read-only forbids every write, so also to create a token for 90d
        --- exit 5
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn a_header_forbids_a_script_its_own_writes() {
    let world = World::new();
    let script = "// Reports.\n// patroll: read-only\ntokens_create(\"x\", days(1));";
    Patroll::new().on(&world).script(script).run().expect(expect![[r#"
        --- stderr
        error: the script's header forbids every write, so also to create a token for 1d
         --> x.rhai:3:1
          |
        3 | tokens_create("x", days(1));
          | ^^^^^^^^^^^^^
        --- exit 5
    "#]]);
    assert_eq!(world.writes(), "");
}

#[test]
fn the_variable_says_yes_unless_it_says_no() {
    let world = World::new();
    let script = "print(run_command([\"/bin/echo\", \"x\"]));";
    for (value, code) in
        [("1", 5), ("yes", 5), ("maybe", 5), ("0", 0), ("false", 0), ("No", 0), ("", 0)]
    {
        let run = Patroll::new().on(&world).env("PATROLL_READ_ONLY", value).script(script);
        let outcome = run.args("--allow-run /bin/echo").run();
        assert_eq!(outcome.code(), code, "{value}: {outcome}");
    }
}
