//! Through which proxy a workspace is reached, and what is said when the proxy will not.

use pretty_assertions::assert_eq;

use crate::support::{Authority, Front, Patroll, Proxy, World, expect};

const HOST: &str = "https://workspace.test";

/// Prepares a run to a name that only the proxy can reach.
fn run<'w>(world: &'w World, authority: &Authority) -> Patroll<'w> {
    Patroll::new()
        .beside(world)
        .file("ca.pem", authority.pem())
        .env("SSL_CERT_FILE", "ca.pem")
        .env("DATABRICKS_HOST", HOST)
        .env("DATABRICKS_TOKEN", &world.address().token)
        .args("tokens list -o csv")
}

fn front(world: &World, authority: &Authority) -> Front {
    Front::new(&authority.sign(&["workspace.test"]), &world.address().host)
}

#[test]
fn a_proxy_leads_through_and_is_told_under_debug() {
    let (world, authority) = (World::new(), Authority::new());
    let front = front(&world, &authority);
    let proxy = Proxy::to(front.port(), None);
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        for scheme in ["http://", ""] {
            let value = format!("{scheme}{}", proxy.address());
            let outcome = run(&world, &authority).env(variable, &value).args("--debug").run();
            outcome.expect_success();
            let line = format!("debug: {HOST}: through the proxy {} ({variable})", proxy.address());
            assert!(outcome.stderr().contains(&line), "{outcome}");
        }
    }
    assert_eq!(proxy.targets(), ["workspace.test:443"]);
}

#[test]
fn a_proxy_may_want_a_password_that_nobody_gets_to_see() {
    let (world, authority) = (World::new(), Authority::new());
    let front = front(&world, &authority);
    // user:p%40ss-of-the-proxy, decoded and as base64.
    let proxy = Proxy::to(front.port(), Some("Basic dXNlcjpwQHNzLW9mLXRoZS1wcm94eQ=="));
    let url = |user: &str| format!("http://{user}@{}", proxy.address());
    let signed = run(&world, &authority)
        .env("HTTPS_PROXY", &url("user:p%40ss-of-the-proxy"))
        .args("--debug");
    signed.secret("p%40ss-of-the-proxy").secret("p@ss-of-the-proxy").run().expect_success();
    let wrong = run(&world, &authority).env("HTTPS_PROXY", &url("user:wrong-password"));
    wrong.secret("wrong-password").args("--debug").run().expect_error(
        "the proxy does not let https://workspace.test through: it wants a user name and a password, or others than these (407)",
    );
    run(&world, &authority).env("HTTPS_PROXY", proxy.address()).run().expect(expect![[r#"
        --- stderr
        error: the proxy does not let https://workspace.test through: it wants a user name and a password, or others than these (407)
        hint: its address and password stand in HTTPS_PROXY; hosts to be reached without it belong in NO_PROXY
        --- exit 4
    "#]]);
}

#[test]
fn a_proxy_that_refuses_is_told_by_its_answer() {
    let (world, authority) = (World::new(), Authority::new());
    let refused = |status| {
        let proxy = Proxy::refusing(status);
        run(&world, &authority).env("HTTPS_PROXY", proxy.address()).run()
    };
    let start = "the proxy does not let https://workspace.test through: ";
    refused("403 Forbidden").expect_error(&format!("{start}it forbids this host (403)"));
    refused("502 Bad Gateway").expect_error(&format!("{start}it answered 502"));
}

#[test]
fn exceptions_and_this_machine_are_reached_directly() {
    let (world, authority) = (World::new(), Authority::new());
    let proxy = Proxy::refusing("403 Forbidden");
    let direct = run(&world, &authority)
        .env("HTTPS_PROXY", proxy.address())
        .env("NO_PROXY", "a.b, .workspace.test");
    // Nobody but the proxy knows the name.
    let outcome = direct.args("--timeout 50s").run();
    assert!(outcome.stderr().contains("cannot reach https://workspace.test"), "{outcome}");
    let home = Patroll::new()
        .on(&world)
        .env("ALL_PROXY", proxy.address())
        .env("http_proxy", proxy.address());
    home.args("tokens list").run().expect_success();
    assert_eq!(proxy.targets(), Vec::<String>::new());
}

#[test]
fn an_invalid_proxy_is_a_mistake_and_never_direct() {
    let (world, authority) = (World::new(), Authority::new());
    for (value, reason) in [
        ("socks5://127.0.0.1:1", "socks5 is no scheme of a proxy here: write http://"),
        ("http://", "it is no URL"),
        ("http://a b:1", "it is no URL"),
    ] {
        let outcome = run(&world, &authority).env("HTTPS_PROXY", value).run();
        outcome.expect_error(&format!("the proxy in HTTPS_PROXY cannot be used: {reason}"));
        assert_eq!(outcome.code(), 3, "{outcome}");
    }
}
