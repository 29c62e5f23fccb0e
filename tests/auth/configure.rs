//! `patroll configure`, typed on a terminal.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{Authority, Folder, Front, Outcome, Patroll, Signal, World, expect};

const ADDRESS: &str = "address of the workspace: ";
const TOKEN: &str = "token (empty for a service principal): ";

#[test]
fn what_is_typed_is_tried_and_written_and_not_shown() {
    let world = World::new();
    let address = world.address();
    let folder = Rc::new(Folder::new());
    folder.write(
        folder.home().join(".databrickscfg"),
        "# mine\n[work] # office\nclient_id = x\nother = kept\n",
        0o644,
    );
    let run = Patroll::within(&folder).beside(&world).keeps(".databrickscfg").terminal(80);
    let run = run
        .args("configure -p work")
        .start()
        .await_stdout(ADDRESS)
        .type_in(&format!("{}\n", address.host));
    let run = run.await_stdout(TOKEN).type_in(&format!("{}\n", address.token));
    run.finish().expect(expect![[r#"
        address of the workspace: [HOST]
        token (empty for a service principal): 
        signed in to [HOST] as admin@example.com
        wrote profile work in [HOME]/.databrickscfg
        --- exit 0
    "#]]);
    assert_eq!(
        folder.read(folder.home().join(".databrickscfg")),
        format!(
            "# mine\n[work] # office\nother = kept\nhost = {}\ntoken = {}\n",
            address.host, address.token
        )
    );
}

#[test]
fn a_service_principal_is_asked_for_where_there_is_no_token() {
    let world = World::new();
    let address = world.address();
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder).beside(&world).keeps(".databrickscfg").terminal(80);
    let run =
        run.args("configure --host").arg(&address.host).start().await_stdout(TOKEN).type_in("\n");
    let run = run.await_stdout("client id: ").type_in(&format!("{}\n", address.client_id));
    let run = run.await_stdout("client secret: ").type_in(&format!("{}\n", address.client_secret));
    let outcome = run.finish();
    assert_eq!(outcome.code(), 0, "{outcome}");
    let again =
        Patroll::within(&folder).beside(&world).keeps(".databrickscfg").args("auth check").run();
    assert_eq!(again.code(), 0, "{again}");
}

#[test]
fn another_way_to_sign_in_makes_room_and_the_way_there_stays() {
    let (world, authority) = (World::new(), Authority::new());
    let front = Front::new(&authority.sign(&["127.0.0.1"]), &world.address().host);
    let host = format!("https://127.0.0.1:{}", front.port());
    let folder = Rc::new(Folder::new());
    folder.write("ca.pem", authority.pem(), 0o600);
    let old =
        "[work]\nazure_tenant_id = t\nauth_type = azure-cli\nca_file = ca.pem\nusername = u\n";
    folder.write(folder.home().join(".databrickscfg"), old, 0o600);
    let run = Patroll::within(&folder).beside(&world).keeps(".databrickscfg").terminal(80);
    let run = run.args("configure -p work --host").arg(&host).start();
    let token = &world.address().token;
    let outcome = run.await_stdout(TOKEN).type_in(&format!("{token}\n")).finish();
    assert_eq!(outcome.code(), 0, "{outcome}");
    assert_eq!(
        folder.read(folder.home().join(".databrickscfg")),
        format!("[work]\nca_file = ca.pem\nhost = {host}\ntoken = {token}\n")
    );
    let again = Patroll::within(&folder).beside(&world).keeps(".databrickscfg");
    again.args("auth check -p work").run().expect_success();
}

#[test]
fn what_is_no_profile_leaves_no_file() {
    let (world, folder) = (World::new(), Rc::new(Folder::new()));
    let run = Patroll::within(&folder).beside(&world).terminal(80);
    let run = run.args("configure -p __settings__ --host").arg(&world.address().host).start();
    let token = &world.address().token;
    let outcome = run.await_stdout(TOKEN).type_in(&format!("{token}\n")).finish();
    assert!(outcome.stdout().contains("__settings__ is no profile"), "{outcome}");
    assert!(outcome.code() == 3 && !folder.home().join(".databrickscfg").exists(), "{outcome}");
}

#[test]
fn what_does_not_sign_in_is_not_written() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder).beside(&world).secret("dapi-of-nobody").terminal(80);
    let run = run.args("configure --host").arg(&world.address().host).start();
    let outcome = run.await_stdout(TOKEN).type_in("dapi-of-nobody\n").finish();
    assert_eq!(outcome.code(), 3, "{outcome}");
    assert!(!folder.home().join(".databrickscfg").exists());
}

