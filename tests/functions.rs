//! The functions that scripts have: each has an example, and each example runs, in a sandbox of its own.

use std::fmt::Write as _;
use std::thread;

use serde_json::Value;

use crate::support::Patroll;

/// As many at once as a small machine bears.
const THREADS: usize = 4;

/// What examples ask for on the command line.
const GRANTS: &str = "--sandbox --allow-admin --allow-reveal --allow-write token.txt --allow-write report.json --allow-read ids.txt \
                      --allow-env HOME --allow-env HOOK_KEY --allow-run git --allow-run vault --allow-net 127.0.0.1 --allow-net hooks.example.com \
                      --allow-secret ci --allow-profile prod run -";

#[test]
fn every_function_has_an_example() {
    let without = documented().into_iter().filter(|form| form.example.is_none());
    assert_eq!(without.map(|form| form.signature).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn every_example_runs() {
    let forms = documented();
    let share = forms.len().div_ceil(THREADS);
    let failures: Vec<String> = thread::scope(|scope| {
        let start = |forms| scope.spawn(move || run_all(forms));
        let started: Vec<_> = forms.chunks(share).map(start).collect();
        started.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

struct Documented {
    signature: String,
    example: Option<String>,
}

fn documented() -> Vec<Documented> {
    let outcome = Patroll::new().args("docs --output json").run();
    let forms: Vec<Value> = serde_json::from_str(outcome.stdout()).unwrap();
    let text = |form: &Value, key: &str| form[key].as_str().map(str::to_owned);
    let read = |form: &Value| Documented {
        signature: text(form, "signature").unwrap(),
        example: text(form, "example"),
    };
    forms.iter().map(read).collect()
}

fn run_all(forms: &[Documented]) -> Vec<String> {
    let mut failures = Vec::new();
    for form in forms {
        let Some(example) = &form.example else { continue };
        let outcome = Patroll::new()
            .keeps("token.txt")
            .file("ids.txt", "one\ntwo\n")
            .args(GRANTS)
            .stdin(example.as_str())
            .run();
        if outcome.code() != 0 {
            let mut failure = format!("the example of {} fails:\n{example}\n", form.signature);
            write!(failure, "{outcome}").unwrap();
            failures.push(failure);
        }
    }
    failures
}
