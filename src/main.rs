//! The binary: one sentence.

use std::process::ExitCode;

/// Lists of tokens are many small values: with this allocator they cost half.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(patroll::run(std::env::args_os()))
}
