//! What is said of all workspaces, and how the run ends if some of them fail.

use std::fmt::Write as _;

use pretty_assertions::assert_eq;

use super::{fleet, lines, world};
use crate::support::{DAY, Meeting, Patroll, World, expect};

fn worlds() -> [World; 2] {
    let worlds = [world(1), world(2)];
    worlds[0].token("old", 100 * DAY, 400 * DAY);
    worlds[0].token("new", DAY, 90 * DAY);
    worlds[1].token("old", 200 * DAY, 400 * DAY);
    worlds
}

fn two(worlds: &[World; 2]) -> Patroll<'_> {
    fleet(&[("eu", &worlds[0]), ("us", &worlds[1])])
}

const REPORT: &str = r#"
    output(tokens_list().filter(|t| !t.is_own), ["comment", "age"]);
    output(#{ tokens: tokens_list().len() });
"#;

#[test]
fn rows_are_one_table_with_the_workspace_in_front() {
    let worlds = worlds();
    two(&worlds).args("--all-profiles -o csv").script(REPORT).run().expect(expect![[r#"
        workspace,comment,age
        eu,old,100d
        eu,new,1d
        us,old,200d
        workspace,tokens
        eu,3
        us,2
        --- exit 0
    "#]]);
    two(&worlds).args("--all-profiles -o table").script(REPORT).run().expect(expect![[r#"
        workspace  comment  age
        eu         old      100d
        eu         new      1d
        us         old      200d
        workspace  tokens
        eu         3
        us         2
        --- exit 0
    "#]]);
    two(&worlds).args("--all-profiles -o json").script(REPORT).run().expect(expect![[r#"
        [
          {
            "workspace": "eu",
            "comment": "old",
            "age": "100d"
          },
          {
            "workspace": "eu",
            "comment": "new",
            "age": "1d"
          },
          {
            "workspace": "us",
            "comment": "old",
            "age": "200d"
          }
        ]
        [
          {
            "workspace": "eu",
            "tokens": 3
          },
          {
            "workspace": "us",
            "tokens": 2
          }
        ]
        --- exit 0
    "#]]);
    let whole = two(&worlds).args("-p eu* -o json").script("output(tokens_list());");
    whole.run().expect(expect![[r#"
        [
          {
            "workspace": "eu",
            "token_id": "[eu's own]",
            "creation_time": 1794398400000,
            "expiry_time": 1802174400000,
            "comment": "patroll sandbox"
          },
          {
            "workspace": "eu",
            "token_id": "[eu's old]",
            "creation_time": 1786795200000,
            "expiry_time": 1821355200000,
            "comment": "old"
          },
          {
            "workspace": "eu",
            "token_id": "[eu's new]",
            "creation_time": 1795348800000,
            "expiry_time": 1803124800000,
            "comment": "new"
          }
        ]
        --- exit 0
    "#]]);
}

#[test]
fn a_script_may_not_name_its_column_so_too() {
    let script = "output(#{ workspace: 1 });";
    let run = two(&worlds()).args("-p eu* -j 1").script(script).run();
    run.expect(expect![[r#"
        --- stderr
        eu: error: the rows have a column `workspace`, which a run on several workspaces adds itself
        eu:  --> x.rhai:1:1
        eu:   |
        eu: 1 | output(#{ workspace: 1 });
        eu:   | ^^^^^^
        workspace  exit  what
        eu         1     the rows have a column `workspace`, which a run on several works…
        0 of 1 workspaces done
        error: 1 of 1 workspaces failed
        hint: each has said why above; -p NAME runs one alone
        --- exit 1
    "#]]);
}

#[test]
fn other_lines_tell_where_they_are_from() {
    let script = "print(`a\\nb`); log_info(`info`); log_warn(`warning`); log_error(`error`);";
    let worlds = worlds();
    two(&worlds).args("--all-profiles -j 1").script(script).run().expect(expect![[r#"
        eu: a\nb
        us: a\nb
        --- stderr
        eu: info
        eu: warning: warning
        eu: error: error
        us: info
        us: warning: warning
        us: error: error
        --- exit 0
    "#]]);
    let quiet = two(&worlds).args("--all-profiles -j 1 -q");
    quiet.script("log_info(`info`);").run().expect(expect![[r#"
        --- exit 0
    "#]]);
}

#[test]
fn what_changes_is_told_and_what_does_not_is_silent() {
    let worlds = worlds();
    let dry = two(&worlds).args("--all-profiles run cleanup_expired --older-than 50d -n");
    dry.run().expect(expect![[r#"
        workspace  would   what          comment  asked by
        eu         revoke  a01ee580d99d  old      bundled:cleanup_expired:29
        us         revoke  71209ffdb7c3  old      bundled:cleanup_expired:29
        --- stderr
        dry run: 2 changes would be made; nothing was
        --- exit 0
    "#]]);
    let dry = two(&worlds).args("--all-profiles run cleanup_expired --older-than 50d -n -q");
    let logged = dry.args("--audit-log - -o csv -j 1").run();
    let logged = logged.stdout().lines().filter(|line| line.starts_with('{'));
    let runs: Vec<serde_json::Value> = logged
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["run_id"].clone())
        .collect();
    assert_eq!((runs.len(), &runs[0]), (2, &runs[runs.len() - 1]));
    let live = two(&worlds).args("--all-profiles run cleanup_expired --older-than 150d");
    let live = live.run();
    live.expect(expect![[r#"
        --- stderr
        workspace  exit  what
        us         0     revoked 1 token
        2 of 2 workspaces done
        revoked 1 token
        --- exit 0
    "#]]);
    let audit: Vec<_> = live.audit().iter().map(|line| line["profile"].clone()).collect();
    assert_eq!(audit, ["us"]);
    let again = two(&worlds).args("--all-profiles run cleanup_expired --older-than 150d");
    again.run().expect(expect![[r#"
        --- exit 0
    "#]]);
}

#[test]
fn one_that_fails_does_not_stop_the_others_and_the_gravest_counts() {
    let worlds = worlds();
    let all = [("a", "throw `no`"), ("b", "exit(10)"), ("c", "exit(0)"), ("d", "parse_json(`{`)")];
    let host = &worlds[0].address().host;
    let mut run = two(&worlds).profile("refused", &format!("host = {host}\ntoken = x"));
    let mut script = "let deeds = #{".to_owned();
    for (name, deed) in all {
        run = run.profile(name, &lines(&worlds[0], host));
        write!(script, "{name}: || {{ {deed}; }}, ").unwrap();
    }
    script += "};\nif profile_name() in deeds { deeds[profile_name()].call(); }\nprint(tokens_list().len());";
    run.args("--all-profiles -j 1").script(&script).run().expect(expect![[r#"
        eu: 3
        us: 2
        --- stderr
        a: error: no
        a:  --> x.rhai:1:23
        a:   |
        a: 1 | let deeds = #{a: || { throw `no`; }, b: || { exit(10); }, c: || { exit(0); }, d: || { parse_json(`{`); }, };
        a:   |                       ^^^^^
        a:   |
        a:  ::: x.rhai:2:52
        a:   |
        a: 2 | if profile_name() in deeds { deeds[profile_name()].call(); }
        a:   |                                                    ---- in a closure called here
        d: error: that is not JSON: EOF while parsing an object at line 1 column 1
        d:  --> x.rhai:1:87
        d:   |
        d: 1 | let deeds = #{a: || { throw `no`; }, b: || { exit(10); }, c: || { exit(0); }, d: || { parse_json(`{`); }, };
        d:   |                                                                                       ^^^^^^^^^^
        d:   |
        d:  ::: x.rhai:2:52
        d:   |
        d: 2 | if profile_name() in deeds { deeds[profile_name()].call(); }
        d:   |                                                    ---- in a closure called here
        refused: error: [HOST of eu] refuses the credential from profile refused in [HOME]/.databrickscfg: GET /api/2.0/token/list answered 403 PERMISSION_DENIED: Invalid access token. [ReqId: [REQUEST]] (request id [REQUEST])
        refused:  --> x.rhai:3:7
        refused:   |
        refused: 3 | print(tokens_list().len());
        refused:   |       ^^^^^^^^^^^
        refused: hint: it has expired, was revoked, or belongs to another workspace: put a new token there
        workspace  exit  what
        a          1     no
        b          10
        d          1     that is not JSON: EOF while parsing an object at line 1 column 1
        refused    3     [HOST of eu] refuses the credential from profile refus…
        4 of 7 workspaces done
        error: 3 of 7 workspaces failed
        hint: each has said why above; -p NAME runs one alone
        --- exit 3
    "#]]);
}

#[test]
fn a_script_may_end_each_workspace_with_its_own_code() {
    let worlds = worlds();
    let script = "exit(if profile_name() == `eu` { 10 } else { 11 });";
    two(&worlds).args("--all-profiles").script(script).run().expect(expect![[r#"
        --- stderr
        workspace  exit  what
        eu         10
        us         11
        2 of 2 workspaces done
        --- exit 11
    "#]]);
}

#[test]
fn a_mistake_that_all_share_is_told_once() {
    let worlds = worlds();
    let typo = two(&worlds).args("--all-profiles").script("tokens_lst();").run();
    typo.expect(expect![[r#"
        --- stderr
        error: there is no function `tokens_lst`
         --> x.rhai:1:1
          |
        1 | tokens_lst();
          | ^^^^^^^^^^
        hint: did you mean `tokens_list`?
        --- exit 2
    "#]]);
    let option = two(&worlds).args("--all-profiles run cleanup_expired --odler-than 3d").run();
    option.expect(expect![[r#"
        --- stderr
        error: the script has no option `--odler-than`
        hint: did you mean `--older-than`?
        --- exit 2
    "#]]);
    let help = two(&worlds).args("--all-profiles run cleanup_expired --help").run();
    assert_eq!((help.code(), help.stdout().matches("Usage:").count()), (0, 1), "{help}");
    assert_eq!((worlds[0].requests(), worlds[1].requests()), (0, 0));
}

#[test]
fn several_are_worked_on_at_a_time() {
    let meeting = Meeting::of(3, r#"{"token_infos": []}"#);
    let mut run = Patroll::new();
    for name in ["a", "b", "c"] {
        run = run.profile(name, &format!("host = {}\ntoken = t", meeting.host()));
    }
    let run = run.args("--all-profiles -j 3").script("output(tokens_list().len());").run();
    run.expect(expect![[r#"
        [
          {
            "workspace": "a",
            "value": 0
          },
          {
            "workspace": "b",
            "value": 0
          },
          {
            "workspace": "c",
            "value": 0
          }
        ]
        --- exit 0
    "#]]);
}
