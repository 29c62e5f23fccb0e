//! Which host, which method and which source wins: flags × environment × file, as `auth describe` tells it.

use std::rc::Rc;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::{Folder, Patroll};

/// The profile file of most cases.
const FILE: &str = "\
[DEFAULT]
host = https://default.test
token = default-token

[prod]
host = https://prod.test
token = prod-token

[sp]
host = https://sp.test/?o=123
client_id = sp-id
client_secret = sp-secret

[bare]
host = https://bare.test

[pinned]
host = https://pinned.test
auth_type = basic
token = pinned-token
username = someone
password = pinned-password

[two]
host = https://two.test
token = two-token
client_id = two-id

[azure]
host = https://adb-1.5.azuredatabricks.net
azure_tenant_id = tenant
azure_client_id = az-id
azure_client_secret = az-secret

[federated]
host = https://federated.test
auth_type = env-oidc
oidc_token_env = MY_TOKEN

[bundle]
auth_type = pat
token = bundle-token

[empty]
host =

[id]
host = https://id.test
client_id = id-id

[user]
host = https://user.test
auth_type = basic
username = someone
";

/// A case: flags, environment, and what is expected: `host method attribute@source …`, or the exit code and the error.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const H: (&str, &str) = ("DATABRICKS_HOST", "https://env.test");
const T: (&str, &str) = ("DATABRICKS_TOKEN", "env-token-value");
const I: (&str, &str) = ("DATABRICKS_CLIENT_ID", "env-id");
const S: (&str, &str) = ("DATABRICKS_CLIENT_SECRET", "env-secret-value");
const PROD: (&str, &str) = ("DATABRICKS_CONFIG_PROFILE", "prod");
const U: (&str, &str) = ("DATABRICKS_USERNAME", "someone");
const P: (&str, &str) = ("DATABRICKS_PASSWORD", "env-password-value");
const ACTIONS_URL: (&str, &str) = ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://actions.test/token");
const ACTIONS_TOKEN: (&str, &str) = ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "actions-token-value");

/// Runs `auth describe` and gives host, method and where each credential came from in one line.
fn resolve(folder: &Rc<Folder>, args: &str, env: &[(&str, &str)]) -> String {
    let mut run = Patroll::within(folder).args("auth describe -o json").args(args);
    for (name, value) in env {
        run = run.env(name, value);
    }
    let secrets =
        ["default-token", "prod-token", "sp-secret", "pinned-password", "two-token", "az-secret"];
    for secret in
        secrets.into_iter().chain(["env-token-value", "env-secret-value", "env-password-value"])
    {
        run = run.secret(secret);
    }
    let outcome = run.run();
    if outcome.code() != 0 {
        let error = outcome.stderr().lines().find_map(|line| line.strip_prefix("error: "));
        return format!("{} {}", outcome.code(), error.unwrap_or_default())
            .replace("[HOME]/.databrickscfg", "FILE");
    }
    let found: Value = serde_json::from_str(outcome.stdout()).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let skipped = ["profile", "config_file", "auth_type"];
    let sources: Vec<String> = found["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| !skipped.contains(&row["name"].as_str().unwrap()))
        .map(|row| format!("{}@{}", text(&row["name"]), text(&row["source"])))
        .collect();
    let line =
        format!("{} {} {}", text(&found["host"]), text(&found["auth_type"]), sources.join(" "));
    line.replace("[HOME]/.databrickscfg:", "line").replace("DATABRICKS_", "")
}

#[track_caller]
fn check(file: Option<&str>, cases: &[Case]) {
    let folder = Rc::new(Folder::new());
    if let Some(file) = file {
        folder.write(folder.home().join(".databrickscfg"), file, 0o600);
    }
    let found: Vec<_> = cases.iter().map(|(args, env, _)| resolve(&folder, args, env)).collect();
    let show = |results: Vec<&str>| -> String {
        let lines = cases.iter().zip(results).map(|((args, env, _), result)| {
            let env: Vec<_> = env.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} {args}: {result}\n", env.join(" "))
        });
        lines.collect()
    };
    assert_eq!(
        show(found.iter().map(String::as_str).collect()),
        show(cases.iter().map(|case| case.2).collect())
    );
}

