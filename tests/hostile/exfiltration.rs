//! Scripts that want a token value out: by print, error, JSON, comment, file, argument, environment or another host.

use super::{Attack, LATE, attack};

const MADE: &str = "let made = tokens_create(\"mine\", days(1)); let v = made.token_value;";

#[test]
fn a_new_value_is_never_shown() {
    for leak in [
        "print(v);",
        "print(`${v}`);",
        "print(\"\" + v);",
        "debug(v);",
        "print(v.to_string() + to_json(v) + to_json_pretty(#{ a: [v] }));",
        "log_warn(v); log_error(made); log_info([v]);",
        "output([#{ v: v }]); output(#{ v: v, m: made });",
        "throw v;",
        "throw `${v}`;",
        "throw #{ v: v };",
        "print(type_of(v)); for l in `${v}` { print(l); }",
        "tokens_create(`${v}`, days(1));",
        "tokens_revoke(`${v}`);",
        "parse_json(`{\"a\": \"${v}\"}`); print(duration(`${v}`));",
        "let f = |x| x; print(f.curry(v)); print([v, v]);",
        "print(v == made.token_value); print(v < \"m\");",
        "exit(v);",
        "options(#{ v: v });",
    ] {
        // What is made and shown to nobody fails the run: that nothing shows it is looked at every time.
        let outcome = attack(Attack { script: &format!("{MADE} {leak}"), flags: "", limit: LATE });
        assert!([1, 2].contains(&outcome.code()), "{leak}: {outcome}");
    }
}

#[test]
fn grants_given_in_good_faith_do_not_carry_it() {
    let flags = "--allow-run sh";
    for leak in [
        "run_command([\"sh\", \"-c\", v]);",
        "run_command([\"sh\", \"-c\", `echo ${v} >&2; exit 1`]);",
        "run_command([\"sh\", \"-c\", \"cat >&2; exit 1\"], #{ stdin: v });",
        "run_command([\"sh\", \"-c\", \"env >&2; exit 1\"], #{ stdin: v });",
    ] {
        let outcome = attack(Attack { script: &format!("{MADE} {leak}"), flags, limit: LATE });
        assert_eq!(outcome.code(), 1, "{leak}: {outcome}");
    }
}

#[test]
fn what_comes_back_with_a_value_in_it_is_not_let_in() {
    let flags =
        "--allow-run cat --allow-env DATABRICKS_TOKEN --allow-read own.txt --allow-write own.txt";
    for leak in [
        "print(run_command([\"cat\"], #{ stdin: v }).sub_string(4));",
        "v.save(\"own.txt\"); print(read_file(\"own.txt\").sub_string(4));",
        "print(read_file(\"own.txt\").sub_string(4));",
        "print((env(\"DATABRICKS_TOKEN\")).sub_string(4));",
        "http_post(\"http://127.0.0.1:1\", read_file(\"own.txt\"));",
        "tokens_create(read_file(\"own.txt\"), days(1));",
        "try { read_file(\"own.txt\"); } catch { } print(1);",
    ] {
        let outcome = attack(Attack { script: &format!("{MADE} {leak}"), flags, limit: LATE });
        assert_eq!(outcome.code(), 5, "{leak}: {outcome}");
        assert!(outcome.stderr().contains("--allow-reveal"), "{leak}: {outcome}");
    }
}
