//! Files behind `--allow-read` and `--allow-write`: compared by where they really lie.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{Folder, Outcome, Patroll, World, expect};

/// Runs a script in a folder with `open/in.txt` that may be used, and `closed/out.txt` that may not.
fn run(folder: &Rc<Folder>, world: &World, script: &str) -> Outcome {
    std::fs::create_dir_all(folder.work().join("open/deep")).unwrap();
    let run = Patroll::within(folder).on(world).file("open/in.txt", "inside\n");
    let run = run.file("closed/out.txt", "outside\n").args("--allow-read open --allow-write open");
    run.script(script).run()
}

#[test]
fn what_lies_in_a_granted_folder_can_be_read_and_written() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    let script = r#"
        print(read_file("open/in.txt"));
        print(read_file("open/deep/../in.txt"));
        write_file("open/new.txt", "one\ntwo");
        write_file("./open/../open/in.txt", "changed");
        print(read_file("open/new.txt"));
    "#;
    run(&folder, &world, script).expect(expect![[r#"
        inside

        inside

        one
        two
        --- stderr
        wrote 2 files
        --- exit 0
    "#]]);
    assert_eq!(folder.read("open/in.txt"), "changed");
}

#[test]
fn no_way_leads_out_of_it() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    std::fs::create_dir_all(folder.work().join("open")).unwrap();
    std::fs::create_dir_all(folder.work().join("closed")).unwrap();
    symlink("../closed/out.txt", folder.work().join("open/link.txt")).unwrap();
    symlink("../closed", folder.work().join("open/folder")).unwrap();
    let secret = folder.work().join("closed/out.txt").display().to_string();
    let paths = [
        "closed/out.txt",
        "open/../closed/out.txt",
        "open/link.txt",
        "open/folder/out.txt",
        "open/deep/../../closed/out.txt",
        "openly.txt",
        "open/missing/../../closed/out.txt",
        "",
        "..",
        &secret,
    ];
    for path in paths {
        for call in ["read_file(P)", "write_file(P, \"x\")"] {
            let script = format!("{};", call.replace('P', &format!("{path:?}")));
            let outcome = run(&folder, &world, &script);
            // A link as such may be named, and is then not written through.
            let is_link = path == "open/link.txt" && call.starts_with("write");
            assert_eq!(outcome.code(), if is_link { 1 } else { 5 }, "{script} {outcome}");
        }
    }
    assert_eq!(folder.read("closed/out.txt"), "outside\n");
}

#[test]
fn a_single_file_can_be_granted_before_it_is_there() {
    let world = World::new();
    let run =
        |script: &str| Patroll::new().on(&world).args("--allow-write new.txt").script(script).run();
    assert_eq!(run("write_file(\"new.txt\", \"x\");").code(), 0);
    assert_eq!(run("write_file(\"new.txt2\", \"x\");").code(), 5);
    assert_eq!(run("write_file(\"./new.txt\", \"x\");").code(), 0);
}

#[test]
fn a_secret_is_the_owners_alone_and_a_text_as_it_was() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    let mode =
        |path: &str| folder.work().join(path).metadata().unwrap().permissions().mode() & 0o777;
    let script = r#"
        let made = tokens_create("ci", days(1));
        write_file("value.txt", made.token_value);
        write_file("report.txt", "for all");
        write_file("tool.sh", "a tool");
    "#;
    folder.write("tool.sh", "", 0o755);
    let run = Patroll::within(&folder).on(&world).keeps("value.txt").script(script);
    run.args("--allow-write .").run().expect_success();
    assert_eq!((mode("value.txt"), mode("tool.sh")), (0o600, 0o755));
    assert_eq!(mode("report.txt") & 0o600, 0o600);
    assert!(
        folder.read("value.txt").starts_with("dapi") && folder.read("value.txt").ends_with('\n')
    );
    assert_eq!(folder.read("report.txt"), "for all");
}

#[test]
fn what_is_no_plain_text_is_not_read() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    folder.write("bytes.bin", [0xff, 0xfe], 0o600);
    let cases = [
        ("/dev/zero", "cannot read /dev/zero: it is no plain file"),
        ("/", "cannot read /: it is no plain file"),
        ("bytes.bin", "bytes.bin is not UTF-8"),
        ("missing.txt", "cannot read missing.txt: no such file or directory"),
    ];
    for (path, error) in cases {
        let run = Patroll::within(&folder).on(&world).args("--allow-read /");
        let outcome =
            run.script(&format!("try {{ read_file({path:?}) }} catch (e) {{ throw e }}")).run();
        outcome.expect_error(error);
        assert_eq!(outcome.code(), 1);
    }
}

#[test]
fn a_dry_run_and_a_sandbox_write_nothing() {
    let world = World::new();
    let script = "write_file(\"new.txt\", \"x\");";
    let outcome = Patroll::new().on(&world).script(script).args("-n --allow-write .").run();
    outcome.expect(expect![[r#"
        would  what     comment  asked by
        write  new.txt           x.rhai:1
        --- stderr
        dry run: 1 change would be made; nothing was
        --- exit 0
    "#]]);
    let outcome = Patroll::new().script(script).args("--sandbox -q --allow-write .").run();
    assert_eq!(outcome.to_string(), "--- exit 0\n");
}
