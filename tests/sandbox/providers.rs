//! Those beside a workspace who vouch for people, machines and jobs, and what the workspace makes of that.

use patroll::sandbox::Sandbox;
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::client::{Answer, Connection, call_as, request, small, start};

const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
const EXCHANGE: &str = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange\
                        &subject_token_type=urn:ietf:params:oauth:token-type:jwt";

fn bearer(sandbox: &Sandbox) -> String {
    format!("Bearer {}", sandbox.workspaces()[0].token)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Tells who an access token signs in, and whether it may list tokens.
fn who(sandbox: &Sandbox, answer: &Answer) -> (String, u16) {
    let bearer = format!("Bearer {}", text(&answer.json()["access_token"]));
    let me = call_as(sandbox, &bearer, "GET", "/api/2.0/preview/scim/v2/Me", "");
    let name = me.json()["userName"].as_str().map_or_else(|| me.status.to_string(), str::to_owned);
    (name, call_as(sandbox, &bearer, "GET", "/api/2.0/token/list", "").status)
}

#[test]
fn a_runner_signs_for_an_audience_and_the_workspace_takes_only_its_own() {
    let sandbox = start(small());
    let sign = |audience: &str| {
        let path = format!("/actions/id-token?audience={audience}");
        text(&call_as(&sandbox, &bearer(&sandbox), "GET", &path, "").json()["value"])
    };
    let trade = |token: &str, more: &str| {
        let form = format!("{EXCHANGE}&subject_token={token}{more}");
        call_as(&sandbox, "", "POST", "/oidc/v1/token", &form)
    };
    let good = sign("http://workspace.test/oidc/v1/token");
    assert_eq!(who(&sandbox, &trade(&good, "")), ("admin@example.com".to_owned(), 200));
    let refused = |answer: Answer| text(&answer.json()["error_description"]);
    assert_eq!(
        refused(trade(&sign("https://x"), "")),
        "the token is refused: it is for another audience"
    );
    assert_eq!(
        refused(trade(&format!("{good}x"), "")),
        "the token is refused: its signature does not fit"
    );
    assert_eq!(refused(trade("nonsense", "")), "the token is refused: it is no JWT");
    assert_eq!(refused(trade(&good, "&client_id=nobody")), "no such service principal");
    sandbox.advance(600_000);
    assert_eq!(refused(trade(&good, "")), "the token is refused: it has expired");
    assert_eq!(call_as(&sandbox, "", "GET", "/actions/id-token?audience=x", "").status, 401);
}

#[test]
fn entra_hands_out_tokens_for_what_they_are_asked_for() {
    let sandbox = start(small());
    let workspace = &sandbox.workspaces()[0];
    let config = call_as(&sandbox, "", "GET", "/.well-known/databricks-config", "").json();
    let path = format!("/{}/oauth2/token", text(&config["account_id"]));
    let ask = |path: &str, secret: &str, resource: &str| {
        let id = &workspace.client_id;
        let form = format!(
            "grant_type=client_credentials&client_id={id}&client_secret={secret}&resource={resource}"
        );
        call_as(&sandbox, "", "POST", path, &form)
    };
    let secret = &workspace.client_secret;
    let granted = ask(&path, secret, DATABRICKS);
    assert_eq!(granted.json()["expires_in"], "3599");
    assert_eq!(who(&sandbox, &granted).1, 200);
    let management = ask(&path, secret, "https://management.core.windows.net/");
    assert_eq!(who(&sandbox, &management), ("403".to_owned(), 403));
    let error = |answer: Answer| (answer.status, text(&answer.json()["error"]));
    assert_eq!(error(ask(&path, "wrong", DATABRICKS)), (401, "invalid_client".to_owned()));
    assert_eq!(error(ask(&path, secret, "x")), (400, "invalid_resource".to_owned()));
    assert_eq!(
        error(ask("/nobodys/oauth2/token", secret, DATABRICKS)),
        (400, "invalid_request".to_owned())
    );
}

#[test]
fn a_machine_must_say_that_it_means_it() {
    let sandbox = start(small());
    let path =
        format!("/metadata/identity/oauth2/token?api-version=2018-02-01&resource={DATABRICKS}");
    assert_eq!(call_as(&sandbox, "", "GET", &path, "").status, 400);
    let asked = request("GET", &path, "", "").replacen("\r\n", "\r\nMetadata: true\r\n", 1);
    let granted = Connection::open(&sandbox).send(asked).receive().unwrap();
    assert_eq!(who(&sandbox, &granted).1, 200);
}
