//! Other processes and this one's signals.

mod child;
mod signals;

pub use child::run_with_variables;
pub use signals::watch;
