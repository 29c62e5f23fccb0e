//! What keeps a script from running away with the machine, and what is not in the language.

use pretty_assertions::assert_eq;

use crate::support::{Patroll, expect};

#[test]
fn endless_growth_is_an_error_not_a_crash() {
    for (script, expected) in [
        ("fn f(n) { f(n + 1) } f(0);", "stack overflow"),
        ("let s = \"x\"; loop { s += s; }", "takes more than the 32m of memory"),
        ("let a = [1]; loop { a += a; }", "takes more than the 32m of memory"),
        ("let a = []; a.pad(100000000, 0);", "size of array/blob too large"),
        ("\"x\".pad(100000000, \"x\");", "length of string too large"),
    ] {
        let outcome = Patroll::new().script(script).args("--timeout 60s --max-memory 32M").run();
        assert!([1, 2].contains(&outcome.code()), "{script}: {outcome}");
        assert!(outcome.stderr().to_lowercase().contains(expected), "{script}: {outcome}");
        assert!(!outcome.stderr().contains("panicked"), "{outcome}");
    }
}

#[test]
fn what_is_gathered_one_by_one_takes_no_longer_the_more_there_is() {
    // Counting all that is there for each call, this takes many minutes.
    let script = "let rows = []; let seen = #{};
        for i in 0..100000 {
            rows.push(#{ n: i, name: \"x\" });
            if !seen.contains(`${i}`) { seen[`${i}`] = rows.len(); }
        }
        print(rows.len() + seen.len());";
    Patroll::new().script(script).args("--timeout 50s").run().expect(expect![[r#"
        200000
        --- exit 0
    "#]]);
}

#[test]
fn deep_nesting_is_an_error_not_a_crash() {
    for script in [
        format!("{}1{}", "(".repeat(5000), ")".repeat(5000)),
        format!("{}{}", "[".repeat(5000), "]".repeat(5000)),
        format!("{}1;", "-".repeat(5000)),
        format!("{}{}", "if true { ".repeat(2000), "}".repeat(2000)),
        format!("let x = 1; x{};", " + x".repeat(20000)),
        format!("print(\"{}\");", "${`".repeat(1000)),
        format!("parse_json(\"{}{}\")", "[".repeat(10000), "]".repeat(10000)),
    ] {
        let outcome = Patroll::new().script(&script).run();
        assert!([0, 1, 2].contains(&outcome.code()), "{outcome}");
        assert!(!outcome.stderr().contains("panicked"), "{outcome}");
    }
}

#[test]
fn what_nests_as_deep_as_its_memory_goes_is_an_error_not_a_crash() {
    let script = "let a = [0]; loop { a += [[a.pop()]]; }";
    let run = Patroll::new().script(script).args("--timeout 60s --max-memory 96M").run();
    run.expect(expect![[r#"
        --- stderr
        error: the script takes more than the 96M of memory that it may
        hint: --max-memory SIZE allows more
        --- exit 1
    "#]]);
}

#[test]
fn a_script_has_no_eval_and_no_way_to_files_or_programs() {
    Patroll::new().script("eval(\"1 + 1\");").run().expect(expect![[r#"
        --- stderr
        error: reserved keyword 'eval' is disabled
         --> x.rhai:1:1
          |
        1 | eval("1 + 1");
          | ^^^^
        --- exit 2
    "#]]);
    for name in ["open_file", "exec", "system", "getenv", "fetch"] {
        let outcome = Patroll::new().script(&format!("{name}(\"x\");")).run();
        assert_eq!(outcome.code(), 2, "{name}: {outcome}");
        assert!(outcome.stderr().contains(&format!("there is no function `{name}`")), "{outcome}");
    }
}

#[test]
fn arithmetic_does_not_wrap() {
    for expression in
        ["9223372036854775807 + 1", "1 / 0", "1 % 0", "-9223372036854775807 - 2", "2 ** 64"]
    {
        let outcome =
            Patroll::new().arg("eval").arg(&format!("let x = 1; x * ({expression})")).run();
        assert!([1, 2].contains(&outcome.code()), "{expression}: {outcome}");
    }
    for expression in [
        "days(9223372036854775807)",
        "now() + days(9223372036854775807)",
        "hours(-9223372036854775807) * 3",
    ] {
        let outcome = Patroll::new().arg("eval").arg(&format!("print({expression})")).run();
        assert!(!outcome.stderr().contains("panicked"), "{expression}: {outcome}");
    }
}
