//! Completion, hints and documentation.

use super::terminal::Setup;
use crate::support::{World, expect};

#[test]
fn tab_completes_functions_variables_fields_keys_and_commands() {
    let world = World::new();
    world.token("ci", 24, 48);
    let session = Setup::new()
        .on(&world)
        .profile("prod-eu")
        .file("lib/mine.rhai", "1")
        .file("my.rhai", "1")
        .open();
    session.input("let tokens = tokens_list(); let found = #{ count: 1, comments: [] }; ()");
    let cases = [
        ("tokens_l\t", "tokens_list()"),
        ("foun\t", "found"),
        ("found.coun\t", "found.count"),
        ("tokens[0].expires_\t", "tokens[0].expires_in"),
        ("tokens_list().filter(|t| t.creat\ted", "t.created"),
        ("now().dat\t", "now().date"),
        ("tokens_list()[0].age.sec\t", "age.seconds"),
        ("tokens_create(#{ comment: \"a\", sco\t", "scopes: "),
        (":pro\t", ":profile "),
        (":profile pr\t", ":profile prod-eu"),
        (":load my\t", ":load my.rhai"),
        (":load lib\t\t", ":load lib/mine.rhai"),
        (":load inv\t", ":load inventory"),
        (":time of\t", ":time off"),
        ("whil\t", "while"),
    ];
    for (keys, completed) in cases {
        session.keys(keys).await_typed(completed).keys("\x03").await_prompt();
    }
    assert_eq!(session.leave(), 0);
}

#[test]
fn several_matches_are_listed_with_their_signatures() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.keys("tokens_\t").await_text("revoke(").await_end("› tokens_").shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_
        tokens_create(options: map) → new_token
        tokens_list() → array
        tokens_revoke(token)
        tokens_rotate(options: map) → map
        dev › tokens_
    "#]]);
    session.keys("\x03").await_prompt();
    assert_eq!(session.leave(), 0);
}

#[test]
fn the_call_one_is_in_is_shown_and_else_what_was_typed_before() {
    let world = World::new();
    let session = Setup::new().on(&world).open();
    session.keys("tokens_list().filter(").await_text("function").shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_list().filter(  array.filter(keep: function) → array
    "#]]);
    session.keys("\x03").await_prompt().input("1 + 1 // a sum");
    session.keys("1 +").await_typed("1 + 1 // a sum").keys("\x1b[C\r").await_prompt();
    session.shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_list().filter(  array.filter(keep: function) → array
        dev › 1 + 1 // a sum
        2
        dev › 1 + 1 // a sum
        2
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn a_hint_takes_no_more_than_the_line_has_room_for() {
    let world = World::new();
    let session = Setup::new().on(&world).size(12, 60).open();
    for input in ["tokens_create(", "tokens_create(#{ comment: \"日本\", lifetime: ", ":profile "]
    {
        session.keys(input).await_typed(input).await_text("…").keys("\x03").await_prompt();
    }
    session
        .keys("let a_long_name_of_a_variable_and_then_a = tokens_create(")
        .await_typed("create(");
    session.shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › tokens_create(  tokens_create(options: map) → new_t…
        dev › tokens_create(#{ comment: "日本", lifetime: 
        dev › :profile NAME  go on with another workspace
        dev › let a_long_name_of_a_variable_and_then_a = tokens_create(  tokens_create(options: map) → new_token  …
    "#]]);
    session.keys("\x03").await_prompt();
    assert_eq!(session.leave(), 0);
}

#[test]
fn every_function_explains_itself() {
    let world = World::new();
    let session = Setup::new().on(&world).size(30, 80).open();
    session.input("days?").input(":help time").input(":help tokens_lst").shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › days?
        days(count: integer) → duration
            Returns a length of time of so many days.

            Example:
                print(days(90) > hours(24));

        duration.days → number
            Returns the length of time as a number of days, with a fraction.

            Example:
                print(hours(36).days);
        dev › :help time
        :time on|off
            show how long each input takes
        dev › :help tokens_lst
        error: no function is called `tokens_lst`
        hint: did you mean `tokens_list`?
        dev ›
    "#]]);
    assert_eq!(session.leave(), 0);
}

#[test]
fn help_lists_the_commands_and_functions_lists_topics() {
    let world = World::new();
    let session = Setup::new().on(&world).size(200, 80).open();
    session.input(":help").shows(expect![[r#"
        patroll 0.1.0, :help explains, Ctrl-D leaves
        dev › :help
        command        does
        :help [NAME]   explain the commands, or a function (also: NAME?)
        :functions     list the functions by topic
        :all           show the whole last result
        :json          show the last result as JSON
        :vars          list the variables
        :reset         forget variables, functions and imports
        :load FILE     run a script here; a bare word is a bundled one
        :save FILE     write the inputs that did not fail as a script
        :profile NAME  go on with another workspace
        :time on|off   show how long each input takes
        :quit          leave, as Ctrl-D does

        Enter goes on while a bracket or a string is open. Tab completes, Right takes the hint,
        Ctrl-R searches what was typed before, Ctrl-C stops what runs. `it` is the last result.
        An input that begins with a space is not remembered.
        dev ›
    "#]]);
    session.input(":functions").await_text("err.request_id");
    session.input(":hlep").await_text("did you mean `:help`?");
    assert_eq!(session.leave(), 0);
}
