//! Each way not to get there has its own words and its own hint.

use crate::support::{Patroll, Stub, expect};

#[test]
fn a_name_that_nobody_knows() {
    let run = Patroll::new().to("https://no-such-workspace.invalid");
    let outcome = run.args("tokens list -q").run();
    // Where there is no network at all, names cannot be looked up either.
    let is_known = outcome.stderr().contains("its name is not known")
        || outcome.stderr().contains("names cannot be looked up");
    assert!(is_known && outcome.code() == 4, "{outcome}");
}

#[test]
fn a_login_page_in_the_way() {
    let page = "<!doctype html><html><head><title>Hotel Wi-Fi</title></head></html>";
    let stub = Stub::new([("200 OK\r\nContent-Type: text/html", page)]);
    Patroll::new()
        .to(stub.host())
        .word(stub.host(), "[STUB]")
        .args("tokens list")
        .run()
        .expect(expect![[r#"
            --- stderr
            error: GET /api/2.0/token/list on [STUB] did not answer with the API's JSON: a web page titled `Hotel Wi-Fi`
            hint: is this the address of a workspace? A proxy or a login page may be answering
            --- exit 1
        "#]]);
    let stub = Stub::new([("302 Found\r\nLocation: https://login.hotel.test/?back=x", "")]);
    Patroll::new()
        .to(stub.host())
        .word(stub.host(), "[STUB]")
        .args("tokens list")
        .run()
        .expect(expect![[r#"
            --- stderr
            error: GET /api/2.0/token/list on [STUB] was redirected to https://login.hotel.test/, and a credential follows no redirect
            hint: is the host right? A network's own login page redirects too: open any page in a browser. Otherwise write the address the workspace itself shows
            --- exit 1
        "#]]);
}

#[test]
fn a_private_link_from_outside() {
    let head = "302 Found\r\nLocation: /login.html?error=private-link-validation-error:12";
    let stub = Stub::new([(head, "")]);
    Patroll::new()
        .to(stub.host())
        .word(stub.host(), "[STUB]")
        .args("tokens list")
        .run()
        .expect(expect![[r#"
            --- stderr
            error: GET /api/2.0/token/list answered 302 PRIVATE_LINK_VALIDATION_ERROR: the workspace can be reached only through its private link
            hint: this network does not lead to the workspace's private link: run it from inside, or use the VPN
            --- exit 1
        "#]]);
}

#[test]
#[allow(clippy::print_stderr, reason = "what could not be tested is said")]
fn an_address_of_either_kind() {
    let stub = Stub::new([("200 OK", "{\"token_infos\":[]}")]);
    Patroll::new().to(stub.host()).args("tokens list").run().expect_success();
    let Ok(stub) = Stub::at("[::1]:0", [("200 OK", "{\"token_infos\":[]}")]) else {
        eprintln!("0 tests of IPv6: this machine has none");
        return;
    };
    Patroll::new().to(stub.host()).args("tokens list").run().expect_success();
    assert!(stub.host().starts_with("http://[::1]:") && stub.asked().len() == 1);
}
