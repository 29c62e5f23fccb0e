//! The whole life of a token that is fetched, for every way to fetch one: asked for, renewed when it has died, replaced
//! once when it is refused, and what is said when a step fails.

use std::rc::Rc;

use pretty_assertions::assert_eq;

use super::azure::{AZURE, NAMES};
use super::methods::check;
use super::renewal::TWICE;
use crate::support::{Authority, Folder, Front, Patroll, Proxy, Stub, World};

const HOUR: i64 = 60 * 60 * 1000;

/// A way to sign in: where its credential comes from, the steps that it takes, and how often the last is taken each time.
struct Way {
    name: &'static str,
    source: &'static str,
    steps: &'static [(&'static str, &'static str)],
    last: usize,
}

const DISCOVERY: (&str, &str) = ("discovery", "GET /oidc/.well-known/oauth-authorization-server");
const EXCHANGE: (&str, &str) = ("oidc", "POST /oidc/v1/token");
const RUNNER: (&str, &str) = ("github", "GET /actions/id-token");
/// An account's id looks as those of requests do.
const ENTRA: (&str, &str) = ("entra", "POST /[REQUEST]/oauth2/token");

const WAYS: [Way; 8] = [
    Way {
        name: "oauth-m2m",
        source: "DATABRICKS_CLIENT_SECRET",
        steps: &[DISCOVERY, EXCHANGE],
        last: 1,
    },
    Way {
        name: "metadata-service",
        source: "DATABRICKS_METADATA_SERVICE_URL",
        steps: &[("metadata", "GET /metadata-service/token")],
        last: 1,
    },
    Way {
        name: "github-oidc",
        source: "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        steps: &[RUNNER, DISCOVERY, EXCHANGE],
        last: 1,
    },
    Way {
        name: "azure-devops-oidc",
        source: "SYSTEM_ACCESSTOKEN",
        steps: &[
            (
                "pipeline",
                "POST /org/project/_apis/distributedtask/hubs/build/plans/plan/jobs/job/oidctoken",
            ),
            DISCOVERY,
            EXCHANGE,
        ],
        last: 1,
    },
    Way {
        name: "env-oidc",
        source: "DATABRICKS_OIDC_TOKEN",
        steps: &[DISCOVERY, EXCHANGE],
        last: 1,
    },
    Way {
        name: "file-oidc",
        source: "DATABRICKS_OIDC_TOKEN_FILEPATH",
        steps: &[DISCOVERY, EXCHANGE],
        last: 1,
    },
    Way {
        name: "azure-client-secret",
        source: "ARM_CLIENT_SECRET",
        // Once for the workspace, once for Azure's management.
        steps: &[ENTRA],
        last: 2,
    },
    Way {
        name: "github-oidc-azure",
        source: "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        steps: &[RUNNER, ENTRA],
        last: 1,
    },
];

/// A workspace under two addresses, its own and one on Azure.
struct Stage {
    world: World,
    authority: Authority,
    proxy: Proxy,
}

impl Stage {
    fn new() -> Self {
        let (world, authority) = (World::new(), Authority::new());
        let front = Front::new(&authority.sign(&NAMES), &world.address().host);
        let proxy = Proxy::to(front.port(), None);
        Self { world, authority, proxy }
    }

    /// Prepares a run that can sign in by `way` alone.
    fn run(&self, way: &Way, folder: &Rc<Folder>) -> Patroll<'_> {
        let (world, address) = (&self.world, self.world.address());
        let host = &address.host;
        let run = Patroll::within(folder).beside(world).env("DATABRICKS_HOST", host);
        let audience = format!("{host}/oidc/v1/token");
        match way.name {
            "oauth-m2m" => run
                .env("DATABRICKS_CLIENT_ID", &address.client_id)
                .env("DATABRICKS_CLIENT_SECRET", &address.client_secret),
            "metadata-service" => run
                .env("DATABRICKS_METADATA_SERVICE_URL", &format!("{host}/metadata-service/token")),
            "github-oidc" => self.on_github(run),
            "azure-devops-oidc" => run
                .env("SYSTEM_ACCESSTOKEN", &address.token)
                .env("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", &format!("{host}/org/"))
                .env("SYSTEM_TEAMPROJECTID", "project")
                .env("SYSTEM_HOSTTYPE", "build")
                .env("SYSTEM_PLANID", "plan")
                .env("SYSTEM_JOBID", "job"),
            "env-oidc" => {
                let token = world.voucher(&audience);
                run.env("DATABRICKS_OIDC_TOKEN", &token).secret(&token)
            }
            "file-oidc" => {
                let token = world.voucher(&audience);
                run.file("jwt", &token).env("DATABRICKS_OIDC_TOKEN_FILEPATH", "jwt").keeps("jwt")
            }
            "azure-client-secret" => {
                self.on_azure(run).env("ARM_CLIENT_SECRET", &address.client_secret)
            }
            _ => self.on_azure(self.on_github(run)),
        }
    }

    fn on_github<'r>(&self, run: Patroll<'r>) -> Patroll<'r> {
        let address = self.world.address();
        run.env("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/actions/id-token", address.host))
            .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &address.token)
    }

    fn on_azure<'r>(&self, run: Patroll<'r>) -> Patroll<'r> {
        run.file("ca.pem", self.authority.pem())
            .env("SSL_CERT_FILE", "ca.pem")
            .env("HTTPS_PROXY", &format!("http://{}", self.proxy.address()))
            .env("DATABRICKS_HOST", AZURE)
            .env("ARM_CLIENT_ID", &self.world.address().client_id)
            .env("ARM_TENANT_ID", &self.world.account())
    }
}

