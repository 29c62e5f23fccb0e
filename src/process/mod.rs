//! Other processes, and this one's signals and stdin.

mod ask;
mod child;
pub mod command;
mod signals;
mod stdin;
mod terminal;
mod tty;

#[cfg(test)]
mod tests;

pub use ask::ask;
pub use child::{own_program, run_with_variables};
pub use signals::watch;
pub use stdin::read_stdin;
pub use terminal::Terminal;
pub use tty::remember_terminal;
