//! What a list of tokens comes to in numbers.

use crate::clock::Time;
use crate::token::Token;

/// How many tokens there are in which state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stock {
    /// Those that will expire.
    pub valid: usize,
    /// Those that never do.
    pub endless: usize,
    /// Those that have.
    pub expired: usize,
    /// When the first of the valid ones expires.
    pub soonest: Option<Time>,
}

impl Stock {
    /// Counts.
    pub fn of(tokens: &[Token]) -> Self {
        let mut stock = Self::default();
        for token in tokens {
            let expires = token.expires();
            if expires.is_never() {
                stock.endless += 1;
            } else if token.is_expired() {
                stock.expired += 1;
            } else {
                stock.valid += 1;
                stock.soonest = Some(stock.soonest.map_or(expires, |soonest| soonest.min(expires)));
            }
        }
        stock
    }
}
