//! Errors: what a script can catch and read, and how an uncaught one is shown.

use pretty_assertions::assert_eq;

use crate::support::{Outcome, Patroll, World, expect};

fn run(world: &World, script: &str) -> Outcome {
    Patroll::new().on(world).script(script).run()
}

#[test]
fn an_error_of_the_workspace_can_be_caught_and_read() {
    let world = World::new();
    world.fault("create:status=400,code=QUOTA_EXCEEDED,times=1");
    let script = r#"
        try {
            tokens_create("x", days(1));
        } catch (err) {
            print(`${err.code} ${err.status} ${err.request_id.len()}`);
            print(err.message);
            print(err);
        }
        try { tokens_create("x", days(10000)); } catch (err) { print(`${err.code} ${err.status}`); }
        try { tokens_create("x", days(0)); } catch (err) { print(`${err.code} ${err.status} ${err.request_id}`); }
        try { [1].for_each(|x| tokens_create("x", days(10000))); } catch (err) { print(err.code); }
        try { throw "mine"; } catch (err) { print(err); }
        try { throw #{ a: 1 }; } catch (err) { print(err.a); }
        try { [1][5] } catch (err) { print(type_of(err)); }
    "#;
    run(&world, script).expect(expect![[r#"
        QUOTA_EXCEEDED 400 36
        This answer was asked for as a fault.
        POST /api/2.0/token/create answered 400 QUOTA_EXCEEDED: This answer was asked for as a fault. (request id [REQUEST])
        INVALID_PARAMETER_VALUE 400
        INVALID_ARGUMENT 0 
        INVALID_PARAMETER_VALUE
        mine
        1
        map
        --- exit 0
    "#]]);
}

#[test]
fn an_uncaught_error_keeps_its_exit_code() {
    for (fault, script, code) in [
        ("list:status=400,always", "tokens_list();", 1),
        ("list:status=429,retry-after=900,always", "tokens_list();", 4),
        ("create:cut-after", "tokens_create(\"x\", days(1));", 6),
        (
            "create:cut-after",
            "try { tokens_create(\"x\", days(1)); } catch (err) { throw err; }",
            6,
        ),
        ("create:cut-after", "try { tokens_create(\"x\", days(1)); } catch { throw; }", 6),
        ("create:cut-after", "fn make() { tokens_create(\"x\", days(1)) } [1].map(|x| make());", 6),
        (
            "create:cut-after",
            "try { tokens_create(\"x\", days(1)); } catch (err) { print(err.code); }",
            0,
        ),
    ] {
        let world = World::new();
        world.fault(fault);
        let outcome = run(&world, script);
        assert_eq!(outcome.code(), code, "{script}: {outcome}");
    }
    let run = Patroll::new().script("try { tokens_list(); } catch (err) { throw err; }");
    assert_eq!(run.run().code(), 3);
}

#[test]
fn an_error_shows_the_way_to_it_over_files() {
    let world = World::new();
    let run = Patroll::new().on(&world).file(
        "lib/clean.rhai",
        "import \"deeper\" as deeper;\n\nfn clean(tokens) {\n    tokens.filter(|t| deeper::is_old(t, 30))\n}\n",
    );
    let run = run.file("lib/deeper.rhai", "fn is_old(t, limit) {\n    t.age > limit\n}\n");
    let run = run.script("import \"lib/clean\" as c;\n\nprint(c::clean(tokens_list()));\n");
    run.run().expect(expect![[r#"
        --- stderr
        error: a length of time cannot be compared with the number 30; a length of time is written `days(30)`, `hours(12)` or `duration("90d")`
         --> [DIR]/lib/deeper.rhai:2:11
          |
        2 |     t.age > limit
          |           ^
          |
         ::: [DIR]/lib/clean.rhai:4:31
          |
        4 |     tokens.filter(|t| deeper::is_old(t, 30))
          |                               ------ `is_old` was called here
          |
         ::: [DIR]/lib/clean.rhai:4:12
          |
        4 |     tokens.filter(|t| deeper::is_old(t, 30))
          |            ------ in a closure called here
          |
         ::: x.rhai:3:10
          |
        3 | print(c::clean(tokens_list()));
          |          ----- `clean` was called here
        --- exit 1
    "#]]);
}

#[test]
fn an_error_of_the_workspace_shows_its_line_its_words_and_a_hint() {
    let world = World::new();
    run(&world, "let a = 1;\n    let b = tokens_create(\"Zoë 夜\", days(1000));\n")
        .expect(expect![[r#"
            --- stderr
            error: POST /api/2.0/token/create answered 400 INVALID_PARAMETER_VALUE: lifetime_seconds is 86400000, but the maximum is 63072000 (730 days) (request id [REQUEST])
             --> x.rhai:2:13
              |
            2 |     let b = tokens_create("Zoë 夜", days(1000));
              |             ^^^^^^^^^^^^^
            hint: the workspace's limits apply: a lifetime is 1 s to its maximum (730 days unless set lower)
            --- exit 1
        "#]]);
    world.fault("list:status=404,code=ENDPOINT_NOT_FOUND");
    run(&world, "tokens_list()").expect(expect![[r#"
        --- stderr
        error: GET /api/2.0/token/list answered 404 ENDPOINT_NOT_FOUND: This answer was asked for as a fault. (request id [REQUEST])
         --> x.rhai:1:1
          |
        1 | tokens_list()
          | ^^^^^^^^^^^
        hint: is the host a workspace? Account addresses have no tokens
        --- exit 1
    "#]]);
}

#[test]
fn what_does_not_compile_is_shown_where_it_is() {
    let world = World::new();
    run(&world, "let x = 5;\nlet y = (x + ;\n").expect(expect![[r#"
        --- stderr
        error: unexpected ';'
         --> x.rhai:2:14
          |
        2 | let y = (x + ;
          |              ^
        --- exit 2
    "#]]);
    run(&world, "print(\"a\");\nprnt(\"b\");\n").expect(expect![[r#"
        --- stderr
        error: there is no function `prnt`
         --> x.rhai:2:1
          |
        2 | prnt("b");
          | ^^^^
        hint: did you mean `print`?
        --- exit 2
    "#]]);
    run(&world, "for t in tokens_list() {\n    print(token.comment);\n}\n").expect(expect![[r#"
        --- stderr
        error: there is no variable `token`
         --> x.rhai:2:11
          |
        2 |     print(token.comment);
          |           ^^^^^
        --- exit 2
    "#]]);
    run(&world, "tokens_creat(\"x\", days(1));").expect(expect![[r#"
        --- stderr
        error: there is no function `tokens_creat`
         --> x.rhai:1:1
          |
        1 | tokens_creat("x", days(1));
          | ^^^^^^^^^^^^
        hint: did you mean `tokens_create`?
        --- exit 2
    "#]]);
    run(&world, "tokens_list(5);").expect(expect![[r#"
        --- stderr
        error: `tokens_list` takes no arguments, not 1
         --> x.rhai:1:1
          |
        1 | tokens_list(5);
          | ^^^^^^^^^^^
        hint: `patroll docs tokens_list` shows how it is called
        --- exit 2
    "#]]);
    run(&world, "let text = \"never closed;\n").expect(expect![[r#"
        --- stderr
        error: open string is not terminated
         --> x.rhai:1:12
          |
        1 | let text = "never closed;
          |            ^
        --- exit 2
    "#]]);
    run(&world, "import \"lib/polcy\" as p;").expect(expect![[r#"
        --- stderr
        error: there is no module `lib/polcy`
         --> x.rhai:1:1
          |
        1 | import "lib/polcy" as p;
          | ^^^^^^
        hint: imports are looked for in the script's own folder, then in the bundled `lib/`
        --- exit 2
    "#]]);
    assert_eq!(world.requests(), 0);
}

#[test]
fn a_value_that_is_thrown_is_shown() {
    let world = World::new();
    run(&world, "throw \"the moon is full\";").expect(expect![[r#"
        --- stderr
        error: the moon is full
         --> x.rhai:1:1
          |
        1 | throw "the moon is full";
          | ^^^^^
        --- exit 1
    "#]]);
    run(&world, "throw 5;").expect(expect![[r#"
        --- stderr
        error: the script threw 5
         --> x.rhai:1:1
          |
        1 | throw 5;
          | ^^^^^
        --- exit 1
    "#]]);
    run(&world, "throw #{ code: \"X\", n: [1] };").expect(expect![[r#"
        --- stderr
        error: the script threw #{"code": "X", "n": [1]}
         --> x.rhai:1:1
          |
        1 | throw #{ code: "X", n: [1] };
          | ^^^^^
        --- exit 1
    "#]]);
    run(&world, "throw;").expect(expect![[r#"
        --- stderr
        error: the script threw ()
         --> x.rhai:1:1
          |
        1 | throw;
          | ^^^^^
        --- exit 1
    "#]]);
    run(&world, "throw tokens_list()[0];").expect(expect![[r#"
        --- stderr
        error: the script threw token [own]....... (patroll sandbox)
         --> x.rhai:1:1
          |
        1 | throw tokens_list()[0];
          | ^^^^^
        --- exit 1
    "#]]);
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let world = World::new();
    let run = |args: &str, env: &str| {
        let (name, value) = env.split_once('=').unwrap_or(("X", "x"));
        let run = Patroll::new().on(&world).script("throw 1;").args(args).env(name, value);
        run.run().stderr().contains('\u{1b}')
    };
    assert!(!run("", ""));
    assert!(run("--color always", ""));
    assert!(run("", "CLICOLOR_FORCE=1"));
    assert!(!run("--color never", "CLICOLOR_FORCE=1"));
    assert!(run("--color always", "NO_COLOR=1"));
    let on_terminal = |args: &str, env: &str| {
        let (name, value) = env.split_once('=').unwrap_or(("X", "x"));
        let run = Patroll::new().on(&world).script("throw 1;").args(args).env(name, value);
        run.terminal(80).run().stdout().contains('␛')
    };
    assert!(on_terminal("", ""));
    assert!(!on_terminal("", "NO_COLOR=1"));
    assert!(!on_terminal("", "TERM=dumb"));
    assert!(!on_terminal("--color never", ""));
}
