//! `patroll auth describe`: everything with its source, nothing secret, no request.

use crate::support::{Patroll, World, expect};

#[test]
fn everything_is_shown_with_its_source_and_no_secret() {
    let run = Patroll::new()
        .secret("a-secret-of-the-file")
        .profile("prod", "# ours\nhost = https://prod.test/?o=12\nclient_id = id # who\nclient_secret = a-secret-of-the-file")
        .env("ARM_CLIENT_SECRET", "a-secret-of-azure")
        .secret("a-secret-of-azure");
    run.args("auth describe -p prod -o table --debug").run().expect(expect![[r#"
        attribute      value                                source
        profile        prod                                 --profile
        config_file    [HOME]/.databrickscfg  default
        host           https://prod.test/?o=12              [HOME]/.databrickscfg:3
        workspace_id   12                                   [HOME]/.databrickscfg:3
        client_id      id                                   [HOME]/.databrickscfg:4
        client_secret  [redacted]                           [HOME]/.databrickscfg:5
        auth_type      oauth-m2m                            what is there
        --- exit 0
    "#]]);
}

#[test]
fn machines_get_json() {
    let run = Patroll::new()
        .env("DATABRICKS_HOST", "https://env.test")
        .env("DATABRICKS_TOKEN", "a-secret-value");
    run.secret("a-secret-value").args("auth describe -o json").run().expect(expect![[r#"
        {
          "host": "https://env.test",
          "profile": null,
          "auth_type": "pat",
          "attributes": [
            {
              "name": "host",
              "value": "https://env.test",
              "source": "DATABRICKS_HOST"
            },
            {
              "name": "token",
              "value": "[redacted]",
              "source": "DATABRICKS_TOKEN"
            },
            {
              "name": "auth_type",
              "value": "pat",
              "source": "what is there"
            }
          ]
        }
        --- exit 0
    "#]]);
}

#[test]
fn what_is_there_is_shown_also_when_it_will_not_do() {
    let run = Patroll::new().profile("DEFAULT", "host = https://a.test\nusername = u");
    run.args("auth describe -o table").run().expect(expect![[r#"
        attribute    value                                source
        profile      DEFAULT                              default
        config_file  [HOME]/.databrickscfg  default
        host         https://a.test                       [HOME]/.databrickscfg:2
        username     u                                    [HOME]/.databrickscfg:3
        --- stderr
        error: no credential for https://a.test (profile DEFAULT): found host (profile DEFAULT in [HOME]/.databrickscfg), username (profile DEFAULT in [HOME]/.databrickscfg)
        hint: set DATABRICKS_TOKEN, or add `token = …` to the profile, or run `patroll configure`; to try without a workspace, add --sandbox
        --- exit 3
    "#]]);
}

#[test]
fn no_request_is_made() {
    let world = World::new();
    let run = Patroll::new().on(&world).args("auth describe -o csv");
    run.run().expect(expect![[r#"
        attribute,value,source
        host,[HOST],DATABRICKS_HOST
        token,[redacted],DATABRICKS_TOKEN
        auth_type,pat,what is there
        --- exit 0
    "#]]);
    assert_eq!(world.requests(), 0);
}

#[test]
fn files_are_shown_with_who_named_them() {
    let run = Patroll::new()
        .file("my.cfg", "[DEFAULT]\nhost = https://a.test\ntoken = a-secret\nca_file = ours.pem\n")
        .secret("a-secret")
        .keeps("my.cfg")
        .env("SSL_CERT_FILE", "/etc/theirs.pem")
        .args("--config-file my.cfg --ca-file mine.pem --client-cert me.pem auth describe -o csv");
    run.run().expect(expect![[r#"
        attribute,value,source
        profile,DEFAULT,default
        config_file,my.cfg,--config-file
        host,https://a.test,my.cfg:2
        token,[redacted],my.cfg:3
        ca_file,ours.pem,my.cfg:4
        ca_file,mine.pem,--ca-file
        ca_file,/etc/theirs.pem,SSL_CERT_FILE
        client_cert,me.pem,--client-cert
        client_key,me.pem,--client-cert
        auth_type,pat,what is there
        --- exit 0
    "#]]);
}
