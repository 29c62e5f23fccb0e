//! Goes through the cases of a matrix, on as many threads as there are cores, each case drawn from its own number.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fastrand::Rng;

use super::form::{self, Size};
use super::report::{self, Tally, Violation};
use super::subject::Subject;

/// A matrix by its name, its size, and how many cases may run at once: more than cores if they mostly wait.
pub struct Matrix {
    pub name: &'static str,
    pub size: Size,
    pub threads: usize,
}

/// What came of one case.
pub struct Case {
    /// What it was, in a few words.
    pub what: String,
    /// How many runs it took.
    pub starts: usize,
    pub violations: Vec<Violation>,
}

impl Matrix {
    /// Tries so many cases on a subject; `case` is given its number and what it draws from.
    pub fn run(
        &self,
        subject: &Subject,
        count: usize,
        case: impl Fn(usize, Rng) -> Case + Sync,
    ) -> Tally {
        let next = AtomicUsize::new(form::only().unwrap_or(0));
        let end = form::only().map_or(count, |only| only + 1);
        let tally = Mutex::new(Tally::new(self.name, subject.name));
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    break;
                }
                let seed = form::seed().wrapping_mul(1_000_003).wrapping_add(number as u64);
                let Case { what, starts, violations } = case(number, Rng::with_seed(seed));
                if form::only().is_some() {
                    report::say(&format!("case {number}, {what}\n"));
                }
                tally.lock().unwrap().add(number, &what, starts, &violations);
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(work);
            }
        });
        let tally = tally.into_inner().unwrap();
        tally.show(subject.is_told);
        tally
    }
}