#[test]
#[rustfmt::skip]
fn the_file_alone() {
    check(
        Some(FILE),
        &[
            ("", &[], "https://default.test pat host@line2 token@line3"),
            ("-p prod", &[], "https://prod.test pat host@line6 token@line7"),
            ("", &[PROD], "https://prod.test pat host@line6 token@line7"),
            ("-p sp", &[], "https://sp.test oauth-m2m host@line10 workspace_id@line10 client_id@line11 client_secret@line12"),
            ("-p pinned", &[], "https://pinned.test basic host@line18 token@line20 username@line21 password@line22"),
            ("-p azure", &[], "https://adb-1.5.azuredatabricks.net azure-client-secret host@line30 azure_client_id@line32 azure_client_secret@line33 azure_tenant_id@line31"),
            ("-p two", &[], "3 more than one way to sign in is configured: token (profile two in FILE) and client_id (profile two in FILE)"),
            ("-p bare", &[], "3 no credential for https://bare.test (profile bare): found host (profile bare in FILE)"),
            ("-p bundle", &[], "3 no workspace: there is no host in profile bundle in FILE"),
            ("-p empty", &[], "3 no workspace: there is no host in profile empty in FILE"),
            ("-p nope", &[], "3 FILE has no profile `nope`"),
            ("-p __settings__", &[], "3 FILE has no profile `__settings__`"),
            ("-p federated", &[], "3 env-oidc for https://federated.test (profile federated) lacks oidc_token"),
        ],
    );
}

#[test]
#[rustfmt::skip]
fn the_environment_alone() {
    check(
        None,
        &[
            ("", &[], "3 no workspace: there is no host in the environment or FILE"),
            ("", &[H, T], "https://env.test pat host@HOST token@TOKEN"),
            ("", &[H, I, S], "https://env.test oauth-m2m host@HOST client_id@CLIENT_ID client_secret@CLIENT_SECRET"),
            ("", &[H, U, P], "https://env.test basic host@HOST username@USERNAME password@PASSWORD"),
            ("", &[H], "3 no credential for https://env.test: found host (DATABRICKS_HOST)"),
            ("", &[T], "3 no workspace: there is no host in the environment or FILE"),
            ("", &[H, U], "3 no credential for https://env.test: found host (DATABRICKS_HOST), username (DATABRICKS_USERNAME)"),
            ("", &[H, T, I, S], "3 more than one way to sign in is configured: token (DATABRICKS_TOKEN) and client_id (DATABRICKS_CLIENT_ID)"),
            ("", &[H, T, I, S, ("DATABRICKS_AUTH_TYPE", "pat")], "https://env.test pat host@HOST token@TOKEN client_id@CLIENT_ID client_secret@CLIENT_SECRET"),
            ("", &[H, T, I, S, ("DATABRICKS_AUTH_TYPE", "oauth-m2m")], "https://env.test oauth-m2m host@HOST token@TOKEN client_id@CLIENT_ID client_secret@CLIENT_SECRET"),
            ("", &[H, T, ("DATABRICKS_AUTH_TYPE", "oauth-m2m")], "3 oauth-m2m for https://env.test lacks client_id and client_secret"),
            ("", &[H, T, ("DATABRICKS_AUTH_TYPE", "magic")], "3 auth_type `magic` (from DATABRICKS_AUTH_TYPE) is not known"),
            ("", &[H, ("DATABRICKS_AUTH_TYPE", "google-id")], "3 auth_type `google-id` (from DATABRICKS_AUTH_TYPE) is not supported"),
            ("", &[H, ("GOOGLE_CREDENTIALS", "{\"k\":1}")], "3 auth_type `google-credentials` (from google_credentials in GOOGLE_CREDENTIALS) is not supported"),
            ("", &[("DATABRICKS_HOST", ""), T], "3 no workspace: there is no host in the environment or FILE"),
            ("", &[H, T, ("DATABRICKS_AUTH_TYPE", "")], "https://env.test pat host@HOST token@TOKEN"),
            ("", &[("DATABRICKS_HOST", "env.test/?o=42"), T], "https://env.test pat host@HOST workspace_id@HOST token@TOKEN"),
            ("", &[("DATABRICKS_HOST", "env.test/?o=x1&a=acc"), T], "https://env.test pat host@HOST account_id@HOST token@TOKEN"),
            ("", &[("DATABRICKS_HOST", "env.test?w=alpha&o=1"), T], "https://env.test pat host@HOST workspace_id@HOST token@TOKEN"),
            ("", &[("DATABRICKS_HOST", "ftp://env.test"), T], "3 `ftp://env.test` (from DATABRICKS_HOST) is not a workspace's address: ftp is not https"),
            ("", &[H, ("DATABRICKS_METADATA_SERVICE_URL", "http://127.0.0.1:1/x")], "https://env.test metadata-service host@HOST metadata_service_url@METADATA_SERVICE_URL"),
        ],
    );
}

