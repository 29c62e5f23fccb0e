//! The one integration test binary: what each module holds patroll to. How tests are written is `support`'s.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has nothing better to do than to panic"
)]

/// The builder of runs, a world to run them in, and what is looked at after every one of them.
mod support;

/// A dry run changes nothing, and tells what it would have done.
mod dry_run;
/// Every exit code, by at least one way to get it.
mod exit_codes;
/// The order of the modules, and which of them alone may name which crate.
mod layers;
/// The local workspace, without patroll.
mod sandbox;
/// No secret gets out but where it was asked for.
mod secrecy;
/// Wrong conditions throw; right ones mean what they say.
mod strict;
/// `patroll tokens`: the retired CLI, carried on.
mod tokens;
/// README.md, run as it stands.
mod readme;
