//! Many revocations at once: what each trouble comes to for all of them.

use pretty_assertions::assert_eq;

use super::*;
use crate::api::bulk::revoke_many;
use crate::error::Revocations;
use crate::gate::Mode;

/// Returns a desk with ten tokens besides the credential's, and these as targets.
fn desk(setup: Setup) -> (Desk, Vec<Target>) {
    let options = Options { tokens: 11, now: Some(NOW), ..setup.options };
    let desk = Desk::new(Setup { options, ..setup });
    let listed = tokens::list(&desk.client).unwrap().tokens;
    let others = listed.iter().filter(|token| token.comment() != "patroll sandbox");
    let targets = others.map(Target::of).collect();
    (desk, targets)
}

fn revoke_all(desk: &Desk, targets: Vec<Target>, rule: OwnRule) -> Result<Revocations, Error> {
    revoke_many(&desk.client, targets, false, rule, &Origin::default())
}

fn own(desk: &Desk) -> Target {
    let listed = tokens::list(&desk.client).unwrap().tokens;
    Target::of(listed.iter().find(|token| token.comment() == "patroll sandbox").unwrap())
}

/// Returns what came of it: counts, the exit code of a failure, the requests, and how often the audit says what.
fn story(desk: &Desk, targets: Vec<Target>) -> String {
    let result = revoke_all(desk, targets, OwnRule::Refuse);
    let told = match result.map(Revocations::check) {
        Ok(Ok(report)) => report.counts(),
        Ok(Err(error)) => match &error {
            Error::Partial(report) => format!("{} {}", error.exit_code(), report.counts()),
            _ => brief(&error),
        },
        Err(error) => brief(&error),
    };
    let mut audit: Vec<(String, usize)> = Vec::new();
    for word in desk.audit() {
        match audit.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => audit.push((word, 1)),
        }
    }
    audit.sort();
    let audit: Vec<_> = audit.iter().map(|(word, count)| format!("{count} {word}")).collect();
    format!("{told} | asked {} | {}", desk.sandbox.requests_of("delete"), audit.join(", "))
}

#[test]
fn each_trouble_is_survived_or_told_for_each_token() {
    let cases = [
        ("", "10 of 10 tokens revoked | asked 10 | 10 done"),
        (
            "delete:status=429,retry-after=0,times=30",
            "10 of 10 tokens revoked | asked 40 | 10 done",
        ),
        ("delete:status=429,times=30", "10 of 10 tokens revoked | asked 40 | 10 done"),
        (
            "delete:status=503,retry-after=0,times=30",
            "10 of 10 tokens revoked | asked 40 | 10 done",
        ),
        ("delete:status=502,times=3", "10 of 10 tokens revoked | asked 13 | 10 done"),
        ("delete:cut-after,times=3", "10 of 10 tokens revoked | asked 13 | 10 done"),
        (
            "delete:status=404,code=RESOURCE_DOES_NOT_EXIST,times=4",
            "6 of 10 tokens revoked, 4 gone already | asked 10 | 4 already_gone, 6 done",
        ),
        (
            "delete:status=403,times=4",
            "1 6 of 10 tokens revoked, 4 failed | asked 10 | 4 PERMISSION_DENIED, 6 done",
        ),
        (
            "delete:html,times=2",
            "6 8 of 10 tokens revoked, 2 failed | asked 10 | 8 done, 2 unknown",
        ),
    ];
    for (fault, expected) in cases {
        let (desk, targets) = desk(Setup::default());
        desk.fault(fault);
        // How the audit sorts its words is no matter.
        let sorted = |text: &str| {
            let (head, audit) = text.rsplit_once(" | ").unwrap();
            let mut words: Vec<_> = audit.split(", ").map(str::to_owned).collect();
            words.sort();
            format!("{head} | {}", words.join(", "))
        };
        assert_eq!(sorted(&story(&desk, targets)), sorted(expected), "{fault}");
    }
}

#[test]
fn what_would_befall_all_is_tried_once() {
    let cases = [
        ("delete:status=401,always", "3 0 of 10 tokens revoked, 1 failed, 9 not tried"),
        (
            "delete:status=429,retry-after=3600,always",
            "4 0 of 10 tokens revoked, 1 failed, 9 not tried",
        ),
    ];
    for (fault, expected) in cases {
        let (desk, targets) = desk(Setup::default());
        desk.fault(fault);
        let story = story(&desk, targets);
        assert!(story.starts_with(&format!("{expected} | asked 1 | 10 ")), "{fault}: {story}");
    }
}

#[test]
fn the_credential_in_use_is_skipped_or_comes_last() {
    let (desk, mut targets) = desk(Setup::default());
    targets.insert(0, own(&desk));
    let last = targets.split_off(6);
    let report = revoke_all(&desk, targets, OwnRule::Refuse).unwrap();
    assert_eq!(report.counts(), "5 of 5 tokens revoked");
    let mut targets = vec![own(&desk)];
    targets.extend(last);
    let report = revoke_all(&desk, targets, OwnRule::Allow).unwrap();
    assert_eq!(report.counts(), "6 of 6 tokens revoked");
    let alone = self::desk(Setup::default()).0;
    let targets = vec![own(&alone)];
    assert_eq!(revoke_all(&alone, targets, OwnRule::Refuse), Ok(Revocations::default()));
    assert_eq!(alone.sandbox.requests_of("delete"), 0);
}

#[test]
fn nothing_is_revoked_if_the_credential_in_use_could_be_among_them() {
    let options = Options { random_ids: true, ..Options::default() };
    let (desk, targets) = desk(Setup { options, ..Setup::default() });
    assert_eq!(story(&desk, targets), "5 OWN_TOKEN_UNKNOWN | asked 0 | 1 OWN_TOKEN_UNKNOWN");
}

#[test]
fn a_wrong_id_is_found_before_the_first_request() {
    let (desk, mut targets) = desk(Setup::default());
    targets.push(Target { token_id: String::new(), comment: None });
    assert_eq!(story(&desk, targets), "1 INVALID_ARGUMENT | asked 0 | ");
}

#[test]
fn none_is_no_request_and_a_dry_run_counts() {
    let (desk, _) = desk(Setup::default());
    assert_eq!(story(&desk, Vec::new()), "0 of 0 tokens revoked | asked 0 | ");
    let (desk, targets) = self::desk(Setup { mode: Mode::DryRun, ..Setup::default() });
    assert_eq!(story(&desk, targets), "10 of 10 tokens revoked | asked 0 | ");
    assert_eq!(desk.gate.planned().len(), 10);
}

#[test]
fn an_administrator_revokes_anybodys() {
    let (desk, targets) = desk(Setup::default());
    let report = revoke_many(&desk.client, targets, true, OwnRule::Refuse, &Origin::default());
    assert_eq!(report.unwrap().revoked, 10);
    assert_eq!(desk.sandbox.requests_of("admin-delete"), 10);
}
