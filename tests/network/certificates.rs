//! Whom a connection trusts, and whom a server does: every bad certificate is told at once, by its name.

use rustls::version::{TLS12, TLS13};

use crate::support::{Authority, Front, Identity, Patroll, World, expect};

const NAME: &str = "127.0.0.1";

/// Prepares a run that signs in over TLS by the front's port; `[FRONT]` stands for it in what is compared.
fn run<'w>(world: &'w World, front: &Front) -> Patroll<'w> {
    Patroll::new()
        .beside(world)
        .word(&format!("https://127.0.0.1:{}", front.port()), "[FRONT]")
        .env("DATABRICKS_HOST", &format!("https://127.0.0.1:{}", front.port()))
        .env("DATABRICKS_TOKEN", &world.address().token)
}

#[test]
fn a_companys_authority_is_trusted_when_it_is_named() {
    let (world, authority) = (World::new(), Authority::new());
    let front = Front::new(&authority.sign(&[NAME]), &world.address().host);
    let prepared = || run(&world, &front).file("ca.pem", authority.pem()).args("tokens list");
    prepared().args("--ca-file ca.pem").run().expect_success();
    prepared().env("SSL_CERT_FILE", "ca.pem").run().expect_success();
    prepared().env("REQUESTS_CA_BUNDLE", "ca.pem").run().expect_success();
    let lines = format!(
        "host = https://127.0.0.1:{}\ntoken = {}\nca_file = ca.pem",
        front.port(),
        world.address().token
    );
    prepared().profile("p", &lines).args("-p p").run().expect_success();
}

#[test]
fn either_version_of_the_protocol_is_spoken() {
    let (world, authority) = (World::new(), Authority::new());
    for version in [&TLS12, &TLS13] {
        let front = Front::speaking(version, &authority.sign(&[NAME]), &world.address().host);
        let run = run(&world, &front).file("ca.pem", authority.pem());
        run.args("--ca-file ca.pem tokens list").run().expect_success();
    }
}

