//! Other processes and this one's signals.

mod child;
mod signals;
mod terminal;

pub use child::run_with_variables;
pub use signals::watch;
pub use terminal::remember_terminal;
