//! How tests are written: a `World` to act on, a `Patroll` that runs the binary in it, and an `Outcome` that is
//! compared whole and searched for secrets every time. What patroll should do is in the tests' own files.

mod folder;
mod outcome;
mod patroll;
mod process;
mod secrecy;
mod terminal;
mod words;
mod world;

pub use expect_test::{Expect, expect};

pub use folder::Folder;
pub use outcome::Outcome;
pub use patroll::Patroll;
pub use process::Running;
pub use world::World;
