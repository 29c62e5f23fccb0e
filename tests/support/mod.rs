//! How tests are written: a `World` to act on, a `Patroll` that runs the binary in it, and an `Outcome` that is
//! compared whole and searched for secrets every time. What patroll should do is in the tests' own files.

mod folder;
mod meeting;
mod outcome;
mod patroll;
mod process;
pub mod rust;
mod secrecy;
mod proxy;
mod real;
mod silence;
mod stub;
mod terminal;
mod tls;
mod words;
mod world;

pub use expect_test::{Expect, expect};
pub use rustix::process::Signal;

pub use folder::Folder;
pub use meeting::Meeting;
pub use outcome::Outcome;
pub use patroll::{Patroll, Running};
pub use proxy::Proxy;
pub use real::Real;
pub use secrecy::Secrets;
pub use silence::Silence;
pub use stub::Stub;
pub use tls::{Authority, Break, Front, Identity};
pub use words::Words;
pub use world::{DAY, World};