/// Asks `test` of every way, each on a stage of its own.
fn for_each(test: impl Fn(&Way, &Stage, &Rc<Folder>)) {
    for way in &WAYS {
        test(way, &Stage::new(), &Rc::new(Folder::new()));
    }
}

#[test]
fn what_has_died_during_a_run_is_fetched_anew() {
    for_each(|way, stage, folder| {
        let run = stage.run(way, folder).script(TWICE).typed().start().await_stdout("one");
        stage.world.advance(2 * HOUR);
        if way.name == "file-oidc" {
            // Whoever keeps the file has renewed it, as Kubernetes does.
            let audience = format!("{}/oidc/v1/token", stage.world.address().host);
            folder.write("jwt", stage.world.voucher(&audience), 0o600);
        }
        let outcome = run.end_input().finish();
        if way.name == "env-oidc" {
            // Nobody renews a variable.
            outcome.expect_error("cannot sign in by env-oidc with the credential from DATABRICKS_OIDC_TOKEN: POST /oidc/v1/token answered 400 invalid_grant: the token is refused: it has expired (request id [REQUEST])");
            assert_eq!(outcome.code(), 3, "{outcome}");
            return;
        }
        let (last, _) = way.steps[way.steps.len() - 1];
        assert_eq!((outcome.code(), outcome.stdout()), (0, "one\ntwo\n"), "{} {outcome}", way.name);
        assert_eq!(stage.world.requests_of(last), 2 * way.last, "{}", way.name);
    });
}

#[test]
fn what_is_refused_is_replaced_once() {
    for_each(|way, stage, folder| {
        stage.world.fault("list:status=401,always");
        let outcome = stage.run(way, folder).args("tokens list").run();
        let words = format!("refuses the credential from {}", way.source);
        assert!(outcome.code() == 3 && outcome.stderr().contains(&words), "{outcome}");
        let (last, _) = way.steps[way.steps.len() - 1];
        let found = (stage.world.requests_of(last), stage.world.requests_of("list"));
        assert_eq!(found, (2 * way.last, 2), "{}", way.name);
    });
}

#[test]
fn a_step_that_fails_is_named_and_nothing_goes_elsewhere() {
    let second = Stub::new([("200 OK", "{}")]);
    let redirect = format!("redirect={}/x", second.host());
    let faults = [
        ("status=400", "answered 400"),
        ("status=403", "answered 403"),
        ("garbage", "did not answer with the API's JSON: "),
        ("empty", "did not answer with the API's JSON: an empty body"),
        ("html", "did not answer with the API's JSON: a web page titled `Sign in to Databricks`"),
        (&redirect, "and a credential follows no redirect"),
    ];
    for_each(|way, stage, folder| {
        for (step, call) in way.steps {
            for (fault, words) in faults {
                stage.world.fault(&format!("{step}:{fault}"));
                // Without what an earlier run remembers, every step is taken.
                let found = check(stage.run(way, folder).args("-n"), &stage.world, &[]);
                let start = format!(
                    "3 cannot sign in by {} with the credential from {}: ",
                    way.name, way.source
                );
                let is_told = found.starts_with(&(start + call)) && found.contains(words);
                assert!(is_told, "{} {step}:{fault}: {found}", way.name);
            }
        }
    });
    assert_eq!(second.asked(), Vec::<String>::new());
}

#[test]
fn a_step_that_is_only_late_is_waited_for() {
    for_each(|way, stage, folder| {
        for (step, _) in way.steps {
            stage.world.fault(&format!("{step}:status=503,retry-after=0"));
        }
        let found = check(stage.run(way, folder), &stage.world, &[]);
        assert!(found.starts_with(&format!("{} as ", way.name)), "{found}");
    });
}
