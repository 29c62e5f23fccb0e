//! Who wins where several say something: a table of what is set, and of what the workspace then gets to see.

use pretty_assertions::assert_eq;

use crate::support::{Patroll, Stub};

const CONFIG: &str = "\
[DEFAULT]
host = [A]
token = default-token

[prod]
host = [A]
token = prod-token

[basic]
host = [A]
username = ann
password = secret-word

[bare]
host = [A]

[__settings__]
";

/// What is set: flags, variables, and what is appended to the profile file.
struct Case {
    flags: &'static str,
    variables: &'static [(&'static str, &'static str)],
    settings: &'static str,
    /// The host that is asked, the credential it gets, the profile that the run says it uses.
    expected: &'static str,
}

const fn case(
    flags: &'static str,
    variables: &'static [(&'static str, &'static str)],
    expected: &'static str,
) -> Case {
    Case { flags, variables, settings: "", expected }
}

const HOST: &str = "DATABRICKS_HOST";
const TOKEN: &str = "DATABRICKS_TOKEN";
const PROFILE: &str = "DATABRICKS_CONFIG_PROFILE";

const CASES: [Case; 26] = [
    // The file, if nothing else is said.
    case("", &[], "A Bearer default-token DEFAULT"),
    case("-p prod", &[], "A Bearer prod-token prod"),
    case("--profile=prod", &[], "A Bearer prod-token prod"),
    case("", &[(PROFILE, "prod")], "A Bearer prod-token prod"),
    case("-p DEFAULT", &[(PROFILE, "prod")], "A Bearer default-token DEFAULT"),
    case("-p basic", &[], "A Basic YW5uOnNlY3JldC13b3Jk basic"),
    // The environment keeps the file out, unless a profile is named.
    case("", &[(HOST, "[B]"), (TOKEN, "env-token")], "B Bearer env-token "),
    case("", &[(HOST, "[B]"), (TOKEN, "env-token"), (PROFILE, "prod")], "B Bearer env-token prod"),
    case("-p prod", &[(HOST, "[B]"), (TOKEN, "env-token")], "A Bearer prod-token prod"),
    case("-p prod", &[(HOST, "[B]")], "A Bearer prod-token prod"),
    case("-p prod", &[(TOKEN, "env-token")], "A Bearer prod-token prod"),
    case("", &[(TOKEN, "env-token"), (PROFILE, "prod")], "A Bearer env-token prod"),
    case("-p bare", &[(TOKEN, "env-token")], "A Bearer env-token bare"),
    case("-p bare", &[(HOST, "[A]"), (TOKEN, "env-token")], "A Bearer env-token bare"),
    case("-p basic", &[(TOKEN, "env-token")], "A Basic YW5uOnNlY3JldC13b3Jk basic"),
    // What is empty is not there.
    case("", &[(HOST, ""), (TOKEN, ""), (PROFILE, "")], "A Bearer default-token DEFAULT"),
    // `--host` names a host, and needs a credential that may go there.
    case("--host [B]", &[(TOKEN, "env-token")], "B Bearer env-token "),
    case("--host [A]", &[], "A Bearer default-token DEFAULT"),
    case("--host [A]", &[(PROFILE, "prod")], "A Bearer prod-token prod"),
    case("--host [A]/some/path?o=1 -p prod", &[], "A Bearer prod-token prod"),
    // A way to sign in can be chosen where there are two.
    case(
        "",
        &[
            (HOST, "[B]"),
            (TOKEN, "env-token"),
            ("DATABRICKS_USERNAME", "ann"),
            ("DATABRICKS_PASSWORD", "secret-word"),
            ("DATABRICKS_AUTH_TYPE", "basic"),
        ],
        "B Basic YW5uOnNlY3JldC13b3Jk ",
    ),
    case(
        "",
        &[
            (HOST, "[B]"),
            (TOKEN, "env-token"),
            ("DATABRICKS_USERNAME", "ann"),
            ("DATABRICKS_PASSWORD", "secret-word"),
            ("DATABRICKS_AUTH_TYPE", "pat"),
        ],
        "B Bearer env-token ",
    ),
    // The file itself can say which profile is meant.
    Case {
        flags: "",
        variables: &[],
        settings: "default_profile = prod",
        expected: "A Bearer prod-token prod",
    },
    Case {
        flags: "-p basic",
        variables: &[],
        settings: "default_profile = prod",
        expected: "A Basic YW5uOnNlY3JldC13b3Jk basic",
    },
    Case {
        flags: "",
        variables: &[(PROFILE, "basic")],
        settings: "default_profile = prod",
        expected: "A Basic YW5uOnNlY3JldC13b3Jk basic",
    },
    Case {
        flags: "",
        variables: &[],
        settings: "default_profile =",
        expected: "A Bearer default-token DEFAULT",
    },
];

#[test]
fn who_wins() {
    for case in CASES {
        let stubs = [Stub::new([("200 OK", "{}")]), Stub::new([("200 OK", "{}")])];
        let fill =
            |text: &str| text.replace("[A]", stubs[0].host()).replace("[B]", stubs[1].host());
        let run = Patroll::new().config(fill(CONFIG) + case.settings).args(&fill(case.flags));
        let run = case.variables.iter().fold(run, |run, (name, value)| run.env(name, &fill(value)));
        let outcome = run.arg("eval").arg("tokens_list(); print(profile_name())").run();
        let asked = stubs.iter().zip(["A", "B"]).flat_map(|(stub, name)| {
            stub.asked()
                .into_iter()
                .map(move |request| format!("{name} {}", authorization(&request)))
        });
        let asked: Vec<_> = asked.collect();
        let what = format!("{} {:?} {}: {outcome}", case.flags, case.variables, case.settings);
        assert_eq!(
            format!("{} {}", asked.join(" + "), outcome.stdout().trim_end()),
            case.expected,
            "{what}"
        );
    }
}

fn authorization(request: &str) -> String {
    let lines = request.lines().filter_map(|line| line.split_once(": "));
    let mut found = lines.filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    found.next().map_or_else(String::new, |(_, value)| value.to_owned())
}

#[test]
fn a_request_says_who_asks_and_how_it_signs_in() {
    let user_agent = |variables: &[(&str, &str)]| {
        let stub = Stub::new([("200 OK", "{}")]);
        let run = Patroll::new().to(stub.host()).args("tokens list");
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        assert_eq!(run.run().code(), 0);
        let asked = stub.asked().concat().to_lowercase();
        let line = asked.lines().find(|line| line.starts_with("user-agent: ")).unwrap();
        line.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    };
    let system = std::env::consts::OS;
    assert_eq!(user_agent(&[]), format!("user-agent: patroll/[VERSION] os/{system} auth/pat"));
    assert_eq!(
        user_agent(&[("GITHUB_ACTIONS", "true")]),
        format!("user-agent: patroll/[VERSION] os/{system} auth/pat cicd/github")
    );
}
