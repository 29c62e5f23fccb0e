//! The binary: one sentence.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(patroll::run(std::env::args_os()))
}
