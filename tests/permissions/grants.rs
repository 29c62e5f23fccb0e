//! Without its grant a function ends the run, whatever is around the call; the error names the flag.

use pretty_assertions::assert_eq;

use crate::support::{Patroll, World, expect};

/// Calls, what they do in words, and the flag that they need.
const CALLS: [(&str, &str, &str); 13] = [
    ("read_file(\"notes.txt\")", "reading notes.txt", "--allow-read notes.txt"),
    ("write_file(\"out.txt\", \"x\")", "writing out.txt", "--allow-write out.txt"),
    ("env(\"HOME\")", "reading the variable HOME", "--allow-env HOME"),
    ("run_command([\"touch\", \"out.txt\"])", "running touch", "--allow-run touch"),
    ("http_get(\"https://a.example\")", "sending to a.example", "--allow-net a.example"),
    (
        "http_post(\"https://a.example:8443\", 1)",
        "sending to a.example:8443",
        "--allow-net a.example:8443",
    ),
    ("secrets_put(\"ci\", \"k\", \"v\")", "using the secret scope ci", "--allow-secret ci"),
    ("secrets_list(\"ci\")", "using the secret scope ci", "--allow-secret ci"),
    ("secrets_delete(\"ci\", \"k\")", "using the secret scope ci", "--allow-secret ci"),
    ("secrets_create_scope(\"ci\")", "using the secret scope ci", "--allow-secret ci"),
    ("workspace(\"prod\")", "using the profile prod", "--allow-profile prod"),
    ("admin_tokens_list()", "seeing or changing what belongs to others", "--allow-admin"),
    (
        "tokens_create(\"x\", days(1)).token_value.reveal()",
        "reading a token's value",
        "--allow-reveal",
    ),
];

/// Ways to go on after an error, or to call without seeming to.
const WRAPPERS: [&str; 7] = [
    "CALL;",
    "try { CALL; } catch { } print(\"went on\");",
    "try { [1].map(|x| CALL); } catch (e) { print(e); } print(\"went on\");",
    "let f = || CALL; try { f.call(); } catch { } print(\"went on\");",
    "fn deep() { try { CALL } catch { deep() } } deep(); print(\"went on\");",
    "loop { try { CALL; break; } catch { continue; } } print(\"went on\");",
    "[1, 2].sort_by(|x| { try { CALL; } catch { } x }); print(\"went on\");",
];

#[test]
fn an_ungranted_call_ends_the_run_and_names_the_flag() {
    for (call, action, flag) in CALLS {
        for wrapper in WRAPPERS {
            let world = World::new();
            let script = wrapper.replace("CALL", call);
            let run = Patroll::new().on(&world).file("notes.txt", "x").script(&script);
            let outcome = run.profile("prod", "host = https://prod.example").run();
            assert_eq!(outcome.code(), 5, "{script}: {outcome}");
            assert_eq!(outcome.stdout(), "", "{script}: {outcome}");
            let (error, hint) =
                (format!("{action} needs a permission"), format!("hint: add {flag}\n"));
            let stderr = outcome.stderr();
            assert!(stderr.contains(&error) && stderr.contains(&hint), "{script}: {outcome}");
            let created = usize::from(call.contains("reveal"));
            assert!(world.writes().lines().count() <= created, "{script}: {}", world.writes());
        }
    }
}

