//! Listing: tried again while that helps, and never an empty list in place of trouble.

use std::sync::atomic::{AtomicBool, Ordering};

use pretty_assertions::assert_eq;

use super::*;
use crate::auth::Basic;
use crate::clock::Time;
use crate::gate::Mode;
use crate::wire::Signature;

fn story(desk: &Desk) -> String {
    let told = |listing: tokens::Listing| format!("listed {}", listing.tokens.len());
    desk.story(tokens::list(&desk.client), told, "list")
}

#[test]
fn each_trouble_is_survived_or_called_by_its_name() {
    let cases = [
        ("", "listed 4 | asked 1, did 0 | "),
        ("list:status=429,retry-after=0,times=3", "listed 4 | asked 4, did 0 | "),
        ("list:status=502", "listed 4 | asked 2, did 0 | "),
        ("list:status=503,times=2", "listed 4 | asked 3, did 0 | "),
        ("list:status=504", "listed 4 | asked 2, did 0 | "),
        ("list:cut-before,times=3", "listed 4 | asked 4, did 0 | "),
        ("list:truncate", "listed 4 | asked 2, did 0 | "),
        ("list:slow=10ms", "listed 4 | asked 1, did 0 | "),
        ("list:late=1ms", "listed 4 | asked 1, did 0 | "),
        ("list:duplicate", "listed 4 | asked 1, did 0 | "),
        ("list:cut-after", "listed 4 | asked 2, did 0 | "),
        ("list:status=503,always", "4 TEMPORARILY_UNAVAILABLE | asked 4, did 0 | "),
        ("list:cut-before,always", "4 UNREACHABLE | asked 4, did 0 | "),
        ("list:status=503,retry-after=3600", "4 TEMPORARILY_UNAVAILABLE | asked 1, did 0 | "),
        (
            "list:status=503,retry-after=Sat, 01 Jan 2089 00:00:00 GMT",
            "4 TEMPORARILY_UNAVAILABLE | asked 1, did 0 | ",
        ),
        ("list:status=500", "1 INTERNAL_ERROR | asked 1, did 0 | "),
        ("list:status=403", "1 PERMISSION_DENIED | asked 1, did 0 | "),
        ("list:status=401", "3 UNAUTHENTICATED | asked 1, did 0 | "),
        ("list:garbage", "1 NOT_JSON | asked 1, did 0 | "),
        ("list:html", "1 NOT_JSON | asked 1, did 0 | "),
        ("list:empty", "1 NOT_JSON | asked 1, did 0 | "),
        ("list:redirect=https://login.test/", "1 REDIRECTED | asked 1, did 0 | "),
    ];
    for (fault, expected) in cases {
        assert_eq!(story(&Desk::with_fault(fault)), expected, "{fault}");
    }
}

#[test]
fn errors_keep_the_servers_words() {
    let cases = [
        (
            "list:status=503,retry-after=3600",
            "HOST is overloaded: GET /api/2.0/token/list answered 503 TEMPORARILY_UNAVAILABLE: This answer was asked \
             for as a fault. (request id ID)\nthe workspace asks to come back in 3600 s",
        ),
        (
            "list:html",
            "GET /api/2.0/token/list on HOST did not answer with the API's JSON: a web page titled `Sign in to \
             Databricks`\nis this the address of a workspace? A proxy or a login page may be answering",
        ),
        (
            "list:redirect=https://login.test/a?b=c",
            "GET /api/2.0/token/list on HOST was redirected to https://login.test/a, and a credential follows no \
             redirect\nis the host right? A network's own login page redirects too: open any page in a browser. \
             Otherwise write the address the workspace itself shows",
        ),
    ];
    for (fault, expected) in cases {
        let desk = Desk::with_fault(fault);
        let error = tokens::list(&desk.client).err().unwrap();
        assert_eq!(desk.words(&error), expected, "{fault}");
    }
}

#[test]
fn a_list_knows_the_workspaces_time_and_the_credential_in_use() {
    let desk = Desk::new(Setup::default());
    let listing = tokens::list(&desk.client).unwrap();
    assert_eq!(listing.tokens[0].age(), Time::from_ms(NOW).since(listing.tokens[0].created()));
    assert_eq!(listing.tokens.iter().filter(|token| token.is_own()).count(), 1);
}

#[test]
fn a_dead_credential_is_named_by_where_it_came_from() {
    let credential = Some(pat("dapi00000000000000000000000000000000"));
    let desk = Desk::new(Setup { credential, ..Setup::default() });
    let error = tokens::list(&desk.client).err().unwrap();
    assert_eq!(
        desk.words(&error),
        "HOST refuses the credential from DATABRICKS_TOKEN: GET /api/2.0/token/list answered 403 PERMISSION_DENIED: \
         Invalid access token. [ReqId: ID] (request id ID)\n\
         it has expired, was revoked, or belongs to another workspace: put a new token there"
    );
    assert_eq!(error.exit_code(), 3);
}

#[test]
fn basic_signs_in_and_has_no_token_of_its_own() {
    let setup = Setup::default();
    let known = Sandbox::start(setup.options.clone()).unwrap();
    let address = &known.workspaces()[0];
    let basic =
        Basic::new(&address.user, &Secret::new(address.password.as_str()), "profile DEFAULT")
            .unwrap();
    let desk = Desk::new(Setup { credential: Some(Box::new(basic)), ..setup });
    let listing = tokens::list(&desk.client).unwrap();
    assert!(listing.tokens.iter().all(|token| !token.is_own()));
}

/// A credential whose first header is dead.
struct Renewable {
    value: String,
    is_renewed: AtomicBool,
}

impl Credential for Renewable {
    fn sign(&self) -> Result<Signature, Error> {
        let is_renewed = self.is_renewed.load(Ordering::Relaxed);
        let value = if is_renewed { self.value.as_str() } else { "old" };
        Ok(Signature::bearer("test", &Secret::new(value)))
    }

    fn refresh(&self, _: &Signature) -> Result<bool, Error> {
        Ok(!self.is_renewed.swap(true, Ordering::Relaxed))
    }

    fn source(&self) -> &'static str {
        "a test"
    }

    fn auth_type(&self) -> &'static str {
        "test"
    }
}

#[test]
fn a_refused_credential_is_renewed_once_for_reads_and_writes() {
    let desk = || {
        let setup = Setup::default();
        let value = Sandbox::start(setup.options.clone()).unwrap().workspaces()[0].token.clone();
        let credential = Box::new(Renewable { value, is_renewed: AtomicBool::new(false) });
        Desk::new(Setup { credential: Some(credential), mode: Mode::Live, ..setup })
    };
    assert_eq!(story(&desk()), "listed 4 | asked 2, did 0 | ");
    let desk = desk();
    assert!(desk.create().is_ok());
    assert_eq!(desk.audit(), ["PERMISSION_DENIED", "done"]);
}

#[test]
fn a_credential_does_not_go_over_plain_http_to_another_machine() {
    let (stop, clock) = (Arc::<Stop>::default(), Arc::<Clock>::default());
    let manner = Manner {
        format: Format::Json,
        color: None,
        quiet: true,
        debug: false,
        log: LogFormat::Text,
    };
    let output = Arc::new(Output::new(manner, Arc::clone(&stop)));
    let host = Host::parse("http://workspace.test").unwrap();
    let http = Http::new(host, means(output, stop, clock, PACE));
    assert_eq!(http.err().map(|error| error.exit_code()), Some(3));
}
