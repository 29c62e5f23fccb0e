//! What speaks against a rotation is said before anything is changed.

use std::os::unix::fs::symlink;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use super::Place;
use crate::support::{DAY, Folder, Patroll, World, expect};

/// Checks that a rotation is refused and changes nothing; gives what is said.
#[track_caller]
fn refused(place: &Place, args: &str) -> String {
    let before = place.world.writes();
    let outcome = place.run(&format!("tokens rotate {args}"));
    assert_ne!(outcome.code(), 0, "{args}: {outcome}");
    assert_eq!(place.world.writes(), before, "{args}");
    format!("{args}\n{outcome}")
}

#[test]
fn names_and_places_that_cannot_be() {
    let place = Place::new();
    place.folder.write("folder/x", "", 0o600);
    symlink("token.txt", place.folder.work().join("link")).unwrap();
    let all: String = [
        "--slot a/b --to-file token.txt",
        "--slot deploy",
        "--slot deploy --to-file token.txt --to-file ./token.txt",
        "--slot deploy --to-file folder",
        "--slot deploy --to-file link",
        "--slot deploy --to-file token.txt --format env",
        "--slot deploy --to-secret nowhere",
        "--slot deploy --to-secret nowhere/token --to-file token.txt --force",
        "--slot deploy --to-command cat",
        "--slot deploy --to-profile nowhere --to-file token.txt --force",
        "--slot deploy --to-file /nowhere/token --to-file token.txt",
    ]
    .into_iter()
    .map(|args| refused(&place, args))
    .collect();
    expect![[r#"
        --slot a/b --to-file token.txt
        --- stderr
        error: slot a/b: `a/b` is no name for a slot
        hint: a name has 1 to 40 of a-z, 0-9, `.`, `_` and `-`
        --- exit 2
        --slot deploy
        --- stderr
        error: slot deploy: it has no sink
        hint: name one: to_profile, to_file, to_secret or to_command
        --- exit 2
        --slot deploy --to-file token.txt --to-file ./token.txt
        --- stderr
        error: slot deploy: file [DIR]/token.txt is named twice
        hint: name each place once
        --- exit 2
        --slot deploy --to-file folder
        --- stderr
        error: cannot read [DIR]/folder: it is a link, or no plain file
        --- exit 1
        --slot deploy --to-file link
        --- stderr
        error: cannot read [DIR]/link: it is a link, or no plain file
        --- exit 1
        --slot deploy --to-file token.txt --format env
        --- stderr
        error: an env file needs a `key`, such as DATABRICKS_TOKEN
        hint: add --key KEY
        --- exit 2
        --slot deploy --to-secret nowhere
        --- stderr
        error: `nowhere` is no secret
        hint: write --to-secret SCOPE/KEY
        --- exit 2
        --slot deploy --to-secret nowhere/token --to-file token.txt --force
        --- stderr
        error: slot deploy: secret nowhere/token cannot take the value: there is no scope nowhere
        --- exit 1
        --slot deploy --to-command cat
        --- stderr
        error: slot deploy: command `cat` cannot be read, so nothing can be proven of it
        hint: say how to read it, or `unverified: true` if a put that succeeds is proof enough
        --- exit 2
        --slot deploy --to-profile nowhere --to-file token.txt --force
        --- stderr
        error: slot deploy: profile nowhere cannot take the value: it has no host; `patroll configure -p nowhere` gives it one
        --- exit 1
        --slot deploy --to-file /nowhere/token --to-file token.txt
        --- stderr
        error: cannot write /nowhere/token: no such file or directory
        --- exit 1
    "#]].assert_eq(&all);
}

#[test]
fn a_file_that_holds_more_than_a_value_is_not_overwritten() {
    let place = Place::new();
    let whole = format!("# ours\nTOKEN={}", place.folder.read("token.txt"));
    place.folder.write("held", &whole, 0o600);
    place
        .run("tokens rotate --slot deploy --to-file held --adopt --comment deploy --force")
        .expect(expect![[r#"
            --- stderr
            error: cannot read [DIR]/held: it holds more than a value, so it needs a `format` and a `key`
            --- exit 1
        "#]]);
    assert_eq!(place.folder.read("held"), whole);
    let script = r#"tokens_rotate(#{
        slot: "deploy", force: true,
        sinks: [to_file("token.txt"), to_file("new"), to_file("new", #{ format: "env", key: "T" })],
    })"#;
    place.patroll().script(script).args("--allow-write .").run().expect(expect![[r#"
        --- stderr
        error: slot deploy: T in [DIR]/new is named twice
         --> x.rhai:1:1
          |
        1 | tokens_rotate(#{
          | ^^^^^^^^^^^^^
        hint: name each place once
        --- exit 2
    "#]]);
    assert_eq!(place.world.writes(), "");
}

#[test]
fn tokens_that_nobody_proved_to_be_there() {
    let place = Place::new();
    place.world.token("twin", DAY, 90 * DAY);
    place.world.token_named("second twin", "twin", DAY, 90 * DAY);
    place.folder.write("other", "dapi-of-nobody-here", 0o600);
    let id = place.world.id("own");
    let all: String = [
        "--slot deploy --to-file held",
        "--slot deploy --to-file held --comment deploy",
        "--slot deploy --to-file held --comment nobody",
        "--slot deploy --to-file held --comment twin",
        &format!("--slot deploy --to-file token.txt --token-id {id}"),
        "--slot deploy --to-file token.txt --to-file other",
        "--slot deploy --to-file other --comment deploy",
    ]
    .into_iter()
    .map(|args| refused(&place, args))
    .collect();
    expect![[r#"
        --slot deploy --to-file held
        --- stderr
        error: slot deploy: nothing says which token is to be replaced
        hint: name it by `token_id` or `comment`
        --- exit 2
        --slot deploy --to-file held --comment deploy
        --- stderr
        error: slot deploy: nothing proves that file [DIR]/held holds token [deploy]
        hint: if you know that it does, say `adopt: true` (--adopt) this once
        --- exit 1
        --slot deploy --to-file held --comment nobody
        --- stderr
        error: slot deploy: no listed token has the comment `nobody`
        hint: `patroll tokens list` shows what is there
        --- exit 1
        --slot deploy --to-file held --comment twin
        --- stderr
        error: slot deploy: the comment `twin` names more than one token: [second twin] (created 2027-01-22 12:00), [twin] (created 2027-01-22 12:00)
        hint: name one by `token_id`; nothing was changed
        --- exit 2
        --slot deploy --to-file token.txt --token-id 2bdb202187c258377cd8635c1a36f26c48e17efe7847928b4e89afaa6beff2b0
        --- stderr
        error: slot deploy: file [DIR]/token.txt holds token [deploy], not [own]
        hint: name the token that the sink holds
        --- exit 1
        --slot deploy --to-file token.txt --to-file other
        --- stderr
        error: slot deploy: the sinks disagree: file [DIR]/token.txt and file [DIR]/other hold different values
        hint: nothing was changed; make them hold the token's value, or leave the other out
        --- exit 1
        --slot deploy --to-file other --comment deploy
        --- stderr
        error: slot deploy: nothing proves that file [DIR]/other holds token [deploy]
        hint: if you know that it does, say `adopt: true` (--adopt) this once
        --- exit 1
    "#]].assert_eq(&all);
}

#[test]
fn lengths_that_do_not_go_together() {
    let place = Place::on(World::of(|options| options.max_lifetime_days = 90));
    let all: String = [
        "--slot deploy --to-file token.txt --grace 31d",
        "--slot deploy --to-file token.txt --lifetime 60d --grace 21d",
        "--slot deploy --to-file token.txt --lifetime 91d",
        "--slot deploy --to-file token.txt --older-than 0 --grace 0",
        "--slot deploy --to-file token.txt --older-than 24h",
        "--slot deploy --to-file token.txt --expires-within 90d --grace 0",
    ]
    .into_iter()
    .map(|args| refused(&place, args))
    .collect();
    expect![[r#"
        --slot deploy --to-file token.txt --grace 31d
        --- stderr
        error: slot deploy: a grace of 31d is more than a third of the lifetime of 90d
        hint: shorten the grace, or lengthen the lifetime
        --- exit 2
        --slot deploy --to-file token.txt --lifetime 60d --grace 21d
        --- stderr
        error: slot deploy: a grace of 21d is more than a third of the lifetime of 60d
        hint: shorten the grace, or lengthen the lifetime
        --- exit 2
        --slot deploy --to-file token.txt --lifetime 91d
        --- stderr
        error: slot deploy: a lifetime of 91d is longer than the workspace's maximum of 90d
        hint: say a shorter `lifetime`; nothing was changed
        --- exit 1
        --slot deploy --to-file token.txt --older-than 0 --grace 0
        --- stderr
        error: slot deploy: a new token would be due again after 0s, which is no longer than the grace of 0s
        hint: lengthen `older_than`, or shorten `expires_within` or the grace
        --- exit 2
        --slot deploy --to-file token.txt --older-than 24h
        --- stderr
        error: slot deploy: a new token would be due again after 1d, which is no longer than the grace of 1d
        hint: lengthen `older_than`, or shorten `expires_within` or the grace
        --- exit 2
        --slot deploy --to-file token.txt --expires-within 90d --grace 0
        --- stderr
        error: slot deploy: a new token would be due again after 0s, which is no longer than the grace of 0s
        hint: lengthen `older_than`, or shorten `expires_within` or the grace
        --- exit 2
    "#]]
    .assert_eq(&all);
}

#[test]
fn one_token_and_one_place_belong_to_one_slot() {
    let place = Place::new();
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    let all: String = [
        "--slot other --to-file token.txt",
        "--slot other --to-file held --adopt --comment deploy",
    ]
    .into_iter()
    .map(|args| refused(&place, args))
    .collect();
    expect![[r#"
        --slot other --to-file token.txt
        --- stderr
        error: slot other: token [new-1] bears the stamp of the slot `deploy`
        hint: rotate it as `deploy`; where that is not known, `patroll rotations adopt deploy` with its sinks rebuilds it
        --- exit 1
        --slot other --to-file held --adopt --comment deploy
        --- stderr
        error: slot other: the comment `deploy` names more than one token: [deploy] (created 2026-11-23 12:00), [new-1] (created 2027-01-23 12:00)
        hint: name one by `token_id`; nothing was changed
        --- exit 2
    "#]].assert_eq(&all);
}

#[test]
fn a_credential_that_would_be_left_dead_in_the_environment() {
    let place = Place::new();
    let value = place.folder.read("token.txt");
    let run = place.knowing().env("DATABRICKS_HOST", &place.world.address().host);
    let run = run.env("DATABRICKS_TOKEN", value.trim());
    run.args("tokens rotate --slot deploy --to-file token.txt").run().expect(expect![[r#"
        --- stderr
        error: slot deploy: the run signs in with the token itself, from DATABRICKS_TOKEN, which would go on holding the dead one
        hint: sign in with the profile that is a sink, or with another credential such as OAuth
        --- exit 1
    "#]]);
    assert_eq!(place.world.writes(), "");
}

#[test]
fn a_workspace_on_azure_makes_no_tokens_for_others() {
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder).to("https://adb-1.1.azuredatabricks.net");
    let rotate = "tokens rotate --slot sp --to-file token.txt --on-behalf-of 1234";
    run.args(rotate).run().expect(expect![[r#"
        --- stderr
        error: slot sp: a workspace on Azure makes no tokens on behalf of a service principal
        hint: sign in as the service principal (azure-client-secret) and rotate its own token
        --- exit 2
    "#]]);
}

#[test]
fn another_run_is_not_disturbed() {
    let place = Place::new();
    let folder = place.folder.home().join(".local/state/patroll/rotations");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = std::fs::File::create(folder.join("deploy.lock")).unwrap();
    lock.lock().unwrap();
    place.rotate("--to-file token.txt").expect(expect![[r#"
        --- stderr
        error: another run holds the lock of the slot deploy
        hint: nothing is to be done: the other run does it
        --- exit 75
    "#]]);
    assert_eq!(place.world.requests(), 0);
}

#[test]
fn a_script_that_asks_wrongly_is_told_so() {
    let place = Place::new();
    let all: String = [
        "tokens_rotate(#{})",
        r#"tokens_rotate(#{ slot: "a" })"#,
        r#"tokens_rotate(#{ slot: "a", sinks: ["token.txt"] })"#,
        r#"tokens_rotate(#{ slot: "a", sinks: [], scopes: "sql" })"#,
        r#"tokens_rotate(#{ slot: "a", sinks: [], token_id: "1", comment: "b" })"#,
        r#"tokens_rotate(#{ slot: "a", sinks: [], verify: 1 })"#,
        r#"let options = #{ slot: "a" }; options.sink = []; tokens_rotate(options)"#,
        r#"to_file("x", #{ format: "yaml" })"#,
        r#"to_command([], #{ unverified: true })"#,
        r#"tokens_rotate(#{ slot: "a", sinks: [to_command([], #{ unverified: true })] })"#,
    ]
    .into_iter()
    .map(|script| place.patroll().script(script).run().to_string())
    .collect();
    expect![[r#"
        --- stderr
        error: a rotation needs a `slot`: a name for this credential
         --> x.rhai:1:1
          |
        1 | tokens_rotate(#{})
          | ^^^^^^^^^^^^^
        --- exit 1
        --- stderr
        error: `sinks` is an array of sinks
         --> x.rhai:1:1
          |
        1 | tokens_rotate(#{ slot: "a" })
          | ^^^^^^^^^^^^^
        --- exit 1
        --- stderr
        error: a sink is made by to_profile, to_file, to_secret or to_command; this is the text "token.txt"
         --> x.rhai:1:1
          |
        1 | tokens_rotate(#{ slot: "a", sinks: ["token.txt"] })
          | ^^^^^^^^^^^^^
        --- exit 1
        --- stderr
        error: `scopes` is "keep": a rotation changes no scopes
         --> x.rhai:1:1
          |
        1 | tokens_rotate(#{ slot: "a", sinks: [], scopes: "sql" })
          | ^^^^^^^^^^^^^
        --- exit 1
        --- stderr
        error: `token_id` and `comment` name the token twice
         --> x.rhai:1:1
          |
        1 | tokens_rotate(#{ slot: "a", sinks: [], token_id: "1", comment: "b" })
          | ^^^^^^^^^^^^^
        --- exit 1
        --- stderr
        error: `verify` is a function, not the number 1
         --> x.rhai:1:1
          |
        1 | tokens_rotate(#{ slot: "a", sinks: [], verify: 1 })
          | ^^^^^^^^^^^^^
        --- exit 1
        --- stderr
        error: `tokens_rotate` has no option `sink`; did you mean `sinks`?
         --> x.rhai:1:50
          |
        1 | let options = #{ slot: "a" }; options.sink = []; tokens_rotate(options)
          |                                                  ^^^^^^^^^^^^^
        --- exit 1
        --- stderr
        error: a file's format is raw, env, json or ini, not `yaml`
         --> x.rhai:1:1
          |
        1 | to_file("x", #{ format: "yaml" })
          | ^^^^^^^
        --- exit 1
        --- exit 0
        --- stderr
        error: slot a: a command cannot take the value: it has no program
         --> x.rhai:1:1
          |
        1 | tokens_rotate(#{ slot: "a", sinks: [to_command([], #{ unverified: true })] })
          | ^^^^^^^^^^^^^
        --- exit 1
    "#]].assert_eq(&all);
    assert_eq!(place.world.writes(), "");
}
