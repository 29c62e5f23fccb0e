//! The script's own options: typed by their defaults, explained by `--help`, mistyped ones found before any request.

use pretty_assertions::assert_eq;

use crate::support::{Outcome, Patroll, World, expect};

const SCRIPT: &str = r#"#!/usr/bin/env -S patroll run
// Shows every kind of option.
//
// Why: so that each is tried.
//
// --text   a text
// --when   an instant
//
// Cron: never.

let o = options(#{
    text: "none", count: 3, ratio: 0.5, flag: false, older_than: days(90), when: never(), names: [],
});
print([o.text, o.count, o.ratio, o.flag, o.older_than, o.when, o.names].join(" | "));
print(args());
tokens_list();
"#;

fn run(world: &World, args: &[&str]) -> Outcome {
    let run = Patroll::new().on(world).script(SCRIPT);
    args.iter().fold(run, |run, arg| run.arg(arg)).run()
}

#[test]
fn each_type_reads_its_values() {
    let world = World::new();
    for (args, expected) in [
        (&[][..], "none | 3 | 0.5 | false | 90d | never | []\n[]\n"),
        (&["--text", "a b", "--count", "-4"], "a b | -4 | 0.5 | false | 90d | never | []\n[]\n"),
        (&["--text=x=y", "--count=7"], "x=y | 7 | 0.5 | false | 90d | never | []\n[]\n"),
        (&["--text=--flag"], "--flag | 3 | 0.5 | false | 90d | never | []\n[]\n"),
        (&["--ratio", "2", "--flag"], "none | 3 | 2.0 | true | 90d | never | []\n[]\n"),
        (&["--flag=true", "--flag=false"], ""),
        (&["--flag=false"], "none | 3 | 0.5 | false | 90d | never | []\n[]\n"),
        (&["--older-than", "36h"], "none | 3 | 0.5 | false | 1d 12h | never | []\n[]\n"),
        (&["--older_than", "1h"], "none | 3 | 0.5 | false | 1h | never | []\n[]\n"),
        (&["--older-than", "forever"], "none | 3 | 0.5 | false | forever | never | []\n[]\n"),
        (
            &["--when", "2026-12-01"],
            "none | 3 | 0.5 | false | 90d | 2026-12-01T00:00:00Z | []\n[]\n",
        ),
        (
            &["--names", "a", "--names", "b"],
            "none | 3 | 0.5 | false | 90d | never | [\"a\", \"b\"]\n[]\n",
        ),
        (
            &["one", "--flag", "two"],
            "none | 3 | 0.5 | true | 90d | never | []\n[\"one\", \"two\"]\n",
        ),
        (
            &["--text=", "--", "--flag", "-n"],
            " | 3 | 0.5 | false | 90d | never | []\n[\"--flag\", \"-n\"]\n",
        ),
        (&["-"], "none | 3 | 0.5 | false | 90d | never | []\n[\"-\"]\n"),
    ] {
        let outcome = run(&world, args);
        assert_eq!(outcome.stdout(), expected, "{args:?}: {outcome}");
    }
}

#[test]
fn a_mistyped_option_is_found_before_any_request() {
    let world = World::new();
    let complaint = |args: &[&str]| {
        let outcome = run(&world, args);
        assert_eq!((outcome.code(), outcome.stdout()), (2, ""), "{args:?}: {outcome}");
        outcome.stderr().to_owned()
    };
    for (args, expected) in [
        (
            &["--txt", "a"][..],
            "error: the script has no option `--txt`\nhint: did you mean `--text`?\n",
        ),
        (
            &["--older-then=1d"],
            "error: the script has no option `--older-then`\nhint: did you mean `--older-than`?\n",
        ),
        (
            &["--older", "1d"],
            "error: the script has no option `--older`\nhint: did you mean `--older-than`?\n",
        ),
        (
            &["--dryrun"],
            "error: the script has no option `--dryrun`\nhint: did you mean `--dry-run`?\n",
        ),
        (
            &["--frobnicate"],
            "error: the script has no option `--frobnicate`\nhint: `--help` behind the script's name shows its options\n",
        ),
        (
            &["-t", "a"],
            "error: the script has no option `-t`\nhint: `--help` behind the script's name shows its options\n",
        ),
        (&["--count", "three"], "error: `--count three`: a whole number is wanted\n"),
        (&["--count", "1.5"], "error: `--count 1.5`: a whole number is wanted\n"),
        (&["--ratio", "half"], "error: `--ratio half`: a number is wanted\n"),
        (&["--flag=yes"], "error: `--flag yes`: true or false is wanted\n"),
        (
            &["--older-than", "90"],
            "error: `--older-than`: `90` is not a duration\nhint: write 90d, 36h, 2w or 1h30m\n",
        ),
        (
            &["--when", "soon"],
            "error: `--when`: `soon` is not a time\nhint: write 2026-11-23T00:00Z, 2026-11-23 or never\n",
        ),
        (&["--text"], "error: `--text` needs a value\n"),
        (
            &["--text", "--flag"],
            "error: `--text` needs a value\nhint: if `--flag` is meant to be one, write `--text=--flag`\n",
        ),
        (&["--text", "a", "--text", "b"], "error: `--text` is given twice\n"),
    ] {
        assert_eq!(complaint(args), expected, "{args:?}");
    }
    assert_eq!(world.requests(), 0);
}

