//! What `import` finds: files below the script's own folder, then the bundled `lib/`; nothing else.

use std::os::unix::fs::symlink;
use std::rc::Rc;

use pretty_assertions::assert_eq;

use crate::support::{Folder, Patroll, World, expect};

#[test]
fn a_script_finds_what_lies_below_its_folder() {
    let run = Patroll::new()
        .file("a/main.rhai", "import \"one\" as one; import \"lib/two\" as two; print(one::x() + two::x());")
        .file("a/one.rhai", "fn x() { 1 }")
        .file("a/lib/two.rhai", "import \"three\" as three; import \"one\" as one; fn x() { 10 * three::x() + one::x() }")
        .file("a/lib/three.rhai", "export const X = 3; fn x() { global::X }");
    run.args("run a/main.rhai").run().expect(expect![[r#"
        32
        --- exit 0
    "#]]);
}

#[test]
fn the_bundled_library_is_there_for_copies_and_stdin() {
    let world = World::new();
    let script = "import \"lib/policy\" as policy; print(policy::living(tokens_list()).len());";
    assert_eq!(Patroll::new().on(&world).script(script).run().stdout(), "1\n");
    let run = Patroll::new().on(&world).args("run -").stdin(script);
    assert_eq!(run.run().stdout(), "1\n");
    let own = "fn living(tokens) { [1, 2, 3] }";
    let run = Patroll::new().on(&world).file("lib/policy.rhai", own).script(script);
    assert_eq!(run.run().stdout(), "3\n", "the script's own folder comes first");
    let copy = Patroll::new().args("scripts show cleanup_expired").run().stdout().to_owned();
    let run = Patroll::new().on(&world).file("mine.rhai", &copy).args("run mine.rhai");
    assert_eq!(run.run().to_string(), "--- exit 0\n");
}

#[test]
fn nothing_leads_out_of_the_folder() {
    let folder = Rc::new(Folder::new());
    folder.write("secret.rhai", "fn x() { 1 }", 0o600);
    folder.write("a/x", "", 0o600);
    let outside = folder.work().join("secret.rhai");
    symlink(&outside, folder.work().join("a/link.rhai")).unwrap();
    symlink(folder.work(), folder.work().join("a/up")).unwrap();
    symlink("nowhere", folder.work().join("a/dangling.rhai")).unwrap();
    let absolute = folder.work().join("secret").display().to_string();
    for (path, expected) in [
        ("../secret", "no `..`, no absolute path"),
        ("b/../../secret", "no `..`, no absolute path"),
        (&absolute, "no `..`, no absolute path"),
        ("./secret", ""),
        ("link", "a link leads it out of the script's folder"),
        ("up/secret", "a link leads it out of the script's folder"),
        ("dangling", "there is no module `dangling`"),
        ("secret", "there is no module `secret`"),
        ("", ""),
        ("lib/nothing", "there is no module `lib/nothing`"),
    ] {
        let script = format!("import \"{path}\" as s; print(s::x());");
        let run = Patroll::within(&folder).file("a/main.rhai", &script).args("run a/main.rhai");
        let outcome = run.run();
        assert!([1, 2].contains(&outcome.code()), "{path}: {outcome}");
        assert_eq!(outcome.stdout(), "", "{path}");
        assert!(outcome.stderr().contains(expected), "{path}: {outcome}");
    }
}

#[test]
fn a_link_to_the_script_itself_or_within_its_folder_is_fine() {
    let folder = Rc::new(Folder::new());
    folder.write("real/main.rhai", "import \"alias\" as a; print(a::x());", 0o600);
    folder.write("real/lib.rhai", "fn x() { 7 }", 0o600);
    symlink("lib.rhai", folder.work().join("real/alias.rhai")).unwrap();
    symlink("real", folder.work().join("linked")).unwrap();
    let run = Patroll::within(&folder).args("run linked/main.rhai");
    assert_eq!(run.run().stdout(), "7\n");
}

#[test]
fn modules_that_import_each_other_are_told() {
    let run = Patroll::new()
        .file("a.rhai", "import \"b\" as b; fn x() { 1 }")
        .file("b.rhai", "import \"a\" as a; fn x() { 2 }")
        .script("import \"a\" as a; print(a::x());");
    run.run().expect(expect![[r#"
        --- stderr
        error: cannot import `a`: it imports itself, directly or through others
         --> [DIR]/b.rhai:1:8
          |
        1 | import "a" as a; fn x() { 2 }
          |        ^
          |
         ::: [DIR]/a.rhai:1:8
          |
        1 | import "b" as b; fn x() { 1 }
          |        - imported here
          |
         ::: x.rhai:1:8
          |
        1 | import "a" as a; print(a::x());
          |        - imported here
        --- exit 1
    "#]]);
    let run = Patroll::new().file("me.rhai", "import \"me\" as me;").script("import \"me\" as m;");
    let outcome = run.run();
    assert!(outcome.stderr().contains("it imports itself"), "{outcome}");
}

#[test]
fn a_mistake_in_an_import_is_shown_there() {
    let run = Patroll::new()
        .file("lib/bad.rhai", "fn x() {\n    1 +\n}\n")
        .script("import \"lib/bad\" as bad;\nprint(bad::x());");
    run.run().expect(expect![[r#"
        --- stderr
        error: unexpected '}'
         --> [DIR]/lib/bad.rhai:3:1
          |
        3 | }
          | ^
          |
         ::: x.rhai:1:1
          |
        1 | import "lib/bad" as bad;
          | ------ imported here
        --- exit 2
    "#]]);
    let run = Patroll::new()
        .file("lib/bad.rhai", "fn x() { no_such() }")
        .script("import \"lib/bad\" as bad;\nprint(bad::x());");
    let outcome = run.run();
    assert_eq!(outcome.code(), 2, "{outcome}");
    let run = Patroll::new().script("import \"lib/policy\" as p;\np::livng([]);");
    let outcome = run.run();
    assert_eq!((outcome.code(), outcome.stdout()), (2, ""), "{outcome}");
}