/// Configures the profile `work`, and gives what came of it.
fn configure(folder: &Rc<Folder>, world: &World) -> Outcome {
    let run =
        Patroll::within(folder).beside(world).keeps(".databrickscfg").keeps("real").terminal(80);
    let run = run.args("configure -p work --host").arg(&world.address().host).start();
    run.await_stdout(TOKEN).type_in(&format!("{}\n", world.address().token)).finish()
}

#[test]
fn a_link_stays_one_and_the_file_becomes_private() {
    let (world, folder) = (World::new(), Rc::new(Folder::new()));
    folder.write("real", "# mine\n", 0o644);
    symlink(folder.work().join("real"), folder.home().join(".databrickscfg")).unwrap();
    configure(&folder, &world).expect_success();
    assert!(folder.home().join(".databrickscfg").is_symlink());
    assert!(folder.read("real").starts_with("# mine\n\n[work]\n"));
    let mode = fs::metadata(folder.work().join("real")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left: Vec<_> = fs::read_dir(folder.work()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
#[allow(clippy::print_stderr, reason = "what could not be tested is said")]
fn what_belongs_to_somebody_else_or_is_malformed_is_left_alone() {
    let (world, folder) = (World::new(), Rc::new(Folder::new()));
    let path = folder.home().join(".databrickscfg");
    folder.write(&path, "[work\n", 0o600);
    let outcome = configure(&folder, &world);
    assert_eq!((outcome.code(), folder.read(&path).as_str()), (3, "[work\n"), "{outcome}");
    folder.write(&path, "[work]\n", 0o600);
    // Only root can give a file away.
    if chown(&path, Some(12345), None).is_ok() {
        let outcome = configure(&folder, &world);
        assert_eq!((outcome.code(), folder.read(&path).as_str()), (1, "[work]\n"), "{outcome}");
        assert!(outcome.stdout().contains("it belongs to another user"), "{outcome}");
    } else {
        eprintln!("0 tests of a file of another user: only root can make one");
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    let run = Patroll::within(&folder).beside(&world).terminal(80);
    let run = run.args("configure -n --host").arg(&world.address().host).start();
    let outcome = run.await_stdout(TOKEN).type_in(&format!("{}\n", world.address().token)).finish();
    assert_eq!(outcome.code(), 0, "{outcome}");
    assert!(!folder.home().join(".databrickscfg").exists());
}

#[test]
fn an_interruption_ends_the_question() {
    let run = Patroll::new().terminal(80).args("configure --host https://a.test").start();
    let outcome = run.await_stdout(TOKEN).signal(Signal::INT).finish();
    assert_eq!(outcome.code(), 130, "{outcome}");
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    Patroll::new().args("configure").run().expect(expect![[r#"
        --- stderr
        error: this asks questions, and stdin is no terminal
        hint: off a terminal, set DATABRICKS_HOST and DATABRICKS_TOKEN, or write the profile file
        --- exit 2
    "#]]);
}

#[test]
fn fifty_at_once_lose_nothing() {
    let world = World::new();
    let folder = Rc::new(Folder::new());
    let path = folder.home().join(".databrickscfg");
    folder.write(&path, "# mine\n[first]\nhost = https://a.test\n", 0o600);
    let address = world.address();
    let runs: Vec<_> = (0..50)
        .map(|number| {
            let run = Patroll::within(&folder).beside(&world).keeps(".databrickscfg").terminal(80);
            run.args(&format!("configure -p p{number} --host")).arg(&address.host).start()
        })
        .collect();
    let runs: Vec<_> = runs.into_iter().map(|run| run.await_stdout(TOKEN)).collect();
    let typed = format!("{}\n", address.token);
    let runs: Vec<_> = runs.into_iter().map(|run| run.type_in(&typed)).collect();
    // What one is about to write lies beside the file while another is looked at.
    let runs: Vec<_> = runs.into_iter().map(|run| run.await_stdout("wrote")).collect();
    for run in runs {
        let outcome = run.finish();
        assert_eq!(outcome.code(), 0, "{outcome}");
    }
    let text = folder.read(&path);
    assert!(text.starts_with("# mine\n[first]\nhost = https://a.test\n"), "{text}");
    for number in 0..50 {
        let section = format!("[p{number}]\nhost = {}\ntoken = {}\n", address.host, address.token);
        assert!(text.contains(&section), "p{number} is missing:\n{text}");
    }
}
