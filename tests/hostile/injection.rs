//! Texts that want to be more than texts: arguments, paths, headers, ids, log lines.

use super::{Attack, LATE, attack};

#[test]
fn a_text_is_a_text() {
    let flags = "--allow-run printf --allow-write out --allow-net 127.0.0.1 --allow-secret ci --max-revocations 0";
    for (script, code) in [
        ("run_command([\"printf; touch made\"]);", 5),
        (
            "run_command([\"printf\", \"%s\", \"$(touch made)\", \"`touch made`\", \"; touch made\"]);",
            0,
        ),
        ("run_command([\"/usr/bin/../bin/sh\", \"-c\", \"touch made\"]);", 5),
        ("run_command([\"sh\", \"-c\", \"touch made\"]);", 5),
        ("run_command([\"printf\\u0000\", \"x\"]);", 5),
        ("run_command([\"printf\", \"a\\u0000b\"]);", 1),
        ("write_file(\"out\\u0000.txt\", \"x\");", 5),
        ("write_file(\"out/../made\", \"x\");", 5),
        ("http_get(\"http://127.0.0.1:1@a.example/\");", 1),
        ("http_get(\"http://127.0.0.1:1/ HTTP/1.1\\r\\nX: y\");", 1),
        ("http_get(\"http://127.0.0.1.a.example/\");", 1),
        ("secrets_list(\"ci&scope=other\");", 5),
        ("secrets_delete(\"../ci\", \"k\");", 5),
        ("print(tokens_revoke(\"../../delete\"));", 0),
        ("admin_tokens_get(\"../x\");", 5),
        ("env(\"HOME=x\");", 5),
    ] {
        let outcome = attack(Attack { script, flags, limit: LATE });
        assert_eq!(outcome.code(), code, "{script}: {outcome}");
    }
}