#[test]
fn a_grant_is_as_narrow_as_it_is_written() {
    let world = World::new();
    let cases = [
        ("env(\"HOME\")", "--allow-env HOM"),
        ("env(\"HOME\")", "--allow-env home"),
        ("read_file(\"notes.txt\")", "--allow-read notes.tx"),
        ("read_file(\"notes.txt\")", "--allow-write ."),
        ("read_file(\"notes.txt\")", "--allow-read missing"),
        ("run_command([\"/bin/true\"])", "--allow-run /bin/false"),
        ("run_command([\"/bin/true\"])", "--allow-run ./true"),
        ("http_get(\"https://a.example.evil\")", "--allow-net a.example"),
        ("http_get(\"https://a.example@evil.example\")", "--allow-net a.example"),
        ("http_get(\"https://b.a.example\")", "--allow-net a.example"),
        ("http_get(\"https://a.example:8443\")", "--allow-net a.example:443"),
        ("secrets_list(\"ci2\")", "--allow-secret ci"),
        ("workspace(\"prod2\")", "--allow-profile prod"),
    ];
    for (call, grant) in cases {
        let run = Patroll::new().on(&world).file("notes.txt", "x").env("PATH", "/usr/bin:/bin");
        let outcome = run.script(&format!("{call};")).args(grant).run();
        let is_refused = outcome.code() == 5 || outcome.stderr().contains("a user name does not");
        assert!(is_refused, "{call} {grant}: {outcome}");
    }
    assert_eq!(world.writes(), "");
}

#[test]
fn a_refusal_is_audited_and_a_dry_run_refuses_too() {
    let world = World::new();
    let script = "write_file(\"out.txt\", \"x\");";
    let outcome = Patroll::new().on(&world).script(script).run();
    let audit = outcome.audit();
    assert_eq!(audit.len(), 1, "{outcome}");
    assert_eq!(
        (&audit[0]["effect"], &audit[0]["outcome"], &audit[0]["path"], &audit[0]["line"]),
        (&"write_file".into(), &"NOT_GRANTED".into(), &"out.txt".into(), &1.into())
    );
    let outcome = Patroll::new().on(&world).script(script).args("-n").run();
    assert_eq!((outcome.code(), outcome.audit().len()), (5, 0), "{outcome}");
}

#[test]
fn what_is_typed_at_a_prompt_or_in_eval_is_a_script_too() {
    let run = Patroll::new().args("eval").arg("env(\"HOME\")");
    run.run().expect(expect![[r#"
        --- stderr
        error: reading the variable HOME needs a permission that this run does not have
         --> expression:1:1
          |
        1 | env("HOME")
          | ^^^
        hint: add --allow-env HOME
        --- exit 5
    "#]]);
}

#[test]
fn a_condition_reaches_nothing_beyond_its_token() {
    let world = World::new();
    for call in [
        "run_command([\"/bin/true\"]) == \"\"",
        "http_get(\"https://a.example\") == ()",
        "secrets_list(\"ci\") == []",
        "write_file(\"x\", \"y\") == ()",
        "workspace(\"prod\").tokens_list() == []",
    ] {
        let run = Patroll::new().on(&world).args("tokens list --where").arg(call);
        let run = run
            .args("--allow-run /bin/true --allow-net a.example --allow-secret ci --allow-write .");
        let outcome = run
            .args("--allow-profile prod")
            .profile("prod", "host = https://prod.example\ntoken = x")
            .run();
        assert_eq!(outcome.code(), 1, "{call}: {outcome}");
        assert!(outcome.stderr().contains("a condition looks at `t`"), "{call}: {outcome}");
    }
}

#[test]
fn a_credential_in_a_variable_shows_as_redacted() {
    let world = World::new();
    let secret = "not-of-any-known-shape-5";
    let run = Patroll::new().on(&world).env("DATABRICKS_CLIENT_SECRET", secret).secret(secret);
    let script = r#"let s = env("DATABRICKS_CLIENT_SECRET"); print(s); print(to_json([s])); log_warn(s); print(s.len()); throw s;"#;
    let run = run.args("--allow-env DATABRICKS_CLIENT_SECRET --allow-reveal").script(script);
    run.run().expect(expect![[r#"
        [redacted]
        ["[redacted]"]
        24
        --- stderr
        warning: [redacted]
        error: [redacted]
         --> x.rhai:1:102
          |
        1 | let s = env("DATABRICKS_CLIENT_SECRET"); print(s); print(to_json([s])); log_warn(s); print(s.len()); throw s;
          |                                                                                                      ^^^^^
        --- exit 1
    "#]]);
}
