//! Ways to sign in that other programs lend: `az` and `databricks`.

use std::os::unix::fs::PermissionsExt;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use super::azure::{AZURE, NAMES};
use super::methods::check;
use super::renewal::TWICE;
use crate::support::{Authority, Folder, Front, Outcome, Patroll, Proxy, World};

/// Puts a program in the search path of a run.
fn with_program<'w>(run: Patroll<'w>, folder: &Folder, name: &str, text: &str) -> Patroll<'w> {
    let path = folder.work().join("bin").join(name);
    folder.write(&path, format!("#!/bin/sh\n{text}"), 0o700);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    run.env("PATH", &format!("{}:/usr/bin:/bin", folder.work().join("bin").display()))
}

#[test]
fn the_azure_command_line_lends_its_sign_in() {
    let (world, authority) = (World::new(), Authority::new());
    let address = world.address();
    let front = Front::new(&authority.sign(&NAMES), &address.host);
    let proxy = Proxy::to(front.port(), None);
    let folder = Rc::new(Folder::new());
    let program = |answer: &str| {
        let run = Patroll::within(&folder)
            .beside(&world)
            .file("ca.pem", authority.pem())
            .env("SSL_CERT_FILE", "ca.pem")
            .env("HTTPS_PROXY", &format!("http://{}", proxy.address()))
            .env("DATABRICKS_HOST", AZURE);
        with_program(run, &folder, "az", &format!("echo \"$@\" >> asked\n{answer}"))
    };
    let answer =
        format!("echo '{{\"accessToken\": \"{}\", \"expires_on\": 1999999999}}'", address.token);
    let found = check(program(&answer).keeps("az").env("ARM_TENANT_ID", "t1"), &world, &[]);
    assert_eq!(found, "azure-cli as admin@example.com");
    assert_eq!(
        folder.read("asked"),
        "account get-access-token --resource 2ff814a6-3304-4ab8-85cb-cd0e6f879c1d --output json --tenant t1\n"
    );
    std::fs::remove_file(folder.work().join("asked")).unwrap();
    let id = "/subscriptions/s1/resourceGroups/g/providers/Microsoft.Databricks/workspaces/w";
    let found =
        check(program(&answer).keeps("az").env("DATABRICKS_AZURE_RESOURCE_ID", id), &world, &[]);
    assert_eq!(found, "azure-cli as admin@example.com");
    assert!(folder.read("asked").ends_with("--output json --subscription s1\n"));
    let refusal = "echo 'ERROR: Please run az login' >&2; exit 1";
    let lost = check(program(refusal), &world, &[]);
    assert!(lost.starts_with(&format!("3 no credential for {AZURE}")), "{lost}");
    let pinned =
        program(refusal).env("DATABRICKS_AUTH_TYPE", "azure-cli").args("tokens list").run();
    pinned.expect_error("cannot sign in by azure-cli with the credential from `az`: `[DIR]/bin/az` failed: ERROR: Please run az login");
}

#[test]
fn the_databricks_command_line_lends_its_sign_in() {
    let world = World::new();
    let address = world.address();
    let folder = Rc::new(Folder::new());
    let run = |version: &str, answer: &str| {
        let run = Patroll::within(&folder).beside(&world).env("DATABRICKS_HOST", &address.host);
        let text = format!(
            "echo \"$@\" >> asked\nif [ \"$1\" = version ]; then echo 'Databricks CLI v{version}'; exit 0; fi\n{answer}"
        );
        with_program(run, &folder, "databricks", &text).keeps("databricks")
    };
    let answer = format!(
        "echo '{{\"access_token\": \"{}\", \"token_type\": \"Bearer\", \"expiry\": \"2027-01-01T00:00:00.123456789+01:00\"}}'",
        address.token
    );
    let found = check(run("0.296.0", &answer), &world, &[]);
    assert_eq!(found, "databricks-cli as admin@example.com");
    assert_eq!(folder.read("asked"), format!("version\nauth token --host {}\n", address.host));

    std::fs::remove_file(folder.work().join("asked")).unwrap();
    world.fault("me:status=401");
    let renewed = check(run("0.296.0", &answer), &world, &[]);
    assert_eq!(renewed, "databricks-cli as admin@example.com");
    assert!(folder.read("asked").ends_with("--force-refresh\n"), "{}", folder.read("asked"));

    let unknown = run(
        "0.250.0",
        "echo 'Error: databricks OAuth is not configured for this host' >&2; exit 1",
    );
    let found = check(unknown, &world, &[]);
    assert!(
        found.starts_with("3 no credential for [HOST]: found host (DATABRICKS_HOST)"),
        "{found}"
    );

    let retired = run("0.18.0", "# from databricks_cli.cli import cli");
    retired.env("DATABRICKS_AUTH_TYPE", "databricks-cli").args("tokens list").run().expect_error(
        "`[DIR]/bin/databricks` is the retired Python version, which cannot hand out tokens: install the current one",
    );
}

