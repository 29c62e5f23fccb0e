//! What a new token has of the old one, what can be chosen, and when it is due.

use std::rc::Rc;

use pretty_assertions::assert_eq;
use serde_json::json;

use super::Place;
use crate::support::{DAY, Folder, Patroll, World, expect};

#[test]
fn a_whole_rotation_waits_for_its_grace_and_then_does_nothing() {
    let place = Place::new();
    place.rotate("--to-file token.txt --older-than 60d -n").expect(expect![[r#"
        would   what                            comment  asked by
        create  a token for 90d                 deploy   the command line
        write   [DIR]/token.txt           the command line
        revoke  [deploy]....                    deploy   the command line
        --- stderr
        dry run: 3 changes would be made; nothing was
        --- exit 0
    "#]]);
    assert_eq!((place.world.writes(), place.folder.left().len()), (String::new(), 0));
    place.rotate("--to-file token.txt --older-than 60d").expect(expect![[r#"
        slot deploy: created token [new-1].....
        slot deploy: file [DIR]/token.txt holds the new value
        slot deploy: settled: token [deploy].... lives until 2027-01-24 12:00
        --- exit 0
    "#]]);
    place.rotate("--to-file token.txt -o json").expect(expect![[r#"
        {
          "slot": "deploy",
          "before": "settled",
          "after": "settled",
          "reason": null,
          "token_id": "[new-1]",
          "old_token_id": "[deploy]",
          "done": [],
          "waits_until": "2027-01-24T12:00:00Z",
          "next": "2027-03-24T12:00:00Z",
          "unverified": [],
          "left_out": [],
          "strays": 0
        }
        --- exit 0
    "#]]);
    place.pass(25);
    place.rotate("--to-file token.txt --older-than 60d").expect(expect![[r#"
        slot deploy: revoked token [deploy]....
        slot deploy: idle: due 2027-03-24 12:00
        --- exit 0
    "#]]);
    let requests = place.world.requests();
    place.rotate("--to-file token.txt --older-than 60d").expect(expect![[r#"
        --- exit 0
    "#]]);
    assert_eq!(place.world.requests() - requests, 1, "nothing due is one request");
    let audit = place.folder.audit();
    let told: Vec<_> = audit.iter().map(|line| line["effect"].as_str().unwrap()).collect();
    assert_eq!(told, ["create_token", "write_file", "revoke_token"]);
}

#[test]
fn comment_scopes_and_lifetime_are_kept() {
    let place = Place::on(World::of(|options| options.report_scopes = true));
    assert_eq!(place.rotate("--to-file token.txt --force").code(), 0);
    let made = place.token_of(&place.folder.read("token.txt"));
    let lived = made["expiry_time"].as_i64().unwrap() - made["creation_time"].as_i64().unwrap();
    assert_eq!((&made["scopes"], lived), (&json!(["all-apis"]), 90 * 24 * 60 * 60 * 1000));
    let comment = made["comment"].as_str().unwrap();
    assert!(comment.starts_with("deploy patroll:deploy:"), "{comment}");
    // The next one bears one stamp, not two.
    place.pass(25);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.pass(24);
    assert_eq!(place.rotate("--to-file token.txt --force --lifetime 30d").code(), 0);
    let next = place.token_of(&place.folder.read("token.txt"));
    let lived = next["expiry_time"].as_i64().unwrap() - next["creation_time"].as_i64().unwrap();
    assert_eq!(lived, 30 * 24 * 60 * 60 * 1000);
    assert_eq!(next["comment"].as_str().unwrap().matches("patroll:").count(), 1);
}

#[test]
fn it_is_due_by_age_by_time_left_or_when_it_is_asked_for() {
    for (args, is_due) in [
        ("", true),
        ("--older-than 62d", true),
        ("--expires-within 7d", false),
        ("--expires-within 7d --older-than 62d", false),
        ("--expires-within 7d --older-than 61d", true),
        ("--expires-within 30d", true),
        ("--expires-within 7d --force", true),
    ] {
        let place = Place::new();
        assert_eq!(place.rotate(&format!("--to-file token.txt {args}")).code(), 0, "{args}");
        assert_eq!(!place.world.writes().is_empty(), is_due, "{args}");
    }
}

#[test]
fn a_credential_of_its_own_is_replaced_and_signs_in_from_then_on() {
    let world = World::new();
    let address = world.address();
    let lines = format!("host = {}\ntoken = {}", address.host, address.token);
    let place = Place { folder: Rc::new(Folder::new()), world };
    let run = |args: &str| place.knowing().args(args).run();
    place.knowing().profile("prod", &lines);
    let rotate = "-p prod tokens rotate --slot prod --to-profile prod --force --grace 0";
    run(rotate).expect(expect![[r#"
        slot prod: created token [new-1].....
        slot prod: profile prod holds the new value
        slot prod: revoked token [own].......
        slot prod: idle: due 2027-01-22 12:00
        --- exit 0
    "#]]);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [own]\n");
    run("-p prod eval tokens_list().find(|t|t.is_own).comment.starts_with(\"patroll\")").expect(
        expect![[r#"
            true
            --- exit 0
        "#]],
    );
}

#[test]
fn another_credential_may_rotate_a_token() {
    let place = Place::new();
    let address = place.world.address();
    let run = place.knowing().env("DATABRICKS_HOST", &address.host);
    let run = run.env("DATABRICKS_USERNAME", &address.user);
    let run = run.env("DATABRICKS_PASSWORD", &address.password);
    let outcome = run.args("tokens rotate --slot deploy --to-file token.txt --grace 0").run();
    assert_eq!(outcome.code(), 0, "{outcome}");
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
}

#[test]
fn where_a_credential_is_dead_the_token_speaks_for_itself() {
    let place = Place::new();
    place.world.revoke(&place.world.id("own"));
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    place.pass(25);
    assert_eq!(place.rotate("--to-file token.txt").code(), 0);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
}

#[test]
fn in_the_sandbox_of_a_run_the_places_are_only_played() {
    let script = r#"
        tokens_create("nightly", days(90)).token_value.save("held");
        let rotation = #{
            slot: "nightly", comment: "nightly", sinks: [to_file("held")],
            adopt: true, force: true, grace: "0",
        };
        print(tokens_rotate(rotation).after);
    "#;
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder).script(script).args("--sandbox --allow-write .");
    run.run().expect(expect![[r#"
        idle
        --- stderr
        sandbox: a fresh local workspace, not a real one, forgotten at the end of this run
        sandbox: not really done: write held
        sandbox: not really done: write [DIR]/held
        created 2 tokens, revoked 1 token
        --- exit 0
    "#]]);
    assert_eq!(folder.left().len(), 0);
}

#[test]
fn an_administrator_rotates_the_token_of_a_service_principal() {
    let place = Place::new();
    let service = place.world.service();
    place.world.token_of(&service, "robot", 90 * DAY);
    let args = format!(
        "--to-file held --comment robot --adopt --on-behalf-of {service} --force --grace 0"
    );
    assert_eq!(place.rotate(&args).code(), 0);
    assert_eq!(place.token_of(&place.folder.read("held"))["token_id"], "[new-1]");
    let writes = place.world.writes();
    assert_eq!(writes, "created a token [new-1]\nrevoked a token [robot]\n");
}

#[test]
fn a_gone_that_the_list_denies_is_not_believed() {
    let place = Place::new();
    place.world.fault("delete:status=404");
    place.rotate("--to-file token.txt --grace 0").expect(expect![[r#"
        --- stderr
        error: slot deploy: the workspace says that token [deploy] is gone, and lists it all the same
        hint: both tokens stay valid until the list shows that it is gone: run it again
        --- exit 6
    "#]]);
    assert_eq!(place.rotate("--to-file token.txt --grace 0").code(), 0);
    assert_eq!(place.world.writes(), "created a token [new-1]\nrevoked a token [deploy]\n");
}