#[test]
#[rustfmt::skip]
fn the_environment_against_the_file() {
    check(
        Some(FILE),
        &[
            ("", &[H, T], "https://env.test pat host@HOST token@TOKEN"),
            ("", &[H, I, S], "https://env.test oauth-m2m host@HOST client_id@CLIENT_ID client_secret@CLIENT_SECRET"),
            ("", &[T], "https://default.test pat host@line2 token@TOKEN"),
            ("", &[S, I], "3 more than one way to sign in is configured: token (profile DEFAULT in FILE) and client_id (DATABRICKS_CLIENT_ID)"),
            ("", &[("DATABRICKS_AZURE_RESOURCE_ID", "/subscriptions/s/x"), ("ARM_CLIENT_ID", "a"), ("ARM_CLIENT_SECRET", "b")], "none azure-client-secret azure_workspace_resource_id@AZURE_RESOURCE_ID azure_client_id@ARM_CLIENT_ID azure_client_secret@ARM_CLIENT_SECRET"),
            ("", &[H], "3 no credential for https://env.test: found host (DATABRICKS_HOST)"),
            ("-p prod", &[H, T], "https://prod.test pat host@line6 token@line7"),
            ("-p prod", &[T], "https://prod.test pat host@line6 token@line7"),
            ("-p prod", &[I, S], "https://prod.test pat host@line6 token@line7"),
            ("-p prod", &[("DATABRICKS_AUTH_TYPE", "basic")], "https://prod.test pat host@line6 token@line7"),
            ("-p bare", &[T], "https://bare.test pat host@line15 token@TOKEN"),
            ("-p bare", &[I, S], "https://bare.test oauth-m2m host@line15 client_id@CLIENT_ID client_secret@CLIENT_SECRET"),
            ("-p id", &[I, S], "https://id.test oauth-m2m host@line48 client_id@line49 client_secret@CLIENT_SECRET"),
            ("-p id", &[T], "3 no credential for https://id.test (profile id): found host (profile id in FILE), client_id (profile id in FILE)"),
            ("-p id", &[H, S], "3 the credential from DATABRICKS_CLIENT_SECRET belongs to https://env.test, not to https://id.test (from profile id in FILE)"),
            ("-p user", &[U, P, T], "https://user.test basic host@line52 username@line54 password@PASSWORD"),
            ("-p bare", &[H, T], "3 the credential from DATABRICKS_TOKEN belongs to https://env.test, not to https://bare.test (from profile bare in FILE)"),
            ("", &[PROD, T], "https://prod.test pat host@line6 token@TOKEN"),
            ("", &[PROD, H], "3 the credential from profile prod in FILE belongs to https://prod.test, not to https://env.test (from DATABRICKS_HOST)"),
            ("", &[PROD, H, T], "https://env.test pat host@HOST token@TOKEN"),
            ("", &[PROD, I, S], "3 more than one way to sign in is configured: token (profile prod in FILE) and client_id (DATABRICKS_CLIENT_ID)"),
            ("-p sp", &[PROD], "https://sp.test oauth-m2m host@line10 workspace_id@line10 client_id@line11 client_secret@line12"),
            ("", &[("DATABRICKS_CONFIG_PROFILE", "nope")], "3 FILE has no profile `nope`"),
            ("", &[("DATABRICKS_CONFIG_PROFILE", "")], "https://default.test pat host@line2 token@line3"),
            ("", &[("DATABRICKS_CONFIG_FILE", "~/nope")], "3 no workspace: there is no host in the environment or [HOME]/nope"),
            ("-p federated", &[("MY_TOKEN", "jwt")], "https://federated.test env-oidc host@line36 oidc_token_env@line38 oidc_token@MY_TOKEN"),
            ("-p federated", &[("DATABRICKS_OIDC_TOKEN", "jwt")], "3 env-oidc for https://federated.test (profile federated) lacks oidc_token"),
        ],
    );
}

#[test]
#[rustfmt::skip]
fn the_host_flag() {
    check(
        Some(FILE),
        &[
            ("--host https://flag.test", &[H, T], "3 the credential from DATABRICKS_TOKEN belongs to https://env.test, not to https://flag.test (from --host)"),
            ("--host https://env.test/", &[H, T], "https://env.test pat host@HOST token@TOKEN"),
            ("--host https://flag.test", &[T], "https://flag.test pat host@--host token@TOKEN"),
            ("--host https://flag.test", &[], "3 the credential from profile DEFAULT in FILE belongs to https://default.test, not to https://flag.test (from --host)"),
            ("--host https://flag.test -p bundle", &[], "https://flag.test pat host@--host token@line42"),
            ("--host default.test", &[], "https://default.test pat host@line2 token@line3"),
            ("--host http://default.test", &[], "3 the credential from profile DEFAULT in FILE belongs to https://default.test, not to http://default.test (from --host)"),
            ("--host https://bare.test -p bare", &[T], "https://bare.test pat host@line15 token@TOKEN"),
        ],
    );
}

