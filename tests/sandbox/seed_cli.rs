//! The retired command line client, run for real: what it prints against the sandbox is what its
//! document shows.

use std::env;
use std::process::{Command, Output};

use patroll::sandbox::{Address, Sandbox};
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::client::{call_as, small, start};

const CREATED: &str = r#"{
  "token_value": "VALUE",
  "token_info": {
    "token_id": "ID",
    "creation_time": 1621287738473,
    "expiry_time": 1621417338473,
    "comment": "My comment."
  }
}
"#;

const LISTED: &str = r#"{
  "token_infos": [
    {
      "token_id": "ID",
      "creation_time": 1621287738473,
      "expiry_time": 1621417338473,
      "comment": "My comment."
    }
  ]
}
"#;

/// Runs `databricks tokens …` and gives what it prints and its exit code.
///
/// The client drops the port from a host, so it is led to the sandbox as if that were its proxy.
fn run(workspace: &Address, sign_in: &[(&str, &str)], args: &[&str]) -> (String, Option<i32>) {
    let program = env::var_os("PATROLL_SEED_CLI")
        .expect("PATROLL_SEED_CLI is to be the path of databricks-cli 0.18.0");
    let home = tempfile::tempdir().unwrap();
    let Output { status, stdout, .. } = Command::new(program)
        .arg("tokens")
        .args(args)
        .env_clear()
        .envs(env::var_os("PATH").map(|path| ("PATH", path)))
        .env("HOME", home.path())
        .env("http_proxy", &workspace.host)
        .env("DATABRICKS_HOST", "http://workspace.test")
        .env("DATABRICKS_CLI_DO_NOT_EXECUTE_NEWER_VERSION", "1")
        .envs(sign_in.iter().copied())
        .output()
        .unwrap();
    (String::from_utf8(stdout).unwrap(), status.code())
}

fn own_ids(sandbox: &Sandbox) -> Vec<String> {
    let bearer = format!("Bearer {}", sandbox.workspaces()[0].token);
    let answer = call_as(sandbox, &bearer, "GET", "/api/2.0/token/list", "").json();
    let infos = answer["token_infos"].as_array().unwrap().clone();
    infos.iter().map(|token| token["token_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
#[ignore = "needs the seed CLI; set PATROLL_SEED_CLI to its path, as .ci/run does"]
fn it_prints_what_its_document_shows() {
    let sandbox = start(small());
    let workspace = &sandbox.workspaces()[0];
    let token = [("DATABRICKS_TOKEN", workspace.token.as_str())];
    let basic = [
        ("DATABRICKS_USERNAME", workspace.user.as_str()),
        ("DATABRICKS_PASSWORD", workspace.password.as_str()),
    ];
    let own = own_ids(&sandbox).remove(0);

    let (created, code) = run(
        workspace,
        &token,
        &["create", "--lifetime-seconds", "129600", "--comment", "My comment."],
    );
    let parsed: Value = serde_json::from_str(&created).unwrap();
    let value = parsed["token_value"].as_str().unwrap();
    let id = parsed["token_info"]["token_id"].as_str().unwrap();
    assert_eq!(
        (created.replace(value, "VALUE").replace(id, "ID"), code),
        (CREATED.to_owned(), Some(0))
    );

    // The document's list has one token, so the one signed in with goes first.
    assert_eq!(
        run(workspace, &token, &["revoke", "--token-id", &own]),
        ("{}\n".to_owned(), Some(0))
    );
    let dead = "Error: Authorization failed. Your token may be expired or lack the valid scope\n";
    assert_eq!(run(workspace, &token, &["list"]), (dead.to_owned(), Some(1)));

    let (listed, code) = run(workspace, &basic, &["list"]);
    assert_eq!((listed.replace(id, "ID"), code), (LISTED.to_owned(), Some(0)));
    assert_eq!(run(workspace, &basic, &["revoke", "--token-id", id]), ("{}\n".to_owned(), Some(0)));
    assert_eq!(run(workspace, &basic, &["list"]), ("{}\n".to_owned(), Some(0)));
    let (unknown, code) = run(workspace, &basic, &["revoke", "--token-id", id]);
    let message = format!(
        "\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"No valid token with ID {id} found.\""
    );
    assert_eq!(
        (unknown.starts_with("Error: b'{") && unknown.contains(&message), code),
        (true, Some(1)),
        "{unknown}"
    );
}
