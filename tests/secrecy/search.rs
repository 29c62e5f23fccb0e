//! The search itself: a run that tells a secret fails its test.

use crate::support::{Patroll, Stub, World};

#[test]
#[should_panic = "it shows a secret"]
fn a_new_value_on_stdout_is_found() {
    let world = World::new();
    let _ = Patroll::new().on(&world).args("tokens create --comment x").run();
}

#[test]
#[should_panic = "token.txt holds a secret"]
fn a_new_value_in_a_file_is_found() {
    let world = World::new();
    let _ = Patroll::new().on(&world).args("tokens create --comment x --to-file token.txt").run();
}

#[test]
#[should_panic = "it shows a secret"]
fn the_credential_is_found() {
    let world = World::new();
    let script = format!("print(\"{}\")", world.address().password);
    let _ = Patroll::new().beside(&world).script(&script).run();
}

#[test]
#[should_panic = "it shows a secret"]
fn a_secret_in_base64_is_found() {
    // What the encoder makes of `dapi0123456789abcdef0123456789abcdef`.
    let script = "print(\"ZGFwaTAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\")";
    let _ = Patroll::new().script(script).run();
}

#[test]
#[should_panic = "it shows a secret"]
fn a_secret_of_the_tests_own_is_found() {
    let stub = Stub::new([("200 OK", "{}")]);
    let _ =
        Patroll::new().to(stub.host()).arg("eval").arg("print(\"dapi-of-the-\" + \"test\")").run();
}
