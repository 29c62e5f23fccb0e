//! The one integration test binary: what each module holds patroll to. How tests are written is `support`'s.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has nothing better to do than to panic"
)]

/// The builder of runs, a world to run them in, and what is looked at after every one of them.
mod support;

/// The order of the modules, and which of them alone may name which crate.
mod layers;
/// The local workspace, without patroll.
mod sandbox;