#[test]
fn a_program_is_asked_again_when_what_it_lent_has_died() {
    let world = World::new();
    let (_, first) = world.mint("first", 1);
    let (_, second) = world.mint("second", 5);
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder)
        .beside(&world)
        .env("DATABRICKS_HOST", &world.address().host)
        .file("lent", first)
        .keeps("lent")
        .keeps("databricks");
    let text = "if [ \"$1\" = version ]; then echo 'Databricks CLI v0.200.0'; exit 0; fi\n\
        echo '{\"access_token\": \"'$(cat lent)'\", \"expiry\": \"2026-11-23 13:00:00Z\"}'";
    let run = with_program(run, &folder, "databricks", text);
    let run = run.script(TWICE).typed().start().await_stdout("one");
    world.advance(2 * 60 * 60 * 1000);
    folder.write("lent", second, 0o600);
    let outcome = run.end_input().finish();
    assert_eq!((outcome.code(), outcome.stdout()), (0, "one\ntwo\n"), "{outcome}");
}

#[test]
fn the_databricks_command_line_is_asked_for_a_profile_or_a_host() {
    let world = World::new();
    let address = world.address();
    let folder = Rc::new(Folder::new());
    let asked = |version: &str, lines: &str, outcome: &dyn Fn(Outcome)| {
        let path = folder.home().join(".databrickscfg");
        folder.write(path, format!("[p]\nhost = {}\n{lines}\n", address.host), 0o600);
        let run = Patroll::within(&folder).beside(&world).args("-p p tokens list");
        let text = format!(
            "echo \"$@\" > asked\nif [ \"$1\" = version ]; then echo 'Databricks CLI v{version}'; exit 0; fi\n\
             echo '{{\"access_token\": \"{}\"}}'",
            address.token
        );
        let run = with_program(run, &folder, "databricks", &text).keeps("databricks");
        outcome(run.run());
        folder.read("asked")
    };
    let succeeds = |outcome: Outcome| outcome.expect_success();
    assert_eq!(asked("0.207.1", "", &succeeds), "auth token --profile p\n");
    assert_eq!(
        asked("0.207.0", "account_id = a", &succeeds),
        format!("auth token --host {}\n", address.host)
    );
    let path = folder.work().join("bin/databricks");
    let configured = format!("databricks_cli_path = {}", path.display());
    assert_eq!(asked("1.13.0", &configured, &succeeds), "auth token --profile p\n");
    asked("1.13.0", "client_secret = a-secret\nauth_type = databricks-cli", &|outcome| {
        outcome.expect_error(
            "`[DIR]/bin/databricks` signs in users, and a client_secret is configured: use oauth-m2m",
        );
    });
}

#[test]
fn a_program_that_hangs_holds_nothing_up() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder).beside(&world).env("DATABRICKS_HOST", &world.address().host);
    // What it has started outlives it and holds its streams.
    let text = "mkfifo held; cat held & wait";
    let run = with_program(run, &folder, "databricks", text).args("--timeout 500ms tokens list");
    let outcome = run.run();
    outcome.expect_error("the time limit of 500ms was reached");
    assert_eq!(outcome.code(), 124, "{outcome}");
    drop(std::fs::OpenOptions::new().write(true).open(folder.work().join("held")).unwrap());
}
