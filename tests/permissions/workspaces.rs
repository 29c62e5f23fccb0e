//! Another workspace from the same script, behind `--allow-profile`.

use pretty_assertions::assert_eq;

use crate::support::{DAY, Patroll, World, expect};

const SCRIPT: &str = r#"
    let other = workspace("other");
    print(`${other.profile} ${other.tokens_list().len()} here ${tokens_list().len()}`);
    let made = other.tokens_create(#{ comment: "made there", lifetime: days(1) });
    print(other.tokens_revoke(made));
    other.tokens_revoke(other.tokens_list().filter(|t| t.comment == "old"), #{ allow_own: false });
    for t in workspace("other").tokens_list() { print(t.comment); }
    print(other);
"#;

#[test]
fn the_functions_are_its_methods_and_the_runs_own_stays_as_it_was() {
    let (here, there) = (World::new(), World::new());
    here.token("here", DAY, 90 * DAY);
    there.token("old", DAY, 90 * DAY);
    let address = there.address();
    let lines = format!("host = {}\ntoken = {}", address.host, address.token);
    let run = Patroll::new().on(&here).profile("other", &lines).args("--allow-profile other");
    let run = run.secret(&address.token).word(&address.host, "[OTHER]").keeps(".databrickscfg");
    let made = ["created", "revoked"];
    let outcome = run.script(SCRIPT).run();
    assert_eq!(outcome.code(), 0, "{outcome}");
    expect![[r#"
        other 2 here 2
        true
        patroll sandbox
        workspace of other
    "#]]
    .assert_eq(outcome.stdout());
    assert_eq!(here.writes(), "");
    assert_eq!(there.writes().lines().count(), 3);
    let audit = outcome.audit();
    assert_eq!(audit.len(), 3);
    assert!(
        audit
            .iter()
            .all(|line| line["profile"] == "other" && line["host"] == address.host.as_str())
    );
    assert!(made.iter().all(|word| outcome.stderr().contains(word)));
}

#[test]
fn the_credential_in_use_there_is_kept_too() {
    let (here, there) = (World::new(), World::new());
    let address = there.address();
    let lines = format!("host = {}\ntoken = {}", address.host, address.token);
    let run = Patroll::new().on(&here).profile("other", &lines).args("--allow-profile other");
    let run = run.secret(&address.token).keeps(".databrickscfg");
    let script = "let w = workspace(\"other\"); try { w.tokens_revoke(w.tokens_list()[0]); } catch { } print(1);";
    let outcome = run.script(script).run();
    assert_eq!(outcome.code(), 5, "{outcome}");
    assert!(outcome.stderr().contains("is the credential in use"), "{outcome}");
    assert_eq!(there.writes(), "");
}

#[test]
fn a_profile_that_is_missing_is_an_error_with_the_names() {
    let world = World::new();
    let run = Patroll::new().on(&world).profile("prod", "host = https://prod.example\ntoken = x");
    let outcome = run.args("--allow-profile prd").script("workspace(\"prd\");").run();
    outcome.expect(expect![[r#"
        --- stderr
        error: [HOME]/.databrickscfg has no profile `prd`
         --> x.rhai:1:1
          |
        1 | workspace("prd");
          | ^^^^^^^^^
        hint: there are: prod
        --- exit 3
    "#]]);
}

#[test]
fn in_a_sandbox_every_profile_is_the_sandbox() {
    let run = Patroll::new().profile("prod", "host = https://prod.example\ntoken = x");
    let script = "print(workspace(\"prod\").host == workspace_host());";
    let outcome = run.args("--sandbox -q --allow-profile prod").script(script).run();
    assert_eq!(outcome.to_string(), "true\n--- exit 0\n");
}
