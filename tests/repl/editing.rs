//! Editing: what one sees while typing.

use vt100::Color;

use super::terminal::Setup;
use crate::support::{World, expect};

#[test]
fn enter_goes_on_while_something_is_open() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.keys("if true {\r").await_text("{");
    session.keys("let s = `a\rb`;\r/* a\rcomment */ [1,\r2].len()\r}\r").await_prompt();
    session.keys("let t = #\"raw \"\r`x\"#; t").await_text("`x\"#; t").keys("\r").await_prompt();
    session.shows(expect![[r##"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › if true {
            let s = `a
        b`;
            /* a
            comment */ [1,
                2].len()
        }
        2
        dev › let t = #"raw "
        `x"#; t
        "raw \"\n`x"
        dev ›
    "##]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_paste_of_ten_lines_is_one_input() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    let lines = [
        "let sum = 0;",
        "for i in 0..3 {",
        "    sum += i;",
        "}",
        "",
        "fn double(x) {",
        "    x * 2",
        "}",
        "",
        "double(sum)",
    ];
    session.keys(&format!("\x1b[200~{}\x1b[201~", lines.join("\r"))).await_text("double(sum)");
    session
        .keys("\r")
        .await_prompt()
        .keys("\x1b[A")
        .await_typed("let sum")
        .await_end("double(sum)")
        .shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › let sum = 0;
        for i in 0..3 {
            sum += i;
        }

        fn double(x) {
            x * 2
        }

        double(sum)
        6
        dev › let sum = 0;
        for i in 0..3 {
            sum += i;
        }

        fn double(x) {
            x * 2
        }

        double(sum)
    "#]]);
    assert_eq!(session.state("history").lines().count(), 1);
    session.keys("\x03").await_prompt();
    assert_eq!(session.leave(), 0);
}

#[test]
fn an_input_is_coloured_as_it_is_typed() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.keys("let e = days(90) + `é${1}` // x").await_text("// x");
    let colors = ["let", "e =", "days", "90", "`é", "1}"].map(|text| session.color_of(text));
    let (plain, blue, cyan, green) = (Color::Default, Color::Idx(4), Color::Idx(6), Color::Idx(2));
    assert_eq!(colors, [Color::Idx(5), plain, blue, cyan, green, cyan]);
    session.keys("\x03").await_prompt();
    assert_eq!(session.leave(), 0);
}

#[test]
fn the_bracket_that_belongs_to_the_one_at_the_cursor_is_marked() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.keys("[days(1), \")]\"]").await_text("[days(1), \")]\"]");
    assert_eq!(session.underlined(), "[]");
    session.keys("\x1b[D\x1b[D").await_underlined("");
    session.keys("\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D").await_underlined("()");
    session.keys("\x05\r").await_prompt().await_underlined("");
    assert_eq!(session.leave(), 0);
}

#[test]
fn no_color_and_a_dumb_terminal_are_respected() {
    let world = World::new();
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let session = Setup::new().on(&world).env(name, value).open();
        session.input("let a = days(1); a").input("tokens_list()");
        assert_eq!(session.color_of("let"), Color::Default);
        assert!(!session.has_escapes_of_colour(), "{name}");
        assert_eq!(session.leave(), 0);
    }
}

#[test]
fn wide_letters_and_long_lines_keep_the_cursor_in_its_place() {
    let world = World::new();
    let session = Setup::new().on(&world).size(12, 80).open();
    let text = format!("\"{}\"", "日本é".repeat(18));
    session.keys(&text).await_text(&text).keys("\x01#{a: \x05}.a").await_text("}.a");
    session.shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › #{a: "日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日
        本é日本é日本é日本é日本é"}.a
    "#]]);
    session.keys("\r").await_prompt().shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › #{a: "日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日
        本é日本é日本é日本é日本é"}.a
        "日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é日本é"
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn another_size_is_taken_over_while_a_line_is_edited() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    let text = format!("[\"{}\", 1]", "letters ".repeat(7));
    session.keys(&text).await_text(&text).resize(10, 40).await_end("1]");
    session.keys("[0]").await_typed("1][0]");
    session.keys("\r").await_prompt().shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D le
        dev › ["letters letters letters letters letters letters letters ", 1][0]
        "letters letters letters letters letters letters letters "
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn another_size_is_taken_over() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.resize(10, 40);
    session
        .input("let row = []; for i in 0..60 { row.push(i) } row")
        .input("let long = [\"a text of forty letters, or nearly\", 2]; long");
    session.shows(expect![[r#"
        [0, 1, 2, 3, 4, 5, 6]
        … 53 more, :all
        dev › let long = ["a text of forty letters, or nearly", 2]; long
        [
            "a text of forty letters, or nearly",
            2,
        ]
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn ctrl_c_drops_the_line_and_twice_at_an_empty_prompt_leaves() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.keys("let a = ").await_typed("let a =").keys("\x03").await_prompt();
    session.keys("\x03").await_text("once more").await_prompt().shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › let a = 
        dev › 
        once more, or Ctrl-D, leaves
        dev ›
    "#]]);
    session.keys("\x03");
    assert_eq!(session.end(), 0);
}
