//! `patroll auth check` and `patroll auth profiles`.

use crate::support::{DAY, Meeting, Patroll, World, expect};

#[test]
fn who_one_is_and_what_one_may() {
    let world = World::new();
    Patroll::new().on(&world).args("auth check -o table").run().expect(expect![[r#"
        what               value
        host               [HOST]
        workspace_id       4463745531419820
        auth_type          pat
        source             DATABRICKS_TOKEN
        user               admin@example.com
        may_manage_tokens  true
        max_lifetime_days  730
        expires            2027-02-09T12:00:00Z
        --- exit 0
    "#]]);
    Patroll::new().on(&world).args("auth check -o json").run().expect(expect![[r#"
        {
          "host": "[HOST]",
          "profile": null,
          "workspace_id": "4463745531419820",
          "auth_type": "pat",
          "source": "DATABRICKS_TOKEN",
          "user": "admin@example.com",
          "may_manage_tokens": true,
          "max_lifetime_days": 730,
          "expires": "2027-02-09T12:00:00Z"
        }
        --- exit 0
    "#]]);
}

#[test]
fn a_credential_that_dies_soon_is_warned_about() {
    let world = World::new();
    let (_, value) = world.mint("short", 3 * DAY);
    let run = Patroll::new().beside(&world).env("DATABRICKS_HOST", &world.address().host);
    run.env("DATABRICKS_TOKEN", &value).args("auth check -o csv").run().expect(expect![[r#"
        what,value
        host,[HOST]
        workspace_id,4463745531419820
        auth_type,pat
        source,DATABRICKS_TOKEN
        user,admin@example.com
        may_manage_tokens,true
        max_lifetime_days,730
        expires,2026-11-26T12:00:00Z
        --- stderr
        warning: the credential from DATABRICKS_TOKEN expires in 3d: rotate it
        --- exit 0
    "#]]);
}

#[test]
fn a_missing_permission_is_an_answer_too() {
    let world = World::new();
    world.fault("list:status=403,always");
    Patroll::new().on(&world).args("auth check -o csv").run().expect(expect![[r#"
        what,value
        host,[HOST]
        workspace_id,4463745531419820
        auth_type,pat
        source,DATABRICKS_TOKEN
        user,admin@example.com
        may_manage_tokens,false
        max_lifetime_days,730
        --- stderr
        warning: tokens may not be managed: GET /api/2.0/token/list answered 403 PERMISSION_DENIED: This answer was asked for as a fault. (request id [REQUEST])
        --- exit 0
    "#]]);
}

#[test]
fn a_refused_credential_is_a_failure() {
    let world = World::new();
    let run = Patroll::new().to(&world.address().host).beside(&world);
    run.args("auth check").run().expect(expect![[r#"
        --- stderr
        error: [HOST] refuses the credential from DATABRICKS_TOKEN: GET /api/2.0/preview/scim/v2/Me answered 403 PERMISSION_DENIED: Invalid access token. [ReqId: [REQUEST]] (request id [REQUEST])
        hint: it has expired, was revoked, or belongs to another workspace: put a new token there
        --- exit 3
    "#]]);
}

fn with_profiles(world: &World) -> Patroll<'_> {
    let address = world.address();
    Patroll::new()
        .beside(world)
        .profile("good", &format!("host = {}\ntoken = {}", address.host, address.token))
        .profile(
            "m2m",
            &format!(
                "host = {}\nclient_id = {}\nclient_secret = {}",
                address.host, address.client_id, address.client_secret
            ),
        )
        .profile("dead", &format!("host = {}\ntoken = dapi-of-nobody", address.host))
        .profile("nowhere", "host = http://127.0.0.1:9\ntoken = dapi-of-nobody")
        .profile("hostless", "token = dapi-of-nobody")
        .secret("dapi-of-nobody")
}

#[test]
fn profiles_are_listed_without_a_request() {
    let world = World::new();
    with_profiles(&world).args("auth profiles -o csv").run().expect(expect![[r#"
        profile,host,auth_type,problem
        dead,[HOST],pat,
        good,[HOST],pat,
        hostless,,,no workspace: there is no host in profile hostless in [HOME]/.databrickscfg
        m2m,[HOST],oauth-m2m,
        nowhere,http://127.0.0.1:9,pat,
        --- exit 0
    "#]]);
    assert_eq!(world.requests(), 0);
}

#[test]
fn profiles_are_read_from_the_file_alone() {
    let world = World::new();
    let run = with_profiles(&world)
        .env("DATABRICKS_HOST", "https://env.test")
        .env("DATABRICKS_AUTH_TYPE", "basic")
        .env("DATABRICKS_TOKEN", "dapi-of-nobody")
        .args("auth profiles -o csv --host https://flag.test");
    run.run().expect(expect![[r#"
        profile,host,auth_type,problem
        dead,[HOST],pat,
        good,[HOST],pat,
        hostless,,,no workspace: there is no host in profile hostless in [HOME]/.databrickscfg
        m2m,[HOST],oauth-m2m,
        nowhere,http://127.0.0.1:9,pat,
        --- exit 0
    "#]]);
}

#[test]
fn in_a_sandbox_run_no_profile_is_real() {
    let world = World::new();
    let run = with_profiles(&world).args("--sandbox auth profiles --check -o csv").run();
    assert_eq!((run.code(), world.requests()), (0, 0), "{run}");
}

#[test]
fn profiles_are_checked() {
    let world = World::new();
    let run = with_profiles(&world).args("auth profiles --check -o csv -q").run();
    run.expect(expect![[r#"
        profile,host,auth_type,state
        dead,[HOST],pat,[HOST] refuses the credential from profile dead in [HOME]/.databrickscfg: GET /api/2.0/preview/scim/v2/Me answered 403 PERMISSION_DENIED: Invalid access token. [ReqId: [REQUEST]] (request id [REQUEST])
        good,[HOST],pat,valid: admin@example.com
        hostless,,,no workspace: there is no host in profile hostless in [HOME]/.databrickscfg
        m2m,[HOST],oauth-m2m,valid: [REQUEST]
        nowhere,http://127.0.0.1:9,pat,"cannot reach http://127.0.0.1:9: connection refused, after 3 tries"
        --- exit 3
    "#]]);
}

#[test]
fn profiles_are_checked_at_the_same_time() {
    let meeting = Meeting::of(3, "{\"userName\":\"me\"}");
    let lines = format!("host = {}\ntoken = a-secret-token", meeting.host());
    let run = ["a", "b", "c"].iter().fold(Patroll::new(), |run, name| run.profile(name, &lines));
    let run = run.secret("a-secret-token").keeps(".databrickscfg").word(meeting.host(), "[HOST]");
    run.args("auth profiles --check -o csv").run().expect(expect![[r#"
        profile,host,auth_type,state
        a,[HOST],pat,valid: me
        b,[HOST],pat,valid: me
        c,[HOST],pat,valid: me
        --- exit 0
    "#]]);
}
