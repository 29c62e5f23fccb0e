//! The one integration test binary: what each module holds patroll to. How tests are written is `support`'s.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has nothing better to do than to panic"
)]

/// The builder of runs, a world to run them in, and what is looked at after every one of them.
mod support;

/// What an administrator can do, and the grant that scripts need for it.
mod admin;
/// The audit log: what is written, how it is kept, and how it is read.
mod audit;
/// Signing in: who wins, every method, what is shown of it, and the profile file.
mod auth;
/// Bad input: one error, a hint, the right exit code, no panic.
mod bad_input;
/// What a cron job meets on a bad night.
mod bad_nights;
/// Many revocations at once: reports, early ends, progress.
mod bulk;
/// Mistakes that are seen without running, and nothing that is none.
mod check;
/// The client: what is tried again, what is left open, whose own token it is.
mod client;
/// The manual, as people and machines get it.
mod docs;
/// A dry run changes nothing, and tells what it would have done.
mod dry_run;
/// Every exit code, by at least one way to get it.
mod exit_codes;
/// One script on several workspaces.
mod fleet;
/// Every function of the script API has an example, and every example runs.
mod functions;
/// Every help page.
mod help;
/// Scripts that mean harm: each ends soon, in little memory, and without an effect.
mod hostile;
/// The order of the modules, and which of them alone may name which crate.
mod layers;
/// The networks between here and a workspace.
mod network;
/// What a script may do: grants, read-only runs, brakes, and the functions behind them.
mod permissions;
/// Plans: written, read, applied.
mod plans;
/// README.md, run as it stands.
mod readme;
/// The REPL on a pseudo-terminal: keys sent, screen compared.
mod repl;
/// The local workspace, without patroll.
mod sandbox;
/// Rotation as people meet it: options, places, refusals, and the commands about what is remembered.
mod rotate;
/// Rotation, with everything that can go wrong going wrong.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod rotation;
/// What is printed to be installed, and whether the schedulers take it.
mod schedule;
/// What a script has, and how it is run.
mod script;
/// Each bundled script, dry and live.
mod scripts;
/// No secret gets out but where it was asked for.
mod secrecy;
/// Which host and which credential a run uses.
mod settings;
/// Once a run is to end, nothing goes on after it.
mod stop;
/// What a run has that nobody watches.
mod unattended;
/// Wrong conditions throw; right ones mean what they say.
mod strict;
/// `patroll tokens`: the retired CLI, carried on.
mod tokens;