#[test]
fn a_certificate_that_cannot_be_trusted_is_told_at_once() {
    let (world, authority) = (World::new(), Authority::new());
    let host = &world.address().host;
    let with_authority = |front: &Front| {
        run(&world, front)
            .file("ca.pem", authority.pem())
            .args("--ca-file ca.pem tokens list")
            .run()
    };
    let unknown = Front::new(&Authority::new().sign(&[NAME]), host);
    with_authority(&unknown).expect(expect![[r#"
        --- stderr
        error: no trusted connection to [FRONT]: its certificate is signed by nobody this machine trusts
        hint: if your company's proxy or CA signs here, name its certificate: --ca-file FILE (or SSL_CERT_FILE)
        --- exit 4
    "#]]);
    run(&world, &unknown).args("tokens list").run().expect(expect![[r#"
        --- stderr
        error: no trusted connection to [FRONT]: its certificate is signed by nobody this machine trusts
        hint: if your company's proxy or CA signs here, name its certificate: --ca-file FILE (or SSL_CERT_FILE)
        --- exit 4
    "#]]);
    with_authority(&Front::new(&Identity::alone(&[NAME]), host)).expect(expect![[r#"
        --- stderr
        error: no trusted connection to [FRONT]: its certificate is signed by nobody this machine trusts
        hint: if your company's proxy or CA signs here, name its certificate: --ca-file FILE (or SSL_CERT_FILE)
        --- exit 4
    "#]]);
    with_authority(&Front::new(&authority.sign_until(&[NAME], 2020), host)).expect(expect![[r#"
        --- stderr
        error: no trusted connection to [FRONT]: its certificate has expired
        hint: is this machine's clock right? Otherwise the server needs a new certificate
        --- exit 4
    "#]]);
    with_authority(&Front::new(&authority.sign(&["other.test"]), host)).expect(expect![[r#"
        --- stderr
        error: no trusted connection to [FRONT]: its certificate is for another host
        hint: is the host right? A network's login page may be answering in its place
        --- exit 4
    "#]]);
    assert!(unknown.requests().is_empty());
}

#[test]
fn unchecked_certificates_are_warned_about_on_every_run() {
    let (world, authority) = (World::new(), Authority::new());
    let front = Front::new(&authority.sign(&["other.test"]), &world.address().host);
    let lines = |key: &str| {
        format!(
            "host = https://127.0.0.1:{}\ntoken = {}\n{key}",
            front.port(),
            world.address().token
        )
    };
    let profile = |key: &str| {
        run(&world, &front).profile("p", &lines(key)).args("-p p auth profiles -o csv -q").run()
    };
    profile("skip_verify = true").expect_success();
    let list = |key: &str| {
        run(&world, &front).profile("p", &lines(key)).args("-p p tokens list -o csv -q").run()
    };
    list("skip_verify = true").expect(expect![[r#"
        token_id,comment,created,expires
        [own],patroll sandbox,2026-11-11T12:00:00Z,2027-02-09T12:00:00Z
        --- stderr
        warning: certificates are NOT checked (skip_verify from profile p in [HOME]/.databrickscfg): whoever stands between can read the credential
        --- exit 0
    "#]]);
    list("insecure = yes").expect_success();
    list("insecure = false").expect_error(
        "no trusted connection to [FRONT]: its certificate is signed by nobody this machine trusts",
    );
    list("skip_verify = perhaps").expect_error("skip_verify is `perhaps` (from profile p in [HOME]/.databrickscfg): it is neither true nor false");
}

#[test]
fn a_server_may_want_a_certificate_of_ours() {
    let (world, authority, clients) = (World::new(), Authority::new(), Authority::new());
    let front = Front::guarded(&authority.sign(&[NAME]), &world.address().host, &clients);
    let own = clients.sign(&["me"]);
    let prepared = || {
        run(&world, &front)
            .file("ca.pem", authority.pem())
            .file("me.pem", own.certificate_pem())
            .file("me.key", own.key_pem())
            .file("both.pem", own.certificate_pem() + &own.key_pem())
            .args("--ca-file ca.pem tokens list")
    };
    prepared().args("--client-cert me.pem --client-key me.key").run().expect_success();
    prepared().args("--client-cert both.pem").run().expect_success();
    prepared().run().expect(expect![[r#"
        --- stderr
        error: no trusted connection to [FRONT]: it wants to see a client certificate
        hint: name a certificate the server trusts: --client-cert FILE --client-key FILE
        --- exit 4
    "#]]);
    let foreign = Authority::new().sign(&["me"]);
    let bad =
        prepared().file("me.pem", foreign.certificate_pem()).file("me.key", foreign.key_pem());
    bad.args("--client-cert me.pem --client-key me.key").run().expect(expect![[r#"
        --- stderr
        error: no trusted connection to [FRONT]: it does not trust our client certificate
        hint: name a certificate the server trusts: --client-cert FILE --client-key FILE
        --- exit 4
    "#]]);
}

#[test]
fn files_that_hold_no_certificate_are_mistakes() {
    let (world, authority) = (World::new(), Authority::new());
    let front = Front::new(&authority.sign(&[NAME]), &world.address().host);
    let (one, other) = (authority.sign(&["one"]), authority.sign(&["other"]));
    let cases = [
        (
            "--ca-file nope.pem",
            "nope.pem (from --ca-file) cannot be used: no such file or directory",
        ),
        (
            "--ca-file empty.pem",
            "empty.pem (from --ca-file) cannot be used: it holds no certificate in PEM form",
        ),
        (
            "--ca-file one.key",
            "one.key (from --ca-file) cannot be used: it holds no certificate in PEM form",
        ),
        ("--ca-file broken.pem", "broken.pem (from --ca-file) cannot be used: it is no PEM file"),
        (
            "--client-cert one.pem",
            "one.pem (from --client-cert) cannot be used: it holds no private key in PEM form",
        ),
        (
            "--client-cert one.pem --client-key other.key",
            "one.pem (from --client-cert) cannot be used: the key is not that of the certificate",
        ),
    ];
    for (flags, words) in cases {
        let outcome = run(&world, &front)
            .file("empty.pem", "")
            .file("broken.pem", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n")
            .file("one.pem", one.certificate_pem())
            .file("one.key", one.key_pem())
            .file("other.key", other.key_pem())
            .args(flags)
            .args("tokens list")
            .run();
        outcome.expect_error(words);
        assert_eq!(outcome.code(), 3, "{outcome}");
    }
}
