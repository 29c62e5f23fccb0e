//! Scripts that take all the memory there is: by one value, or by many.

use super::{Attack, LATE, attack, expect_codes};

#[test]
fn one_step_makes_nothing_large() {
    expect_codes(
        LATE,
        &[
            ("let a = []; a.pad(100000000, 0);", 1),
            ("let s = \"\"; s.pad(100000000, 'x');", 1),
            ("let b = blob(1000000000);", 1),
            ("let b = blob(1000000000, 1);", 1),
            ("let b = blob(); b.pad(1000000000, 1);", 1),
            ("let b = blob(); for i in 0..9 { b += blob(400000); } b.to_array();", 1),
            ("let s = \"\"; s.pad(3000000, 'x'); s.to_chars();", 1),
            ("let s = \"\"; s.pad(100000, 'x'); let t = s; s.replace(\"x\", t);", 1),
            ("let s = \"\"; s.pad(100000, 'x'); let t = s; s.replace('x', t);", 1),
            ("let s = \"\"; s.pad(100000, 'x'); let t = s; s.replace(\"\", t);", 1),
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
        "let a = [1]; loop { a += a; }".to_owned(),
        "let a = [0]; loop { a = [a, a]; }".to_owned(),
        "let s = \"x\"; loop { s += s; }".to_owned(),
        "let s = \"x\"; loop { s = `${s}${s}`; }".to_owned(),
        "let b = blob(400000); loop { b += b; }".to_owned(),
        "fn f(l) { let a = []; a.pad(450000, 0); try { f(l + 1); } catch { f(l + 1); } } f(0);"
            .to_owned(),
    ];
    for script in &scripts {
        let outcome = attack(Attack { script, flags: "", limit: LATE });
        assert_eq!(outcome.code(), 1, "{script}: {outcome}");
        let error = "the script takes more than the 32M of memory that it may";
        assert!(outcome.stderr().contains(error), "{script}: {outcome}");
        assert!(outcome.stderr().contains("hint: --max-memory SIZE allows more"), "{outcome}");
    }
}

#[test]
fn nothing_small_becomes_something_large_at_once() {
    expect_codes(
        LATE,
        &[
            ("let l = tokens_list(); let a = []; a.pad(250000, l[0]); to_json(a);", 1),
            ("let l = tokens_list(); let a = []; a.pad(250000, l[0]); output(a);", 1),
            ("let s = \"\"; s.pad(3000000, '['); parse_json(s);", 1),
            ("let s = \"[\"; s.pad(3000000, ','); parse_json(s);", 1),
            (
                "let s = \"[{}\"; s.pad(2999999, \",{}\"); let v = parse_json(s + \"]\"); print(1);",
                1,
            ),
            ("let s = \"\"; s.pad(12000000, 'x'); let a = [s]; print(to_json([a, a, a]));", 1),
            ("let s = \"[\"; s.pad(4000000, \"{\\\"a\\\":1},\"); parse_json(s + \"{}]\");", 1),
            (
                "let a = []; a.pad(1000, #{ a: 1 }); let c = []; c.pad(200000, \"a\"); output(a, c);",
                1,
            ),
            ("let t = tokens_create(\"x\", days(1)); let a = []; a.pad(250000, t); to_json(a);", 1),
            (
                "fn z(a) { } let f = Fn(\"z\"); for i in 0..100 { f = f.curry(1); } let a = []; a.pad(400000, f);",
                1,
            ),
            ("let m = #{}; for i in 0..20 { m = #{ m: m }; } let a = []; a.pad(23000, m);", 1),
        ],
    );
}

#[test]
fn a_text_that_is_shared_counts_wherever_it_is_shown() {
    let fill =
        "let s = \"\"; s.pad(1000000, 'x'); let a = []; a.pad(100000, s); let m = #{ a: a };";
    for step in [
        "print(a);",
        "debug(a);",
        "print(m);",
        "a.to_string();",
        "let t = \"\" + a;",
        "let t = `${m}`;",
        "let t = \"\"; t += a;",
        "a.join(\",\");",
        "let b = []; b.pad(100000, 0); b.join(s);",
        "a.sort();",
        "log_warn(a);",
        "throw a;",
        "throw m;",
        "write_file(\"made\", `${a}`);",
        "http_post(\"http://127.0.0.1:1\", a);",
        "let g = a.group_by(|x| m);",
        "for i in 0..9 { s += s; } print(s);",
        "for i in 0..9 { s += s; } throw s;",
        "let t = \"\"; t.pad(2000000, '\\x01'); for i in 0..9 { t += t; } t.to_debug();",
    ] {
        let flags = "--allow-write made --allow-net 127.0.0.1";
        let outcome = attack(Attack { script: &format!("{fill} {step}"), flags, limit: LATE });
        assert_eq!(outcome.code(), 1, "{step}: {outcome}");
    }
}

#[test]
fn a_message_is_as_long_as_somebody_reads() {
    let fill = "let s = \"\"; s.pad(8000000, '\\x01');";
    for step in [
        "throw s;",
        "throw [s];",
        "now() == s;",
        "log_error(s);",
        "duration(s);",
        "time(s);",
        "tokens_create(#{ comment: \"x\", lifetime: s });",
        "throw error_of(s);",
    ] {
        let script = format!(
            "{fill} fn error_of(s) {{ try {{ duration(s) }} catch (error) {{ error }} }} {step}"
        );
        let outcome = attack(Attack { script: &script, flags: "", limit: LATE });
        assert!(outcome.stderr().len() < 200_000, "{step}: {}", outcome.stderr().len());
    }
}

#[test]
fn a_text_that_stands_for_a_longer_one_counts_as_that() {
    let fill = "let s = \"\"; s.pad(1000000, 'x'); let e = (); try { duration(s); } catch (error) { e = error; }
        let a = []; a.pad(100000, e); let b = []; b.pad(10000, to_file(\"/tmp/\" + s));";
    for step in ["to_json(a);", "output(a);", "throw a;", "print(a);", "to_json(b);", "print(b);"] {
        let script = format!("{fill} {step}");
        let outcome = attack(Attack { script: &script, flags: "--allow-write /tmp", limit: LATE });
        assert!([0, 1].contains(&outcome.code()), "{step}: {outcome}");
    }
}

#[test]
fn a_table_has_as_many_cells_as_memory_allows() {
    let script =
        "let a = []; for i in 0..5000 { let m = #{}; m[`k${i}`] = i; a.push(m); } output(a);";
    for flags in ["-o table", "-o csv"] {
        let outcome = attack(Attack { script, flags, limit: LATE });
        assert_eq!(outcome.code(), 1, "{flags}: {outcome}");
        assert!(outcome.stderr().contains("too many rows and columns"), "{flags}: {outcome}");
    }
}
