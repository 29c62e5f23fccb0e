//! Results, errors, and what stays between inputs.

use vt100::Color;

use super::terminal::Setup;
use crate::support::{DAY, Folder, Patroll, World, expect};

fn aged() -> World {
    let world = World::new();
    world.token("dead", 2 * DAY, 2 * DAY - 1);
    world.token("soon", DAY, 3 * DAY);
    world.token("later", DAY, 20 * DAY);
    world.token("calm", DAY, 200 * DAY);
    world
}

#[test]
fn tokens_are_a_table_coloured_by_how_soon_they_expire() {
    let world = aged();
    let session = Setup::new().on(&world).open();
    session
        .input("let all = tokens_list(); all.sort_by(|t| t.expires); all")
        .input("it.len()")
        .shows(expect![[r#"
            patroll 0.1.0, :help explains, Ctrl-D leaves
            dev › let all = tokens_list(); all.sort_by(|t| t.expires); all
            token_id      comment          created               expires
            [dead]......  dead             2026-11-21 (2d ago)   2026-11-23 (expired)
            [soon]......  soon             2026-11-22 (1d ago)   2026-11-25 (in 2d)
            [later].....  later            2026-11-22 (1d ago)   2026-12-12 (in 19d)
            [own].......  patroll sandbox  2026-11-11 (12d ago)  2027-02-09 (in 78d)
            [calm]......  calm             2026-11-22 (1d ago)   2027-06-10 (in 199d)
            dev › it.len()
            5
            dev ›
        "#]]);
    let lines = [("soon  ", Color::Idx(1)), ("later  ", Color::Idx(3)), ("calm  ", Color::Default)];
    for (text, color) in lines {
        assert_eq!(session.color_of(text), color, "{text}");
    }
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_long_result_is_cut_to_the_terminal() {
    let world = World::of(|options| options.tokens = 30);
    let session = Setup::new().on(&world).size(8, 120).open();
    session.input("tokens_list()").shows(expect![[r#"
        dev › tokens_list()
        token_id      comment          created                      expires
        [t1]........  ci-models-29     2026-09-27 04:47 (57d ago)   never
        [t2]........                   2026-11-14 04:58 (9d ago)    never
        [t3]........  ci-billing-51    2026-11-13 20:25 (9d ago)    2026-12-13 20:25 (in 20d)
        [own].......  patroll sandbox  2026-11-11 12:00 (12d ago)   2027-02-09 12:00 (in 78d)
        … 26 more, :all
        dev ›
    "#]]);
    let listed = world.list();
    let last = &listed[29]["token_id"].as_str().unwrap()[..12];
    session.input(":all").await_text(last).input("tokens_list().len()").await_text("\n30\n");
    session
        .input("let rows = []; for x in 0..100 { rows.push(#{ x: x, y: `row ${x}` }) } rows")
        .shows(expect![[r#"
        dev › let rows = []; for x in 0..100 { rows.push(#{ x: x, y: `row ${x}` }) } rows
        x  y
        0  row 0
        1  row 1
        2  row 2
        3  row 3
        … 96 more, :all
        dev ›
    "#]]);
    session.input("let all = []; for i in 0..500 { all.push(i) } all").shows(expect![[r#"
        1  row 1
        2  row 2
        3  row 3
        … 96 more, :all
        dev › let all = []; for i in 0..500 { all.push(i) } all
        [0, 1, 2, 3, 4]
        … 495 more, :all
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_hundred_thousand_tokens_are_no_more_trouble() {
    let world = World::of(|options| options.tokens = 100_000);
    let session = Setup::new().on(&world).size(8, 100).open();
    session.input("tokens_list()").await_text("… 99996 more, :all");
    session.input("it.filter(|t| t.is_own).len()").await_text("\n1\n");
    assert_eq!(session.leave(), 0);
}

#[test]
fn other_values_are_written_as_a_script_writes_them() {
    let world = World::new();
    let session = Setup::new().on(&world).size(40, 60).open();
    session
        .input("[1.5, true, (), 'x', days(3), time(\"2026-11-23\")]")
        .input("#{ name: \"Zoë\", \"odd key\": [\"x\", \"a longer text, so that it folds\"] }")
        .input(":json")
        .input("\"日本\"")
        .input("()")
        .input("tokens_list()[0]")
        .input("let made = tokens_create(\"x\", days(1)); made.token_value")
        .input("[made, made.token_value]")
        .input("tokens_revoke(made)")
        .shows(expect![[r#"
            patroll 0.1.0, :help explains, Ctrl-D leaves
            dev › [1.5, true, (), 'x', days(3), time("2026-11-23")]
            [1.5, true, (), x, 3d, 2026-11-23T00:00:00Z]
            dev › #{ name: "Zoë", "odd key": ["x", "a longer text, so that it folds"] }
            #{
                name: "Zoë",
                "odd key": ["x", "a longer text, so that it folds"],
            }
            dev › :json
            {
              "name": "Zoë",
              "odd key": [
                "x",
                "a longer text, so that it folds"
              ]
            }
            dev › "日本"
            "日本"
            dev › ()
            dev › tokens_list()[0]
            token_id      comment  created            expires
            [own].......  patroll  2026-11-11 (12d    2027-02-09 (in
                          sandbox  ago)               78d)
            dev › let made = tokens_create("x", days(1)); made.token_value
            created [new-1]..... x
            [redacted]
            dev › [made, made.token_value]
            [
                new token [new-1] (value [redacted]),
                [redacted],
            ]
            dev › tokens_revoke(made)
            revoked [new-1]..... x
            true
            dev ›
        "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_failed_input_changes_nothing_that_it_did_not_reach() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session
        .input("let a = 1; fn f(x) { x.nothing() }")
        .input("a = 2; f(a); a = 3")
        .input("{ let inner = 1; throw \"stop\" }")
        .input("tokens_lst()")
        .input("let b = )")
        .input(":vars")
        .input("a")
        .shows(expect![[r#"
            error: stop
             --> session:3:18
              |
            3 | { let inner = 1; throw "stop" }
              |                  ^^^^^
            dev › tokens_lst()
            error: no function takes these: `tokens_lst ()`
             --> session:4:1
              |
            4 | tokens_lst()
              | ^^^^^^^^^^
            hint: did you mean `tokens_list`?
            dev › let b = )
            error: unexpected ')'
             --> session:5:9
              |
            5 | let b = )
              |         ^
            dev › :vars
            variable  holds
            a         the number 2
            dev › a
            2
            dev ›
        "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn variables_functions_closures_and_imports_stay() {
    let world = aged();
    let session = Setup::new().on(&world).file("mine.rhai", "fn twice(x) { x * 2 }").open();
    session
        .input("import \"mine\" as mine; let two = 2; let add = |x| x + two;")
        .input("fn half(x) { x / 2 }")
        .input("[mine::twice(two), add.call(1), half(8)]")
        .input(":vars")
        .input(":reset")
        .input(":vars")
        .input("half(8)")
        .shows(expect![[r#"
            patroll 0.1.0, :help explains, Ctrl-D leaves
            dev › import "mine" as mine; let two = 2; let add = |x| x + two;
            dev › fn half(x) { x / 2 }
            dev › [mine::twice(two), add.call(1), half(8)]
            [4, 3, 4]
            dev › :vars
            variable  holds
            add       a function
            it        an array
            two       the number 2
            dev › :reset
            dev › :vars
            there are no variables yet
            dev › half(8)
            error: no function takes these: `half (i64)`
             --> session:1:1
              |
            1 | half(8)
              | ^^^^
            dev ›
        "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_session_is_saved_as_a_script_that_does_the_same() {
    let (world, folder) = (aged(), std::rc::Rc::new(Folder::new()));
    let session = Setup::within(&folder).on(&world).file("other.rhai", "mine").open();
    session
        .input("tokens_list().filter(|t| t.is_expired)")
        .input("let b = )")
        .input("oops()")
        .input("let old = it; it.len() // how many")
        .input("print(`${old.len()} of ${it}`)")
        .input(":save other.rhai")
        .input(":save dead.rhai")
        .input(":save dead.rhai")
        .input(":load dead.rhai")
        .shows(expect![[r#"
             --> session:2:9
              |
            2 | let b = )
              |         ^
            dev › oops()
            error: no function takes these: `oops ()`
             --> session:3:1
              |
            3 | oops()
              | ^^^^
            dev › let old = it; it.len() // how many
            1
            dev › print(`${old.len()} of ${it}`)
            1 of 1
            dev › :save other.rhai
            error: cannot save the session to other.rhai: it exists already, and no session has written it
            dev › :save dead.rhai
            dead.rhai: 4 lines; `patroll run dead.rhai` runs them
            dev › :save dead.rhai
            dead.rhai: 4 lines; `patroll run dead.rhai` runs them
            dev › :load dead.rhai
            1 of 1
            dev ›
        "#]]);
    expect![[r#"
        // Saved from a session of patroll.

        let it = tokens_list().filter(|t| t.is_expired);
        let old = it; let it = it.len() // how many
        ;
        print(`${old.len()} of ${it}`);
    "#]]
    .assert_eq(&folder.read("dead.rhai"));
    assert_eq!(session.leave(), 0);
    Patroll::within(&folder).on(&world).keeps(".databrickscfg").args("run dead.rhai").run().expect(
        expect![[r#"
            1 of 1
            --- exit 0
        "#]],
    );
}

#[test]
fn the_prompt_says_where_one_is_and_a_profile_is_changed_in_place() {
    let world = aged();
    let session = Setup::new().on(&world).profile("prod").args("--dry-run").open();
    session
        .input("let n = tokens_list().len()")
        .input(":profile prod")
        .input("[n, profile_name()]")
        .input("tokens_revoke(tokens_list().filter(|t| t.is_expired))")
        .input(":profile nowhere")
        .shows(expect![[r#"
            patroll 0.1.0, :help explains, Ctrl-D leaves
            dev (dry run) › let n = tokens_list().len()
            dev (dry run) › :profile prod
            prod (dry run) › [n, profile_name()]
            [5, "prod"]
            prod (dry run) › tokens_revoke(tokens_list().filter(|t| t.is_expired))
            #{already_gone: 0, revoked: 1}
            would   what          comment  asked by
            revoke  [dead]......  dead     session:3
            dry run: 1 change would be made; nothing was
            prod (dry run) › :profile nowhere
            error: [HOME]/.databrickscfg has no profile `nowhere`
            hint: there are: dev, prod
            prod (dry run) ›
        "#]]);
    assert_eq!(session.color_of("prod (dry run) › ["), Color::Idx(1));
    assert_eq!(world.writes(), "");
    assert_eq!(session.leave(), 0);
}

#[test]
fn the_sandbox_is_named_and_has_no_profiles() {
    let session = Setup::new().args("--sandbox repl").open();
    session.input(":profile prod").input("is_dry_run()").shows(expect![[r#"
        sandbox: a fresh local workspace, not a real one, forgotten at the end of this run
        patroll 0.1.0, :help explains, Ctrl-D leaves
        sandbox › :profile prod
        error: a session with --sandbox touches nothing real, so it has no profiles
        hint: `patroll -p prod repl` opens a session there
        sandbox › is_dry_run()
        false
        sandbox ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn variables_are_described_in_a_few_words_and_without_a_secret() {
    let world = World::new();
    let session = Setup::new().on(&world).args("--allow-reveal").open();
    session
        .input("let made = tokens_create(\"x\", days(1)); ()")
        .input("let said = \"the value of the new one is now \" + made.token_value.reveal(); ()")
        .input("let lines = \"one\\ntwo\"; let long = \"é\"; long.pad(50, 'é')")
        .input(":vars")
        .input("tokens_revoke(made); ()")
        .shows(expect![[r#"
            patroll 0.1.0, :help explains, Ctrl-D leaves
            dev › let made = tokens_create("x", days(1)); ()
            created [new-1]..... x
            dev › let said = "the value of the new one is now " + made.token_value.reveal(); ()
            dev › let lines = "one\ntwo"; let long = "é"; long.pad(50, 'é')
            dev › :vars
            variable  holds
            lines     the text "one\ntwo"
            long      the text "éééééééééééééééééééééééééééééééééééééééé"…
            made      a new token
            said      the text "the value of the new one is now [redacte"…
            dev › tokens_revoke(made); ()
            revoked [new-1]..... x
            dev ›
        "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_loaded_script_ends_and_the_session_goes_on() {
    let world = aged();
    let session = Setup::new().on(&world).file("three.rhai", "print(1); exit(3); print(2)").open();
    session
        .input("let kept = 1")
        .input(":load three.rhai")
        .input("kept")
        .input(":load nowhere.rhai")
        .shows(expect![[r#"
            patroll 0.1.0, :help explains, Ctrl-D leaves
            dev › let kept = 1
            dev › :load three.rhai
            1
            three.rhai: ended with exit code 3
            dev › kept
            1
            dev › :load nowhere.rhai
            error: cannot load the script nowhere.rhai: no such file or directory
            dev ›
        "#]]);
    session.input(":load report_expiring").await_text("ended with exit code 10");
    assert_eq!(session.leave(), 0);
}
