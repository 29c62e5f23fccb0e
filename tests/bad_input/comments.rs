//! Comments that would take over a terminal, a table or a spreadsheet.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Patroll, World, expect};

/// Escape sequences, a bell, a fake row, a direction that turns, an invisible sign, and quotes.
const HOSTILE: &str =
    "a\u{1b}[2J\u{7}b\r\nfake,row\t\u{202e}drow\u{200b}\u{9b}31m \"q\" 'x'\u{2028}\u{e0041}z";

fn world() -> World {
    let world = World::new();
    world.token_named("evil", HOSTILE, DAY, 30 * DAY);
    world.token_named("huge", &"x".repeat(64 << 10), DAY, 30 * DAY);
    world
}

/// Spells out what this file should not contain as it is, and cuts what is very long.
fn spell(text: &str) -> String {
    let is_plain = |letter: char| {
        letter == '\n' || letter == '␛' || letter == '…' || (' '..='~').contains(&letter)
    };
    let text = text.replace(&"x".repeat(64 << 10), "[64 KB of x]");
    text.chars()
        .map(
            |letter| {
                if is_plain(letter) { letter.into() } else { letter.escape_unicode().to_string() }
            },
        )
        .collect()
}

#[test]
fn machines_get_it_as_it_is() {
    let world = world();
    let run = |args: &str| {
        let run = Patroll::new().on(&world).args("tokens list --where !t.is_own").args(args);
        spell(&run.run().to_string())
    };
    expect![[r#"
        {
          "token_infos": [
            {
              "token_id": "[evil]",
              "creation_time": 1795348800000,
              "expiry_time": 1797940800000,
              "comment": "a\u001b[2J\u0007b\r\nfake,row\t\u{202e}drow\u{200b}\u{9b}31m \"q\" 'x'\u{2028}\u{e0041}z"
            },
            {
              "token_id": "[huge]",
              "creation_time": 1795348800000,
              "expiry_time": 1797940800000,
              "comment": "[64 KB of x]"
            }
          ]
        }
        --- exit 0
    "#]].assert_eq(&run("-o json"));
    expect![[r#"
        token_id,comment,created,expires
        [evil],"a\u{1b}[2J\u{7}b\u{d}
        fake,row\u{9}\u{202e}drow\u{200b}\u{9b}31m ""q"" 'x'\u{2028}\u{e0041}z",2026-11-22T12:00:00Z,2026-12-22T12:00:00Z
        [huge],[64 KB of x],2026-11-22T12:00:00Z,2026-12-22T12:00:00Z
        --- exit 0
    "#]].assert_eq(&run("-o csv"));
}

#[test]
fn people_see_what_it_is_made_of() {
    let world = world();
    let run = |args: &str| {
        let run = Patroll::new().on(&world).args("tokens list --where !t.is_own").args(args);
        spell(&run.terminal(150).run().to_string())
    };
    expect![[r#"
        token_id      comment                                                            created                    expires
        [evil]......  a\u001b[2J\u0007b\u000d\u000afake,row\u0009\u202edrow\u200b\u009…  2026-11-22 12:00 (1d ago)  2026-12-22 12:00 (in 29d)
        [huge]......  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  2026-11-22 12:00 (1d ago)  2026-12-22 12:00 (in 29d)
        --- exit 0
    "#]].assert_eq(&run("-o table"));
    expect![[r#"
        {
          "token_infos": [
            {
              "token_id": "[evil]",
              "creation_time": 1795348800000,
              "expiry_time": 1797940800000,
              "comment": "a\u001b[2J\u0007b\r\nfake,row\t\u202edrow\u200b\u009b31m \"q\" 'x'\u2028\udb40\udc41z"
            },
            {
              "token_id": "[huge]",
              "creation_time": 1795348800000,
              "expiry_time": 1797940800000,
              "comment": "[64 KB of x]"
            }
          ]
        }
        --- exit 0
    "#]].assert_eq(&run("-o json"));
    expect![[r#"
        token_id,comment,created,expires
        [evil],"a\u001b[2J\u0007b\u000d
        fake,row\u{9}\u202edrow\u200b\u009b31m ""q"" 'x'\u2028\udb40\udc41z",2026-11-22T12:00:00Z,2026-12-22T12:00:00Z
        [huge],[64 KB of x],2026-11-22T12:00:00Z,2026-12-22T12:00:00Z
        --- exit 0
    "#]].assert_eq(&run("-o csv"));
}

#[test]
fn a_table_in_a_file_is_made_harmless_too() {
    let world = world();
    let run = Patroll::new().on(&world).args("tokens list -o table --where !t.is_own");
    run.run().expect(expect![[r#"
        token_id      comment                                                            created                    expires
        [evil]......  a\u001b[2J\u0007b\u000d\u000afake,row\u0009\u202edrow\u200b\u009…  2026-11-22 12:00 (1d ago)  2026-12-22 12:00 (in 29d)
        [huge]......  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  2026-11-22 12:00 (1d ago)  2026-12-22 12:00 (in 29d)
        --- exit 0
    "#]]);
}

#[test]
fn scripts_print_it_and_logs_show_what_it_is_made_of() {
    let world = world();
    let script = r#"
        let t = tokens_list().find(|t| t.comment.starts_with("a"));
        print(t.comment);
        log_info(t.comment);
        log_warn(t);
        tokens_revoke(t);
        throw t.comment;
    "#;
    let on_terminal = Patroll::new().on(&world).script(script).terminal(200);
    expect![[r#"
        a\u001b[2J\u0007b\u000d
        fake,row	\u202edrow\u200b\u009b31m "q" 'x'\u2028\udb40\udc41z
        a\u001b[2J\u0007b\u000d
        fake,row	\u202edrow\u200b\u009b31m "q" 'x'\u2028\udb40\udc41z
        ␛[1;33mwarning:␛[0m token [evil]...... (a\u001b[2J\u0007b\u000d
        fake,row	\u202edrow\u200b\u009b31m "q" 'x'\u2028\udb40\udc41z)
        would   what          comment                                                            asked by
        revoke  [evil]......  a\u001b[2J\u0007b\u000d\u000afake,row\u0009\u202edrow\u200b\u009…  x.rhai:6
        dry run: 1 change would be made; nothing was
        ␛[1m␛[91merror␛[0m␛[1m: a\u001b[2J\u0007b\u000d␛[0m
               ␛[1mfake,row    \u202edrow\u200b\u009b31m "q" 'x'\u2028\udb40\udc41z␛[0m
         ␛[1m␛[94m--> ␛[0mx.rhai:7:9
          ␛[1m␛[94m|␛[0m
        ␛[1m␛[94m7␛[0m ␛[1m␛[94m|␛[0m         throw t.comment;
          ␛[1m␛[94m|␛[0m         ␛[1m␛[91m^^^^^␛[0m
        --- exit 1
    "#]].assert_eq(&on_terminal.args("-n").run().to_string());
    let outcome = Patroll::new().on(&world).script(script).run();
    assert_eq!(outcome.stdout(), format!("{HOSTILE}\n"));
    expect![[r#"
        a\u001b[2J\u0007b\u000d
        fake,row	\u202edrow\u200b\u009b31m "q" 'x'\u2028\udb40\udc41z
        warning: token [evil]...... (a\u001b[2J\u0007b\u000d
        fake,row	\u202edrow\u200b\u009b31m "q" 'x'\u2028\udb40\udc41z)
        revoked 1 token
        error: a\u001b[2J\u0007b\u000d
               fake,row    \u202edrow\u200b\u009b31m "q" 'x'\u2028\udb40\udc41z
         --> x.rhai:7:9
          |
        7 |         throw t.comment;
          |         ^^^^^
    "#]]
    .assert_eq(outcome.stderr());
    assert_eq!(outcome.audit()[0]["comment"], HOSTILE);
}

#[test]
fn what_was_typed_is_shown_harmless_too() {
    let run = |args: &[&str]| {
        let run = args.iter().fold(Patroll::new(), |run, arg| run.arg(arg));
        run.run()
    };
    run(&["run", "\u{1b}[2Jx"]).expect(expect![[r#"
        --- stderr
        error: cannot load the script \u001b[2Jx: no bundled script has that name
        hint: `patroll scripts list` shows the bundled ones; a file's name has a `/` or ends in .rhai
        --- exit 2
    "#]]);
    run(&["run", "./\u{202e}x.rhai"]).expect(expect![[r#"
        --- stderr
        error: cannot load the script ./\u202ex.rhai: no such file or directory
        --- exit 2
    "#]]);
    run(&["-p", "\u{1b}[2J", "tokens", "list"]).expect(expect![[r#"
        --- stderr
        error: [HOME]/.databrickscfg has no profile `\u001b[2J`
        hint: there is no such file, or no profile in it
        --- exit 3
    "#]]);
    run(&["\u{1b}[2J"]).expect(expect![[r#"
        --- stderr
        error: unrecognized subcommand ''

        Usage: patroll [OPTIONS] [COMMAND]

        For more information, try '--help'.
        --- exit 2
    "#]]);
    run(&["eval", "print(\"\u{1b}[2J\" + nothing)"]).expect(expect![[r#"
        --- stderr
        error: there is no variable `nothing`
         --> expression:1:16
          |
        1 | print("␛[2J" + nothing)
          |                ^^^^^^^
        --- exit 2
    "#]]);
}
