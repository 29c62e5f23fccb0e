//! `patroll schedule`: what is printed for each scheduler, and that the schedulers take it.

mod checkers;
mod printing;
mod written;

use crate::support::Patroll;

/// Prepares a run whose own path goes by a name.
fn patroll() -> Patroll<'static> {
    Patroll::new().word(env!("CARGO_BIN_EXE_patroll"), "[PATROLL]").file("x.rhai", "print(1);")
}
