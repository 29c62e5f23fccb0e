//! How much is tried, of what, and from which seed: `PATROLL_HARNESS` (`short` or `long`), `PATROLL_HARNESS_SEED`,
//! `PATROLL_HARNESS_BINARY`. Unless told, a few cases of each matrix show that it works.

use std::path::PathBuf;

/// How many cases a matrix has in the form that is tried before a change lands, and in the one for a long night.
#[derive(Clone, Copy)]
pub struct Size {
    pub short: usize,
    pub long: usize,
}

/// How much is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A few cases, which show that the matrix works.
    Glimpse,
    Short,
    Long,
}

impl Size {
    /// Tells how many cases patroll's own rotation is to meet.
    pub fn count(self) -> usize {
        match form() {
            Form::Glimpse => self.short.div_ceil(50),
            Form::Short => self.short,
            Form::Long => self.long,
        }
    }

    /// Tells how many cases each of the others is to meet: half of the short form's, whose figures are compared.
    pub fn common(self) -> usize {
        if form() == Form::Glimpse { self.short.div_ceil(100) } else { self.short / 2 }
    }
}

/// Tells which form is asked for.
pub fn form() -> Form {
    match variable("PATROLL_HARNESS").as_deref() {
        None => Form::Glimpse,
        Some("short") => Form::Short,
        Some("long") => Form::Long,
        Some(other) => panic!("PATROLL_HARNESS is `short` or `long`, not {other:?}"),
    }
}

/// Tells what all cases are drawn from.
pub fn seed() -> u64 {
    variable("PATROLL_HARNESS_SEED").map_or(1, |text| text.parse().unwrap())
}

/// Tells which one case is to be tried, if only one is: `PATROLL_HARNESS_CASE=17`.
pub fn only() -> Option<usize> {
    variable("PATROLL_HARNESS_CASE").map(|text| text.parse().unwrap())
}

/// Tells of which mutants alone the names are to hold what: `PATROLL_HARNESS_MUTANT=lock`, in whatever form.
pub fn mutant() -> Option<String> {
    variable("PATROLL_HARNESS_MUTANT")
}

/// Tells which binary is tried: the one that was built with the tests, unless another is named.
pub fn binary() -> PathBuf {
    let named = variable("PATROLL_HARNESS_BINARY").map(PathBuf::from);
    named.unwrap_or_else(|| env!("CARGO_BIN_EXE_patroll").into()).canonicalize().unwrap()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}
