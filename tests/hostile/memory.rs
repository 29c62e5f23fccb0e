//! Scripts that take all the memory there is: by one value, or by many.

use super::{Attack, LATE, attack, expect_codes};

#[test]
fn one_value_grows_until_it_is_refused() {
    expect_codes(
        LATE,
        &[
            ("let s = \"x\"; loop { s += s; }", 1),
            ("let s = \"x\"; loop { s = `${s}${s}`; }", 1),
            ("let a = [1]; loop { a += a; }", 1),
            ("let a = [0]; loop { a = [a, a]; }", 1),
            ("let a = []; a.pad(100000000, 0);", 1),
            ("let s = \"\"; s.pad(100000000, 'x');", 1),
            ("let b = blob(1000000000);", 1),
            ("let s = \"\"; s.pad(3000000, ','); s.split(\",\");", 1),
            ("let s = \"\"; s.pad(3000000, ' '); s += \"x\"; s.split_rev(' ');", 1),
        ],
    );
}

#[test]
fn many_values_are_counted_together() {
    let fill = "let s = \"\"; s.pad(4000000, 'x');";
    let scripts = [
        format!("{fill} let m = #{{}}; for i in 0..1000 {{ m[`k${{i}}`] = s + i; }}"),
        format!(
            "{fill} fn f(s, n) {{ let t = s + n; f(t, n + 1) }} try {{ f(s, 0) }} catch {{ }} f(s, 1);"
        ),
        "let m = #{}; for i in 0..1000 { let a = []; a.pad(450000, 0); m[`k${i}`] = a; }"
            .to_owned(),
        "fn f(l) { let a = []; a.pad(450000, 0); try { f(l + 1); } catch { f(l + 1); } } f(0);"
            .to_owned(),
    ];
    for script in &scripts {
        let outcome = attack(Attack { script, flags: "", limit: LATE });
        assert_eq!(outcome.code(), 1, "{script}: {outcome}");
        let error = "the script takes more than the 64M of memory that it may";
        assert!(outcome.stderr().contains(error), "{script}: {outcome}");
        assert!(outcome.stderr().contains("hint: --max-memory SIZE allows more"), "{outcome}");
    }
}

#[test]
fn nothing_small_becomes_something_large_at_once() {
    expect_codes(
        LATE,
        &[
            ("let l = tokens_list(); let a = []; a.pad(450000, l[0]); to_json(a);", 1),
            ("let l = tokens_list(); let a = []; a.pad(450000, l[0]); output(a);", 1),
            ("let s = \"\"; s.pad(3000000, '['); parse_json(s);", 1),
            ("let s = \"[\"; s.pad(3000000, ','); parse_json(s);", 1),
            ("let s = \"\"; s.pad(12000000, 'x'); let a = [s]; print(to_json([a, a, a]));", 1),
        ],
    );
}