#[test]
fn help_comes_from_the_scripts_opening_comment() {
    let world = World::new();
    run(&world, &["--help"]).expect(expect![[r#"
        Shows every kind of option.

        Why: so that each is tried.

        Cron: never.

        Usage: patroll run x.rhai [OPTIONS] [ARGS…]

        Options:
          --count N               [default: 3]
          --flag
          --names TEXT…
          --older-than DURATION   [default: 90d]
          --ratio NUMBER          [default: 0.5]
          --text TEXT            a text [default: none]
          --when TIME            an instant [default: never]

        patroll's own flags, such as --dry-run and --profile, can stand here too.
        --- exit 0
    "#]]);
    assert_eq!(run(&world, &["-h"]).to_string(), run(&world, &["--help"]).to_string());
    assert_eq!(world.requests(), 0);
    let plain = "// Says one.\n//\n// And no more.\nprint(1);";
    Patroll::new().script(plain).args("--help").run().expect(expect![[r#"
        Says one.

        And no more.

        Usage: patroll run x.rhai [-- ARGS…]

        This script has no options of its own.
        --- exit 0
    "#]]);
    Patroll::new().script("print(1);").args("--help").run().expect(expect![[r#"
        Usage: patroll run x.rhai [-- ARGS…]

        This script has no options of its own.
        --- exit 0
    "#]]);
}

#[test]
fn a_wrong_declaration_is_the_scripts_mistake() {
    let world = World::new();
    let declare = |map: &str| {
        let outcome = Patroll::new().on(&world).script(&format!("options({map});")).run();
        assert!([1, 2].contains(&outcome.code()), "{map}: {outcome}");
        outcome.stderr().lines().next().unwrap_or_default().to_owned()
    };
    for (map, expected) in [
        ("#{ profile: \"x\" }", "error: the option `profile` would hide patroll's own `--profile`"),
        ("#{ dry_run: true }", "error: the option `dry_run` would hide patroll's own `--dry-run`"),
        ("#{ help: true }", "error: the option `help` would hide patroll's own `--help`"),
        ("#{ x: () }", "error: the option `x` has nothing as its default, which tells no type"),
        ("#{ x: #{} }", "error: the option `x` has a map as its default, which tells no type"),
    ] {
        assert_eq!(declare(map), expected);
    }
    let late = "let t = tokens_list(); let o = options(#{ prefix: \"\" });";
    Patroll::new().on(&world).script(late).run().expect(expect![[r#"
        --- stderr
        error: a request comes before `options(…)`, so a mistyped option would be found too late
         --> x.rhai:1:9
          |
        1 | let t = tokens_list(); let o = options(#{ prefix: "" });
          |         ^^^^^^^^^^^
        --- exit 1
    "#]]);
    assert_eq!(world.requests(), 0);
}

#[test]
fn a_script_without_options_has_arguments() {
    let run = |args: &str| Patroll::new().script("print(args());").args(args).run();
    assert_eq!(run("a b").stdout(), "[\"a\", \"b\"]\n");
    assert_eq!(run("-- --b -c").stdout(), "[\"--b\", \"-c\"]\n");
    run("--b").expect(expect![[r#"
        --- stderr
        error: unknown option `--b`: x.rhai has none of its own
        hint: after `--` everything is the script's
        --- exit 2
    "#]]);
    let main = "fn main(words) { print(words); }";
    assert_eq!(Patroll::new().script(main).args("a b").run().stdout(), "[\"a\", \"b\"]\n");
    let main = "print(1); fn main() { print(2); }";
    assert_eq!(Patroll::new().script(main).run().stdout(), "1\n2\n");
}

#[test]
fn stdin_is_the_scripts_too() {
    let script = "for line in read_stdin().split(\"\\n\") { print(`<${line}>`); }";
    let run = |text: &[u8]| Patroll::new().script(script).stdin(text).run();
    assert_eq!(run("Zoë\n夜".as_bytes()).stdout(), "<Zoë>\n<夜>\n");
    assert_eq!(run(b"").stdout(), "<>\n");
    assert_eq!(Patroll::new().script(script).run().stdout(), "<>\n");
    run(b"\xff").expect(expect![[r#"
        --- stderr
        error: stdin is not UTF-8
         --> x.rhai:1:13
          |
        1 | for line in read_stdin().split("\n") { print(`<${line}>`); }
          |             ^^^^^^^^^^
        --- exit 1
    "#]]);
}
