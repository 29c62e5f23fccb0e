//! Which workspaces a run is for: patterns, all profiles, hosts, and every n-th of them.

use std::fmt::Write as _;

use pretty_assertions::assert_eq;

use super::world;
use crate::support::{Patroll, World};

/// Gives a run with these profiles, none of which anybody asks anything.
fn profiles(names: &[&str]) -> Patroll<'static> {
    let section = |name: &&str| format!("[{name}]\nhost = https://{name}.example.com\ntoken = t\n");
    Patroll::new().config(names.iter().map(section).collect::<String>())
}

/// Runs what asks nothing on the workspaces that the flags name, and gives their names in order.
#[track_caller]
fn named(run: Patroll<'_>, flags: &str) -> Vec<String> {
    let outcome = run.args(flags).args("-j 1").script("print(1);").run();
    assert_eq!(outcome.code(), 0, "{outcome}");
    let lines = outcome.stdout().lines();
    lines.map(|line| line.strip_suffix(": 1").unwrap().to_owned()).collect()
}

const ALL: [&str; 6] = ["dev", "eu-1", "eu-22", "prod-eu", "prod-us", "DEFAULT"];

#[test]
fn patterns_and_names_name_profiles_once_and_in_order() {
    let cases: [(&str, &[&str]); 6] = [
        ("-p prod-*", &["prod-eu", "prod-us"]),
        ("-p eu-?", &["eu-1"]),
        ("-p prod-* -p eu-?", &["eu-1", "prod-eu", "prod-us"]),
        ("-p prod-us -p prod-* -p dev", &["dev", "prod-eu", "prod-us"]),
        ("--profile=*-1 --profile dev", &["dev", "eu-1"]),
        ("-p *", &["DEFAULT", "dev", "eu-1", "eu-22", "prod-eu", "prod-us"]),
    ];
    for (flags, names) in cases {
        assert_eq!(named(profiles(&ALL), flags), names, "{flags}");
    }
}

#[test]
fn all_profiles_are_those_of_workspaces() {
    let text = "[__settings__]\ndefault_profile = a\n\
        [b]\nhost = https://b.example.com\ntoken = t\n\
        [a]\nhost = https://a.example.com\ntoken = t\n\
        [account]\nhost = https://accounts.cloud.databricks.com\naccount_id = 1\n\
        [elsewhere]\njobs-api-version = 2.1\n\
        [azure]\nazure_workspace_resource_id = /subscriptions/x\n";
    assert_eq!(named(Patroll::new().config(text), "--all-profiles"), ["a", "azure", "b"]);
}

#[test]
fn shards_have_every_workspace_exactly_once() {
    for count in [1, 2, 4, 9] {
        let mut all: Vec<String> = Vec::new();
        for number in 1..=count {
            let by_flag =
                named(profiles(&ALL), &format!("--all-profiles --shard {number}/{count}"));
            let by_index = profiles(&ALL).env("JOB_COMPLETION_INDEX", &(number - 1).to_string());
            assert_eq!(named(by_index, &format!("--all-profiles --shard {count}")), by_flag);
            all.extend(by_flag);
        }
        all.sort();
        assert_eq!(all, ["DEFAULT", "dev", "eu-1", "eu-22", "prod-eu", "prod-us"]);
    }
}

/// Prepares a run that signs in to any of these workspaces as one service principal.
fn by_oauth<'w>(worlds: &[&World]) -> Patroll<'w> {
    let address = worlds[0].address();
    Patroll::new()
        .env("DATABRICKS_CLIENT_ID", &address.client_id)
        .env("DATABRICKS_CLIENT_SECRET", &address.client_secret)
        .secret(&address.client_secret)
}

#[test]
fn hosts_in_a_file_or_on_stdin_share_one_credential() {
    // The same seed makes the same service principal.
    let worlds = [world(7), world(7)];
    let mut hosts = "# our workspaces\n\n".to_owned();
    for world in &worlds {
        writeln!(hosts, "  {}/ # and a path", world.address().host).unwrap();
    }
    writeln!(hosts, "{}", worlds[0].address().host).unwrap();
    let script = "print(tokens_list().len());";
    let names =
        worlds.iter().map(|world| format!("{}: 0\n", world.address().host.replace("http://", "")));
    let expected = names.collect::<String>();
    let of_file = by_oauth(&worlds.each_ref()).file("hosts.txt", &hosts);
    let of_file = of_file.args("--workspaces hosts.txt -j 1").script(script).run();
    assert_eq!((of_file.stdout(), of_file.code()), (expected.as_str(), 0), "{of_file}");
    let of_stdin = by_oauth(&worlds.each_ref()).stdin(hosts.clone());
    let of_stdin = of_stdin.args("--workspaces - -j 1").script(script).run();
    assert_eq!((of_stdin.stdout(), of_stdin.code()), (expected.as_str(), 0), "{of_stdin}");
    // A profile can say how to sign in, whatever host it names.
    let address = worlds[0].address();
    let lines = format!(
        "host = https://other.example.com\nclient_id = {}\nclient_secret = {}",
        address.client_id, address.client_secret
    );
    let by_profile = Patroll::new().profile("robot", &lines).secret(&address.client_secret);
    let by_profile = by_profile.file("hosts.txt", &hosts);
    let by_profile = by_profile.args("-p robot --workspaces hosts.txt -j 1").script(script).run();
    assert_eq!((by_profile.stdout(), by_profile.code()), (expected.as_str(), 0), "{by_profile}");
}
