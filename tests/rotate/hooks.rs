//! A script's functions may stop a rotation or look on, and change nothing of its order.

use pretty_assertions::assert_eq;

use super::Place;
use crate::support::{Outcome, expect};

fn run(place: &Place, hooks: &str) -> Outcome {
    let script = format!(
        "let report = tokens_rotate(#{{ slot: \"deploy\", sinks: [to_file(\"token.txt\")], force: true, grace: \"0\", {hooks} }});\nprint(report.after);"
    );
    place.patroll().script(&script).args("--allow-write .").run()
}

#[test]
fn they_see_the_tokens_in_their_order() {
    let place = Place::new();
    run(
        &place,
        "verify: |t| { print(`verify ${t.comment.starts_with(\"deploy patroll:\")}`); true },
         on_published: |t| print(`published ${t.age}`),
         before_revoke: |t| { print(`revoke ${t.comment}`); true }",
    )
    .expect(expect![[r#"
        verify true
        published 0s
        revoke deploy
        idle
        --- stderr
        created 1 token, revoked 1 token, wrote 1 file
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
}

#[test]
fn a_no_before_the_places_ends_the_new_token() {
    let place = Place::new();
    let before = place.folder.read("token.txt");
    run(&place, "verify: |t| false").expect(expect![[r#"
        --- stderr
        created 1 token, revoked 1 token
        error: slot deploy: `verify` said no
         --> x.rhai:1:14
          |
        1 | let report = tokens_rotate(#{ slot: "deploy", sinks: [to_file("token.txt")], force: true, grace: "0", verify: |t| false });
          |              ^^^^^^^^^^^^^
        --- exit 1
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
    assert_eq!(place.folder.read("token.txt"), before);
}

#[test]
fn a_no_before_the_end_keeps_the_old_token() {
    let place = Place::new();
    run(&place, "before_revoke: |t| false").expect(expect![[r#"
        settled
        --- stderr
        created 1 token, wrote 1 file
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\n");
    run(&place, "before_revoke: |t| true").expect(expect![[r#"
        idle
        --- stderr
        revoked 1 token
        --- exit 0
    "#]]);
}

#[test]
fn what_they_throw_is_thrown_on() {
    let place = Place::new();
    run(&place, "verify: |t| throw \"not this one\"").expect(expect![[r#"
        --- stderr
        created 1 token, revoked 1 token
        error: not this one
         --> x.rhai:1:115
          |
        1 | let report = tokens_rotate(#{ slot: "deploy", sinks: [to_file("token.txt")], force: true, grace: "0", verify: |t| throw "not this one...
          |                                                                                                                   ^^^^^
          |
         ::: x.rhai:1:14
          |
        1 | let report = tokens_rotate(#{ slot: "deploy", sinks: [to_file("token.txt")], force: true, grace: "0", verify: |t| throw "not this one...
          |              ------------- in a closure called here
        --- exit 1
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [new-1]\n");
    run(&place, "verify: |t| 1").expect(expect![[r#"
        --- stderr
        created 1 token, revoked 1 token
        error: `verify` wants true or false, and returned the number 1
         --> x.rhai:1:14
          |
        1 | let report = tokens_rotate(#{ slot: "deploy", sinks: [to_file("token.txt")], force: true, grace: "0", verify: |t| 1 });
          |              ^^^^^^^^^^^^^
        --- exit 1
    "#]]);
}

#[test]
fn one_that_looks_on_stops_nothing() {
    let place = Place::new();
    run(&place, "on_published: |t| throw \"nobody listens\"").expect(expect![[r#"
        --- stderr
        created 1 token, revoked 1 token, wrote 1 file
        error: nobody listens
         --> x.rhai:1:121
          |
        1 | let report = tokens_rotate(#{ slot: "deploy", sinks: [to_file("token.txt")], force: true, grace: "0", on_published: |t| throw "nobody...
          |                                                                                                                         ^^^^^
          |
         ::: x.rhai:1:14
          |
        1 | let report = tokens_rotate(#{ slot: "deploy", sinks: [to_file("token.txt")], force: true, grace: "0", on_published: |t| throw "nobody...
          |              ------------- in a closure called here
        --- exit 1
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
}

#[test]
fn what_one_changes_is_seen_before_the_end() {
    let place = Place::new();
    let hook = "before_revoke: |t| { tokens_create(\"other\", days(1)).token_value.save(\"token.txt\"); true }";
    let outcome = run(&place, hook);
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert_eq!(place.world.writes(), "created a token [new-1]\ncreated a token [new-2]\n");
}

#[test]
fn what_one_throws_hides_nothing_worse() {
    let place = Place::new();
    place.world.fault("delete:status=500,always");
    let outcome = run(&place, "on_published: |t| throw \"nobody listens\"");
    assert_eq!(outcome.code(), 6, "{outcome}");
}

#[test]
fn nobody_else_ends_what_they_watch() {
    let place = Place::new();
    assert_eq!(run(&place, "before_revoke: |t| false").code(), 0);
    place.run("rotations resume deploy").expect(expect![[r#"
        --- stderr
        error: slot deploy: it was begun with before_revoke, which only its script has
        hint: run its script again, or another that rotates this slot
        --- exit 1
    "#]]);
}
