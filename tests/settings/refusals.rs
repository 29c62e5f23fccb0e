//! What is refused, and in which words: missing, doubled, foreign and exposed credentials.

use pretty_assertions::assert_eq;

use crate::support::{Outcome, Patroll, Stub, expect};

const CONFIG: &str = "[DEFAULT]\nhost = https://default.example\ntoken = a-token\n\
    [prod]\nhost = https://prod.example\ntoken = b-token\n";

fn run(config: &str, variables: &[(&str, &str)], args: &str) -> Outcome {
    let run = Patroll::new().args(args).args("tokens list");
    let run = if config.is_empty() { run } else { run.config(config) };
    variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
}

#[test]
fn nothing_to_go_by() {
    run("", &[], "").expect(expect![[r#"
        --- stderr
        error: no workspace: there is no host in the environment or [HOME]/.databrickscfg
        hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    run("[a]\nhost = https://x\n[b]\n", &[], "").expect(expect![[r#"
        --- stderr
        error: no workspace: there is no host in the environment or [HOME]/.databrickscfg (profiles: a, b; choose with -p)
        hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    run("", &[("DATABRICKS_HOST", "https://a.example")], "").expect(expect![[r#"
        --- stderr
        error: no credential for https://a.example: found host (DATABRICKS_HOST)
        hint: set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    run("", &[("DATABRICKS_TOKEN", "x")], "").expect(expect![[r#"
        --- stderr
        error: no workspace: there is no host in the environment or [HOME]/.databrickscfg
        hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    run("", &[], "--host https://a.example").expect(expect![[r#"
        --- stderr
        error: no credential for https://a.example: found host (--host)
        hint: set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    run("[DEFAULT]\nhost = https://a.example\n", &[], "").expect(expect![[r#"
        --- stderr
        error: no credential for https://a.example (profile DEFAULT): found host (profile DEFAULT in [HOME]/.databrickscfg)
        hint: set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
    run("[DEFAULT]\ntoken = x\n", &[], "").expect(expect![[r#"
        --- stderr
        error: no workspace: there is no host in profile DEFAULT in [HOME]/.databrickscfg
        hint: set DATABRICKS_HOST, pass --host, or add `host = …` to the profile; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
}

#[test]
fn the_environment_does_not_fall_back_to_the_file() {
    run(CONFIG, &[("DATABRICKS_HOST", "https://other.example")], "").expect(expect![[r#"
        --- stderr
        error: no credential for https://other.example: found host (DATABRICKS_HOST)
        hint: set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
}

#[test]
fn a_profile_that_does_not_exist() {
    run(CONFIG, &[], "-p staging").expect(expect![[r#"
        --- stderr
        error: [HOME]/.databrickscfg has no profile `staging`
        hint: there are: DEFAULT, prod
        --- exit 3
    "#]]);
    run(CONFIG, &[("DATABRICKS_CONFIG_PROFILE", "staging")], "").expect(expect![[r#"
        --- stderr
        error: [HOME]/.databrickscfg has no profile `staging`
        hint: there are: DEFAULT, prod
        --- exit 3
    "#]]);
    run(&format!("{CONFIG}[__settings__]\ndefault_profile = gone\n"), &[], "").expect(expect![[
        r#"
        --- stderr
        error: [HOME]/.databrickscfg has no profile `gone`
        hint: there are: DEFAULT, prod
        --- exit 3
    "#
    ]]);
    run(&format!("{CONFIG}[__settings__]\ndefault_profile = prod\n"), &[], "-p __settings__")
        .expect(expect![[r#"
            --- stderr
            error: [HOME]/.databrickscfg has no profile `__settings__`
            hint: there are: DEFAULT, prod
            --- exit 3
        "#]]);
}

#[test]
fn a_secret_goes_only_to_the_host_it_was_given_with() {
    let stub = Stub::new([("200 OK", "{}")]);
    let refused = |config: &str, variables: &[(&str, &str)], args: &str| {
        let outcome = run(config, variables, args);
        assert_eq!(stub.asked(), Vec::<String>::new());
        outcome
    };
    let host = ("DATABRICKS_HOST", stub.host());
    let flag = format!("--host {}", stub.host());
    let hide = |outcome: Outcome| outcome.to_string().replace(stub.host(), "[STUB]");
    expect![[r#"
        --- stderr
        error: the credential from profile DEFAULT in [HOME]/.databrickscfg belongs to https://default.example, not to [STUB] (from --host)
        hint: a secret goes only to the host it was given with: name a profile for that host, or set DATABRICKS_HOST and DATABRICKS_TOKEN together
        --- exit 3
    "#]].assert_eq(&hide(refused(CONFIG, &[], &flag)));
    expect![[r#"
        --- stderr
        error: the credential from profile prod in [HOME]/.databrickscfg belongs to https://prod.example, not to [STUB] (from --host)
        hint: a secret goes only to the host it was given with: name a profile for that host, or set DATABRICKS_HOST and DATABRICKS_TOKEN together
        --- exit 3
    "#]].assert_eq(&hide(refused(CONFIG, &[], &format!("{flag} -p prod"))));
    expect![[r#"
        --- stderr
        error: the credential from profile prod in [HOME]/.databrickscfg belongs to https://prod.example, not to [STUB] (from DATABRICKS_HOST)
        hint: a secret goes only to the host it was given with: name a profile for that host, or set DATABRICKS_HOST and DATABRICKS_TOKEN together
        --- exit 3
    "#]].assert_eq(&hide(refused(CONFIG, &[host, ("DATABRICKS_CONFIG_PROFILE", "prod")], "")));
    let there = [("DATABRICKS_HOST", "https://there.example"), ("DATABRICKS_TOKEN", "c-token")];
    expect![[r#"
        --- stderr
        error: the credential from DATABRICKS_TOKEN belongs to https://there.example, not to [STUB] (from --host)
        hint: a secret goes only to the host it was given with: name a profile for that host, or set DATABRICKS_HOST and DATABRICKS_TOKEN together
        --- exit 3
    "#]].assert_eq(&hide(refused("", &there, &flag)));
    let bare = format!("[bare]\nhost = {}\n", stub.host());
    expect![[r#"
        --- stderr
        error: the credential from DATABRICKS_TOKEN belongs to https://there.example, not to [STUB] (from profile bare in [HOME]/.databrickscfg)
        hint: a secret goes only to the host it was given with: name a profile for that host, or set DATABRICKS_HOST and DATABRICKS_TOKEN together
        --- exit 3
    "#]].assert_eq(&hide(refused(&bare, &there, "-p bare")));
}

#[test]
fn a_credential_never_travels_unencrypted() {
    for host in
        ["http://a.example", "http://10.0.0.1:80", "http://127.0.0.1.a.example", "HTTP://a.example"]
    {
        let outcome = run("", &[("DATABRICKS_HOST", host), ("DATABRICKS_TOKEN", "x")], "");
        assert_eq!(outcome.code(), 3, "{host}: {outcome}");
        assert!(
            outcome.stderr().contains("is plain http: the credential would be readable on the way"),
            "{outcome}"
        );
    }
    run("", &[("DATABRICKS_HOST", "http://a.example"), ("DATABRICKS_TOKEN", "x")], "").expect(
        expect![[r#"
            --- stderr
            error: http://a.example is plain http: the credential would be readable on the way
            hint: write https://; only loopback may be http
            --- exit 3
        "#]],
    );
}

#[test]
fn two_ways_to_sign_in_need_a_choice() {
    let host = ("DATABRICKS_HOST", "https://a.example");
    let both = [
        host,
        ("DATABRICKS_TOKEN", "x"),
        ("DATABRICKS_USERNAME", "ann"),
        ("DATABRICKS_PASSWORD", "y"),
    ];
    run("", &both, "").expect(expect![[r#"
        --- stderr
        error: more than one way to sign in is configured: token (DATABRICKS_TOKEN) and username (DATABRICKS_USERNAME)
        hint: remove one, or say which with `auth_type` (DATABRICKS_AUTH_TYPE)
        --- exit 3
    "#]]);
    let config =
        "[p]\nhost = https://a.example\ntoken = x\nclient_id = i\nclient_secret = long-secret\n";
    run(config, &[], "-p p").expect(expect![[r#"
        --- stderr
        error: more than one way to sign in is configured: token (profile p in [HOME]/.databrickscfg) and client_id (profile p in [HOME]/.databrickscfg)
        hint: remove one, or say which with `auth_type` (DATABRICKS_AUTH_TYPE)
        --- exit 3
    "#]]);
}

#[test]
fn ways_to_sign_in_that_lack_something() {
    let refused =
        |lines: &str| run(&format!("[p]\nhost = https://a.example\n{lines}\n"), &[], "-p p");
    refused("client_id = i\nauth_type = oauth-m2m").expect(expect![[r#"
        --- stderr
        error: oauth-m2m for https://a.example (profile p) lacks client_secret
        hint: add it to the profile or the environment; `patroll auth describe` shows what is there
        --- exit 3
    "#]]);
    refused("auth_type = databricks-cli").expect(expect![[r#"
        --- stderr
        error: databricks-cli for https://a.example (profile p) lacks the program `databricks`
        hint: add it to the profile or the environment; `patroll auth describe` shows what is there
        --- exit 3
    "#]]);
    refused("token = x\nauth_type = nonsense").expect(expect![[r#"
        --- stderr
        error: auth_type `nonsense` (from profile p in [HOME]/.databrickscfg) is not known
        hint: patroll signs in by pat, basic, oauth-m2m, databricks-cli, metadata-service, github-oidc, azure-devops-oidc, env-oidc, file-oidc, github-oidc-azure, azure-msi, azure-client-secret, azure-cli
        --- exit 3
    "#]]);
    refused("token = x\nauth_type = google-credentials").expect(expect![[r#"
        --- stderr
        error: auth_type `google-credentials` (from profile p in [HOME]/.databrickscfg) is not supported
        hint: patroll signs in by pat, basic, oauth-m2m, databricks-cli, metadata-service, github-oidc, azure-devops-oidc, env-oidc, file-oidc, github-oidc-azure, azure-msi, azure-client-secret, azure-cli
        --- exit 3
    "#]]);
    refused("auth_type = pat").expect(expect![[r#"
        --- stderr
        error: pat for https://a.example (profile p) lacks token
        hint: add it to the profile or the environment; `patroll auth describe` shows what is there
        --- exit 3
    "#]]);
    refused("username = ann").expect(expect![[r#"
        --- stderr
        error: no credential for https://a.example (profile p): found host (profile p in [HOME]/.databrickscfg), username (profile p in [HOME]/.databrickscfg)
        hint: set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
}
