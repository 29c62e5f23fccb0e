//! The state file.

use std::path::Path;

use patroll::sandbox::{Options, Sandbox};
use pretty_assertions::assert_eq;

use super::client::{NOW, call, call_as, create, list, small, start};

fn kept_in(path: &Path) -> Options {
    Options { state: Some(path.to_owned()), ..small() }
}

#[test]
fn everything_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let first = start(kept_in(&path));
    let (value, _) = create(&first, r#"{"comment":"kept","scopes":["authentication","secrets"]}"#);
    call(&first, "POST", "/api/2.0/secrets/scopes/create", r#"{"scope":"s"}"#);
    call(&first, "POST", "/api/2.0/secrets/put", r#"{"scope":"s","key":"k","string_value":"v"}"#);
    call_as(&first, "", "POST", "/.sandbox/clock", r#"{"advance":"1d"}"#);
    let tokens = list(&first);
    let was = first.workspaces()[0].token.clone();
    drop(first);

    // Neither the seed nor the number of tokens matters once there is a file.
    let second = start(Options { seed: 99, tokens: 7, ..kept_in(&path) });
    assert_eq!((&second.workspaces()[0].token, second.now_ms()), (&was, NOW + 86_400_000));
    assert_eq!(list(&second), tokens);
    let get = "/api/2.0/secrets/get?scope=s&key=k";
    let read = call_as(&second, &format!("Bearer {value}"), "GET", get, "");
    assert_eq!(read.show(), r#"200 {"key":"k","value":"dg=="}"#);
    let (another, _) = create(&second, "{}");
    assert_ne!(another, value);
}

#[test]
fn workspaces_are_added_but_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let tokens = |workspaces| {
        let sandbox = start(Options { workspaces, ..kept_in(&path) });
        sandbox.workspaces().iter().map(|workspace| workspace.token.clone()).collect::<Vec<_>>()
    };
    let one = tokens(1);
    let three = tokens(3);
    assert_eq!((three.len(), &three[..1]), (3, &one[..]));
    assert_eq!(tokens(2), three);
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = start(kept_in(&path));
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    create(&sandbox, "{}");
    assert_eq!(mode(), 0o600);
    let names: Vec<_> =
        folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["state.json"]);
}

#[test]
fn the_values_of_created_tokens_are_not_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = start(kept_in(&path));
    let (value, id) = create(&sandbox, "{}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!((text.contains(&value), text.contains(&id)), (false, true));
}

#[test]
fn a_file_that_is_not_a_state_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let refusal = |content: &str| {
        std::fs::write(&path, content).unwrap();
        let refusal = Sandbox::start(kept_in(&path)).err().unwrap().to_string();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        refusal.replace(path.to_str().unwrap(), "FILE")
    };
    assert_eq!(
        refusal(""),
        "FILE is not a sandbox's state file: it breaks off or differs at line 1"
    );
    assert_eq!(
        refusal(r#"{"version":9,"advanced_ms":0,"workspaces":[]}"#),
        "FILE is not a sandbox's state file: it is of version 9, not 1"
    );
    let nowhere = folder.path().join("missing").join("state.json");
    let refusal = Sandbox::start(kept_in(&nowhere)).err().unwrap().to_string();
    assert!(refusal.starts_with("cannot use the sandbox's state file "), "{refusal}");
}
