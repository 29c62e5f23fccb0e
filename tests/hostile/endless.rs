//! Scripts that never end: the time limit ends them, whatever they catch.

use super::{Attack, LATE, SOON, attack, expect_codes};

#[test]
fn loops_end_with_the_time() {
    expect_codes(
        SOON,
        &[
            ("loop { }", 124),
            ("while true { let x = 1; }", 124),
            ("loop { try { loop { throw 1; } } catch { } }", 124),
            ("fn f() { try { loop { } } catch { f() } } f();", 124),
            ("for i in 0..9223372036854775807 { }", 124),
            ("for i in range(0, 9223372036854775807, 1) { }", 124),
            ("let a = [1]; loop { a.map(|x| { loop { } }); }", 124),
            ("let a = []; a.pad(100000, 3); loop { a.sort_by(|x| -x); }", 124),
            ("try { sleep(days(100000)); } catch { } sleep(forever());", 124),
            ("loop { try { tokens_list(); } catch { } }", 124),
            ("do { [3, 2].sort(|a, b| a - b); } while true;", 124),
        ],
    );
}

#[test]
fn what_grows_bit_by_bit_ends_with_the_time_or_the_memory() {
    for script in [
        "let m = #{}; for i in 0..9000000 { m[`k${i}`] = i; }",
        "let m = #{}; for i in 0..9000000 { m.set(`k${i}`, i); }",
        "let a = []; loop { a.push(1); }",
        "let a = []; loop { a += 1; }",
        "let a = []; loop { a.insert(-1, #{ a: 1 }); }",
        "let s = \"\"; loop { s += \"x\"; }",
        "let b = blob(); loop { b.push(1); }",
    ] {
        let outcome = attack(Attack { script, flags: "", limit: SOON });
        assert!([1, 124].contains(&outcome.code()), "{script}: {outcome}");
    }
}

#[test]
fn a_flood_of_words_ends_with_the_time() {
    for script in [
        "loop { print(\"flood\"); }",
        "loop { log_error(\"flood\"); }",
        "loop { debug(\"flood\"); }",
        "loop { output([#{ a: 1 }]); }",
    ] {
        let outcome = attack(Attack { script, flags: "", limit: "200ms" });
        assert_eq!(outcome.code(), 124, "{script}");
    }
}

#[test]
fn depth_is_an_error() {
    expect_codes(
        LATE,
        &[
            ("fn f(n) { f(n + 1) } f(0);", 1),
            ("fn f(n) { [n].map(|x| f(x + 1)) } f(0);", 1),
            ("fn a() { b() } fn b() { a() } try { a() } catch { } a();", 1),
            ("let f = |g| g.call(g); f.call(f);", 1),
            ("let a = []; for i in 0..2000 { a = [a]; } to_json(a);", 0),
        ],
    );
}
