//! Files that are no scripts: missing, folders, endless, binary, empty.

use std::fs::{self, File};
use std::rc::Rc;

use crate::support::{Folder, Patroll, expect};

#[test]
fn nothing_there() {
    let run = |args: &str| Patroll::new().file("a.txt", "x").args(args).run();
    run("run nowhere.rhai").expect(expect![[r#"
        --- stderr
        error: cannot load the script nowhere.rhai: no such file or directory
        --- exit 2
    "#]]);
    run("run ./nowhere").expect(expect![[r#"
        --- stderr
        error: cannot load the script ./nowhere: no such file or directory
        --- exit 2
    "#]]);
    run("run a.txt/x.rhai").expect(expect![[r#"
        --- stderr
        error: cannot load the script a.txt/x.rhai: not a directory
        --- exit 2
    "#]]);
}

#[test]
fn a_folder() {
    Patroll::new().file("x.rhai/y", "").args("run x.rhai").run().expect(expect![[r#"
        --- stderr
        error: cannot load the script x.rhai: it is a folder
        --- exit 2
    "#]]);
    Patroll::new().args("run .").run().expect(expect![[r#"
        --- stderr
        error: cannot load the script .: no bundled script has that name
        hint: `patroll scripts list` shows the bundled ones; a file's name has a `/` or ends in .rhai
        --- exit 2
    "#]]);
    Patroll::new().args("run ./").run().expect(expect![[r#"
        --- stderr
        error: cannot load the script ./: it is a folder
        --- exit 2
    "#]]);
}

#[test]
fn a_gigabyte() {
    let folder = Rc::new(Folder::new());
    let file = File::create(folder.work().join("x.rhai")).unwrap();
    file.set_len(1 << 30).unwrap();
    Patroll::within(&folder).args("run x.rhai").run().expect(expect![[r#"
        --- stderr
        error: cannot load the script x.rhai: it is larger than 4 MiB
        --- exit 2
    "#]]);
    fs::remove_file(folder.work().join("x.rhai")).unwrap();
    Patroll::new().args("run /dev/zero").run().expect(expect![[r#"
        --- stderr
        error: cannot load the script /dev/zero: it is larger than 4 MiB
        --- exit 2
    "#]]);
}

#[test]
fn no_text() {
    let run = |bytes: &[u8]| Patroll::new().file("x.rhai", bytes).args("run x.rhai").run();
    run(b"print(1);\nprint(\"\xff\");\n").expect(expect![[r#"
        --- stderr
        error: cannot load the script x.rhai: it is not UTF-8 (line 2)
        hint: save it as UTF-8
        --- exit 2
    "#]]);
    run(b"\x7fELF\x02\x01\x01\x00").expect(expect![[r#"
        --- stderr
        error: unexpected '\u007f'
         --> x.rhai:1:1
          |
        1 | ␡ELF␂␁␁␀
          | ^
        --- exit 2
    "#]]);
    run(b"PK\x03\x04").expect(expect![[r#"
        --- stderr
        error: there is no variable `PK`
         --> x.rhai:1:1
          |
        1 | PK␃␄
          | ^^
        --- exit 2
    "#]]);
    run(b"p\x00r\x00i\x00n\x00t\x00").expect(expect![[r#"
        --- stderr
        error: there is no variable `p`
         --> x.rhai:1:1
          |
        1 | p␀r␀i␀n␀t␀
          | ^
        --- exit 2
    "#]]);
}

#[test]
fn nothing_in_it() {
    Patroll::new().args("run -").run().expect(expect![[r#"
        --- stderr
        error: cannot load the script stdin: it is empty
        hint: whatever was to write the script has written nothing
        --- exit 2
    "#]]);
    Patroll::new().args("run -").stdin(" \n\n").run().expect(expect![[r#"
        --- stderr
        error: cannot load the script stdin: it is empty
        hint: whatever was to write the script has written nothing
        --- exit 2
    "#]]);
    Patroll::new().args("run -").terminal(80).run().expect(expect![[r#"
        ␛[1;31merror:␛[0m cannot load the script stdin: it is a terminal
        ␛[1;36mhint:␛[0m pipe a script in, or name one
        --- exit 2
    "#]]);
}

#[test]
fn what_windows_and_editors_leave_in_a_script_does_no_harm() {
    let run = |text: &str| Patroll::new().file("x.rhai", text).args("run x.rhai").run();
    run("\u{feff}#!/usr/bin/env -S patroll run\r\nprint(1);\r\nprint(\"a\");\r\n").expect(expect![
        [r#"
            1
            a
            --- exit 0
        "#]
    ]);
    run("#!/usr/bin/env -S patroll run").expect(expect![[r#"
        --- exit 0
    "#]]);
    run("print(1)").expect(expect![[r#"
        1
        --- exit 0
    "#]]);
    run("\r\nprint(nothing_here);\r\n").expect(expect![[r#"
        --- stderr
        error: there is no variable `nothing_here`
         --> x.rhai:2:7
          |
        2 | print(nothing_here);
          |       ^^^^^^^^^^^^
        --- exit 2
    "#]]);
}
