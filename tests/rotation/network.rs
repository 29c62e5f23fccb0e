//! Network trouble at every step: once, twice in a row or always, with and without effect, doubled, late, or sent elsewhere.

use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock};

use fastrand::Rng;

use super::form::Size;
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::sink::Sink;
use super::subject::Subject;
use super::world::{Setup, World};
use crate::support::Stub;

/// Such cases mostly wait.
const MATRIX: Matrix =
    Matrix { name: "network", size: Size { short: 300, long: 3000 }, threads: 16 };

/// Whose turn it is to get more than anybody wants to read.
static HUGE: Mutex<()> = Mutex::new(());

/// What is asked for at some step of a rotation.
const STEPS: [&str; 7] = ["list", "create", "me", "conf", "delete", "secret-put", "secret-get"];

/// What a call can meet; `[ELSEWHERE]` is a server that nobody should ask.
const KINDS: [&str; 34] = [
    "status=400",
    "status=401",
    "status=403",
    "status=404",
    "status=409",
    "status=429",
    "status=429,retry-after=1",
    "status=500",
    "status=502",
    "status=503",
    "status=504",
    "status=429,+effect",
    "status=500,+effect",
    "status=503,+effect",
    "status=504,+effect",
    "redirect=[ELSEWHERE]/",
    "redirect=[ELSEWHERE]/,+effect",
    "garbage",
    "garbage,+effect",
    "html",
    "html,+effect",
    "empty",
    "empty,+effect",
    "cut-before",
    "cut-after",
    "truncate",
    "duplicate",
    "late=300ms",
    "slow=400ms",
    "late=1h",
    "slow=1h",
    "hold,+effect",
    "huge",
    "huge,+effect",
];

/// How often: what is added to the fault, and in how many runs in a row.
const TIMES: [(&str, usize); 3] = [("times=1", 1), ("times=2", 1), ("always", 2)];

/// What is wrong with the way to the workspace for a whole run.
const WAYS: [(&str, &str); 3] = [
    ("refused", "http://127.0.0.1:1"),
    ("no such name", "http://nowhere.invalid"),
    ("no TLS there", "https"),
];

/// Who redirects lead to.
fn elsewhere() -> &'static Stub {
    static STUB: OnceLock<Stub> = OnceLock::new();
    STUB.get_or_init(|| {
        Stub::new([("200 OK", r#"{"token_value":"forged","token_info":{"token_id":"forged"}}"#)])
    })
}

/// Draws a fault, and in how many runs it is made; `here` is where redirects of this case lead.
fn fault(rng: &mut Rng, number: usize, steps: &[&str], here: &str) -> (String, usize) {
    let step = steps[number % steps.len()];
    let kind = KINDS[(number / steps.len()) % KINDS.len()];
    let (times, runs) = TIMES[(number / steps.len() / KINDS.len() + number) % TIMES.len()];
    let after = if rng.u8(..3) == 0 { rng.u8(1..3) } else { 0 };
    let kind = kind.replace("[ELSEWHERE]/", here);
    (format!("{step}:{kind},{times},after={after}"), runs)
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    MATRIX.run(subject, cases, |number, mut rng| {
        let mut setup = Setup::simple(rng.u64(..));
        setup.is_scoped = rng.bool();
        let mut steps = STEPS[..2].to_vec();
        steps.push("delete");
        if subject.is_ours {
            steps = STEPS.to_vec();
            setup.sinks.push(Sink::Secret("rotated"));
        }
        let mut world = World::new(&setup);
        let is_late = subject.is_ours && rng.u8(..4) == 0;
        if is_late {
            world.run(subject, false);
            world.advance(25);
        }
        world.words = vec!["--timeout".to_owned(), "3s".to_owned()];
        let path = format!("/{}/{number}/", subject.name.replace(' ', "-"));
        let here = format!("{}{path}", elsewhere().host());
        let mut what = format!("late {is_late}, ");
        if number % 40 == 39 {
            let (name, way) = WAYS[number / 40 % WAYS.len()];
            what.push_str(name);
            let host = world.host.clone();
            world.host =
                if way == "https" { host.replace("http:", "https:") } else { way.to_owned() };
            world.run(subject, true);
            world.host = host;
        } else {
            let (fault, runs) = fault(&mut rng, number, &steps, &here);
            what.push_str(&fault);
            // What is huge is so for one at a time.
            let _turn = fault.contains("huge").then(|| HUGE.lock().unwrap());
            for _ in 0..runs {
                world.sandbox.inject(fault.parse().unwrap());
                let ran = world.run(subject, true);
                write!(what, ", exit {:?}", ran.code).unwrap();
            }
        }
        world.words.clear();
        if elsewhere().asked().iter().any(|asked| asked.contains(&path)) {
            world.break_promise(Promise::SecretNowhere, "a redirect was followed");
        }
        world.settle(subject);
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn the_common_orders_lose_tokens() {
    super::expect_losses(&MATRIX, run);
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