#[test]
#[rustfmt::skip]
fn the_machine() {
    check(
        Some(FILE),
        &[
            ("-p bare", &[ACTIONS_URL, ACTIONS_TOKEN], "https://bare.test github-oidc host@line15 actions_id_token_request_url@ACTIONS_ID_TOKEN_REQUEST_URL actions_id_token_request_token@ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
            ("-p prod", &[ACTIONS_URL, ACTIONS_TOKEN], "https://prod.test pat host@line6 token@line7 actions_id_token_request_url@ACTIONS_ID_TOKEN_REQUEST_URL actions_id_token_request_token@ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
            ("", &[H, ACTIONS_URL, ACTIONS_TOKEN, ("DATABRICKS_AUTH_TYPE", "env-oidc")], "3 env-oidc for https://env.test lacks oidc_token"),
            ("", &[H, ("DATABRICKS_OIDC_TOKEN", "jwt")], "https://env.test env-oidc host@HOST oidc_token@OIDC_TOKEN"),
            ("", &[H, ("DATABRICKS_OIDC_TOKEN_FILE", "/x")], "https://env.test file-oidc host@HOST databricks_id_token_filepath@OIDC_TOKEN_FILE"),
            ("", &[H, ("DATABRICKS_OIDC_TOKEN_ENV", "Q"), ("Q", "jwt"), ("DATABRICKS_OIDC_TOKEN", "no")], "https://env.test env-oidc host@HOST oidc_token_env@OIDC_TOKEN_ENV oidc_token@Q"),
            ("", &[H, I, ("DATABRICKS_OIDC_TOKEN", "jwt")], "https://env.test env-oidc host@HOST client_id@CLIENT_ID oidc_token@OIDC_TOKEN"),
            ("", &[("DATABRICKS_HOST", "x.azuredatabricks.net"), ("ARM_USE_MSI", "true")], "https://x.azuredatabricks.net azure-msi host@HOST azure_use_msi@ARM_USE_MSI"),
            ("", &[H, ("ARM_USE_MSI", "true")], "3 no credential for https://env.test: found host (DATABRICKS_HOST), azure_use_msi (ARM_USE_MSI)"),
            ("", &[H, ("ARM_USE_MSI", "false")], "3 no credential for https://env.test: found host (DATABRICKS_HOST), azure_use_msi (ARM_USE_MSI)"),
            ("", &[H, ("ARM_CLIENT_ID", "a"), ("ARM_CLIENT_SECRET", "b")], "3 no credential for https://env.test: found host (DATABRICKS_HOST), azure_client_id (ARM_CLIENT_ID), azure_client_secret (ARM_CLIENT_SECRET)"),
            ("-p azure", &[ACTIONS_URL, ACTIONS_TOKEN], "https://adb-1.5.azuredatabricks.net github-oidc-azure host@line30 azure_client_id@line32 azure_client_secret@line33 azure_tenant_id@line31 actions_id_token_request_url@ACTIONS_ID_TOKEN_REQUEST_URL actions_id_token_request_token@ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
            ("", &[("DATABRICKS_AZURE_RESOURCE_ID", "/subscriptions/s/x"), ("ARM_CLIENT_ID", "a"), ("ARM_CLIENT_SECRET", "b")], "none azure-client-secret azure_workspace_resource_id@AZURE_RESOURCE_ID azure_client_id@ARM_CLIENT_ID azure_client_secret@ARM_CLIENT_SECRET"),
        ],
    );
}

#[test]
#[rustfmt::skip]
fn the_form_of_the_file() {
    check(
        Some(
            "\u{feff}; mine\r\n[__settings__]\r\ndefault_profile = work\r\n[work]\r\nhost=work.test # office\r\n  token : \"a b\"\r\n",
        ),
        &[
            ("", &[], "https://work.test pat host@line5 token@line6"),
            ("-p DEFAULT", &[], "3 FILE has no profile `DEFAULT`"),
        ],
    );
    check(
        Some("[__settings__]\ndefault_profile = gone\n"),
        &[("", &[], "3 FILE has no profile `gone`")],
    );
    check(
        Some("[a]\nhost = a.test\ntoken = first\n[a]\nhost = b.test\ntoken = second\n"),
        &[("-p a", &[], "https://b.test pat host@line5 token@line6")],
    );
    check(
        Some("[DEFAULT]\nhost = x.test\n[child]\ntoken = t\n"),
        &[("-p child", &[], "3 no workspace: there is no host in profile child in FILE")],
    );
}
