//! Values in values, as deep as memory goes: what the language copies and drops by calling itself once for each level.

use super::{Attack, LATE, SOON, attack_within};

/// What grows by a level with each step, in time that does not grow with it.
const NESTS: [&str; 3] = [
    "let a = [0]; for i in 0..N { a += [[a.pop()]]; }",
    "let a = [0]; for i in 0..N { a += [#{ a: a.pop() }]; }",
    "let a = || 1; for i in 0..N { let b = a; a = || b; }",
];

#[test]
fn what_nests_without_end_takes_its_memory_and_no_more() {
    for nest in NESTS {
        let script = nest.replace('N', "9000000");
        let outcome = attack_within("16M", Attack { script: &script, flags: "", limit: LATE });
        assert_eq!(outcome.code(), 1, "{script}: {outcome}");
        let error = "the script takes more than the 16M of memory that it may";
        assert!(outcome.stderr().contains(error), "{script}: {outcome}");
    }
}

#[test]
fn what_is_nested_deep_can_be_used_and_dropped() {
    for nest in NESTS {
        for step in [
            "a = 1;",
            "let b = a;",
            "switch a { 1 => 2, _ => 3 }",
            "print(a);",
            "debug(a);",
            "to_json(a);",
            "output([#{ a: a }]);",
            "let m = #{ a: a }; m.to_json();",
            "a == a;",
            "a.contains(a);",
            "[].pad(2, a);",
            "throw a;",
            "exit(a);",
            "tokens_revoke(a);",
            "tokens_create(#{ comment: a });",
            "fn f(x) { throw x; } try { f(a); } catch (error) { a = error; }",
        ] {
            let script = format!("{} {step}", nest.replace('N', "40000"));
            let outcome = attack_within("32M", Attack { script: &script, flags: "", limit: SOON });
            assert!([0, 1, 2, 124].contains(&outcome.code()), "{script}: {outcome}");
        }
    }
}
