//! What came of a matrix: how many cases, and which promise was broken in how many of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::io::Write as _;

use super::form;

/// What a rotation promises at every instant, or in the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Promise {
    /// Every sink holds a token that the workspace accepts.
    Available,
    /// It does so once everything is calm again.
    Recovers,
    /// Living tokens of the slot outside its sinks are no more than the faults so far.
    BoundedStrays,
    /// There is none after the next undisturbed run past the grace, and exactly one token is alive.
    NoStrays,
    /// A token is revoked only if it is known whose it is and that nobody needs it.
    RevokeOnProof,
    /// A value is in memory and in the sinks only.
    SecretNowhere,
    /// The journal is idle two undisturbed runs later.
    Live,
    /// One creation a run.
    OneMint,
    /// The new token may do what the old one may, and no more.
    NoWidening,
    /// Nothing due: one read, no write, exit 0.
    Quiet,
    /// Every run ends by itself.
    Ends,
    /// What cannot be understood is refused before anything changes.
    Refuses,
}

/// A promise that was broken, and how.
#[derive(Clone, Debug)]
pub struct Violation {
    pub promise: Promise,
    pub what: String,
}

/// What came of one matrix for one subject.
pub struct Tally {
    pub matrix: &'static str,
    pub subject: &'static str,
    pub cases: usize,
    pub starts: usize,
    /// In how many cases each promise was broken.
    pub broken: BTreeMap<Promise, usize>,
    examples: Vec<String>,
}

/// How many broken cases are told of, and in how many lines each broken promise.
const EXAMPLES: usize = 8;
const LINES: usize = 8;

impl Tally {
    /// Begins with no case.
    pub fn new(matrix: &'static str, subject: &'static str) -> Self {
        Self { matrix, subject, cases: 0, starts: 0, broken: BTreeMap::new(), examples: Vec::new() }
    }

    /// Counts one case.
    pub fn add(&mut self, case: usize, what: &str, starts: usize, violations: &[Violation]) {
        self.cases += 1;
        self.starts += starts;
        let promises: BTreeSet<_> = violations.iter().map(|violation| violation.promise).collect();
        for promise in promises {
            *self.broken.entry(promise).or_default() += 1;
        }
        if !violations.is_empty() && self.examples.len() < EXAMPLES {
            let mut lines = String::new();
            for (at, Violation { promise, what }) in violations.iter().enumerate() {
                if violations[..at].iter().all(|before| before.promise != *promise) {
                    let told: Vec<_> = what.lines().take(LINES).collect();
                    writeln!(lines, "    {promise:?}: {}", told.join("\n      ")).unwrap();
                }
            }
            self.examples.push(format!("  case {case}, {what}\n{lines}"));
        }
    }

    /// Counts the cases in which this promise was broken.
    pub fn of(&self, promise: Promise) -> usize {
        self.broken.get(&promise).copied().unwrap_or_default()
    }

    /// Counts what was lost for good: places that hold a dead token, tokens that nobody holds.
    pub fn lost(&self) -> usize {
        self.of(Promise::Recovers) + self.of(Promise::NoStrays)
    }

    /// Counts the broken promises of all cases.
    pub fn violations(&self) -> usize {
        self.broken.values().sum()
    }

    /// Shows it on the harness's own stderr, also when all is well, and the broken cases of our own.
    pub fn show(&self, is_told: bool) {
        say(&format!("{self}\n"));
        if is_told {
            self.examples.iter().for_each(|example| say(example));
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { matrix, subject, cases, starts, .. } = self;
        let violations = self.violations();
        write!(f, "{matrix:<10} {subject:<13} {cases:>5} cases {starts:>6} runs")?;
        write!(f, " {violations:>5} broken promises (seed {})", form::seed())?;
        for (promise, count) in &self.broken {
            write!(f, " {promise:?} {count}")?;
        }
        Ok(())
    }
}

/// Gives the README's line about several subjects in one matrix: in how many of the cases a place held a dead token at
/// some time, held one for good, and a token was left for good.
pub fn row(tallies: &[Tally]) -> String {
    let cells = tallies.iter().map(|tally| {
        let counts = [Promise::Available, Promise::Recovers, Promise::NoStrays];
        let counts = counts.map(|promise| tally.of(promise).to_string());
        format!(" {} of {} |", counts.join(" · "), tally.cases)
    });
    format!("| {} |{}\n", tallies[0].matrix, cells.collect::<String>())
}

/// Writes where the test runner does not keep it to itself.
pub fn say(text: &str) {
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}
