//! Scripts that reach for files, programs and hosts that nobody granted, or that go on after a refusal.

use std::os::unix::fs::symlink;
use std::rc::Rc;

use super::{Attack, LATE, attack, expect_codes};
use crate::support::{Folder, Patroll, World};

#[test]
fn imports_stay_below_the_scripts_folder() {
    let (folder, world) = (Rc::new(Folder::new()), World::new());
    folder.write("secret.rhai", "print(\"out\");", 0o600);
    folder.write("in/x.rhai", "", 0o600);
    symlink("../secret.rhai", folder.work().join("in/link.rhai")).unwrap();
    symlink("..", folder.work().join("in/up")).unwrap();
    let outside = folder.work().join("secret").display().to_string();
    let paths = [
        "../secret",
        "./../secret",
        "up/secret",
        "link",
        "in/../../secret",
        "/etc/passwd",
        "..",
        "",
        &outside,
    ];
    for path in paths {
        for statement in [
            "import P as m;",
            "try { import P as m; } catch { }",
            "let p = P; try { import p as m; } catch { }",
        ] {
            let script = format!("{} print(1);", statement.replace('P', &format!("{path:?}")));
            let run = Patroll::within(&folder).on(&world).file("in/x.rhai", &script);
            let outcome = run.args("run in/x.rhai").run();
            assert!(!outcome.stdout().contains("out"), "{script}: {outcome}");
            assert!([0, 1, 2].contains(&outcome.code()), "{script}: {outcome}");
        }
    }
}

#[test]
fn a_refusal_is_the_end() {
    expect_codes(
        LATE,
        &[
            (
                "for i in 0..9 { try { tokens_revoke(tokens_list().find(|t| t.is_own)); } catch { } }",
                5,
            ),
            ("let f = Fn(\"env\"); try { f.call(\"HOME\"); } catch { } print(\"on\");", 5),
            (
                "let f = Fn(\"run_command\").curry([\"/bin/touch\", \"made\"]); try { f.call(); } catch { } print(\"on\");",
                5,
            ),
            ("try { [\"own.txt\"].map(|p| read_file(p)); } catch { }", 5),
            ("let r = (|| write_file(\"made\", \"x\")); try { r.call(); } catch { } r.call();", 5),
            (
                "try { tokens_create(\"x\", days(1)).token_value.save(\"made\"); } catch { } loop { }",
                5,
            ),
            (
                "switch 1 { 1 => { try { workspace(\"other\"); } catch (e) { print(e); } } } print(\"on\");",
                5,
            ),
            (
                "fn env(name) { \"mine\" } print(env(\"HOME\")); let o = Fn(\"http_get\"); o.call(\"https://a.example\");",
                5,
            ),
            ("eval(\"1\");", 2),
            ("let e = Fn(\"eval\"); e.call(\"1\");", 2),
        ],
    );
}

#[test]
fn nothing_is_said_after_a_refusal() {
    let script = "try { env(\"HOME\"); } catch (e) { print(e); } print(\"went on\"); tokens_revoke(tokens_list()[0]);";
    let outcome = attack(Attack { script, flags: "--yes --max-revocations none", limit: LATE });
    assert_eq!((outcome.code(), outcome.stdout()), (5, ""), "{outcome}");
}
