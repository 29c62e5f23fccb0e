//! What came of revoking many tokens: counts where it went well, names where it did not.

use std::fmt;

use super::{Error, exit};

/// The report of many revocations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revocations {
    /// How many tokens are dead because of it; in a dry run, would be.
    pub revoked: usize,
    /// How many were gone before.
    pub already_gone: usize,
    /// One of those that were gone before.
    pub one_gone: Option<String>,
    /// Those that were not revoked, or perhaps not, by id, and why.
    pub failures: Vec<(String, Error)>,
    /// The ids of those not tried, because they would have failed all the same.
    pub untried: Vec<String>,
}

impl Revocations {
    /// Returns the report if everything went well, otherwise the error that holds it.
    pub fn check(self) -> Result<Self, Error> {
        if self.failures.is_empty() && self.untried.is_empty() {
            Ok(self)
        } else {
            Err(Error::Partial(Box::new(self)))
        }
    }

    /// Returns the ids of the tokens that may still live.
    pub fn missed(&self) -> impl Iterator<Item = &str> {
        self.failures.iter().map(|(token_id, _)| token_id).chain(&self.untried).map(String::as_str)
    }

    /// Returns the first failure, if there is one.
    pub fn cause(&self) -> Option<&Error> {
        self.failures.first().map(|(_, error)| error)
    }

    /// Returns the exit code of the gravest failure.
    pub fn exit_code(&self) -> u8 {
        let codes = self.failures.iter().map(|(_, error)| error.exit_code());
        codes.max_by_key(|code| exit::gravity(*code)).unwrap_or(exit::FAILED)
    }

    /// Returns the counts in words.
    pub fn counts(&self) -> String {
        let (failed, untried) = (self.failures.len(), self.untried.len());
        let all = self.revoked + self.already_gone + failed + untried;
        let rest =
            [(self.already_gone, "gone already"), (failed, "failed"), (untried, "not tried")];
        let rest = rest.iter().filter(|(count, _)| *count > 0);
        let rest: Vec<_> = rest.map(|(count, word)| format!(", {count} {word}")).collect();
        let noun = if all == 1 { "token" } else { "tokens" };
        format!("{} of {all} {noun} revoked{}", self.revoked, rest.concat())
    }
}

impl fmt::Display for Revocations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.counts())?;
        match self.failures.first() {
            Some((token_id, error)) => write!(formatter, "; token {token_id}: {error}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(errors: Vec<Error>) -> Revocations {
        let failures = errors.into_iter().map(|error| ("ab".to_owned(), error)).collect();
        Revocations { revoked: 3, already_gone: 1, failures, ..Revocations::default() }
    }

    #[test]
    fn the_gravest_failure_decides_and_the_first_is_told() {
        let unknown = Error::OutcomeUnknown {
            what: "revoking".to_owned(),
            reason: "cut".to_owned(),
            candidates: Vec::new(),
            is_repeatable: true,
        };
        let problem = Error::BadRequest { problem: "no".to_owned() };
        let error = report(vec![problem, unknown]).check().unwrap_err();
        assert_eq!((error.exit_code(), error.code()), (exit::UNKNOWN, "PARTIAL"));
        let words = "3 of 6 tokens revoked, 1 gone already, 2 failed; token ab: no";
        assert_eq!(error.to_string(), words);
    }

    #[test]
    fn all_done_is_no_error() {
        assert_eq!(
            report(Vec::new()).check().unwrap().counts(),
            "3 of 4 tokens revoked, 1 gone already"
        );
        let untried = Revocations { untried: vec!["cd".to_owned()], ..Revocations::default() };
        let error = untried.check().unwrap_err();
        assert_eq!(error.to_string(), "0 of 1 token revoked, 1 not tried");
    }
}
