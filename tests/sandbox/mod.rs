//! The local workspace, tested through its public face and a client that speaks raw HTTP.

/// A client of its own, which can also misbehave.
mod client;

/// The command that serves it.
mod command;
/// Many connections at once, and stopping with connections open.
mod connections;
/// What the sandbox tells of itself.
mod control;
/// The data made up for a new workspace.
mod data;
/// Trouble on request: how it is written, and each kind of it.
mod faults;
/// HTTP as nobody should speak it.
mod hostile;
/// Who is who, and how service principals sign in.
mod identity;
/// The Token Management API.
mod management;
/// Those beside a workspace who vouch for people, machines and jobs.
mod providers;
/// HTTP as real clients speak it.
mod protocol;
/// Who may make a call, and what a token may be.
mod rules;
/// The secrets calls.
mod secrets;
/// The retired command line client, run for real.
mod seed_cli;
/// The state file.
mod state;
/// The clock, and what its moving does to tokens.
mod time;
/// The Token API: what it answers, in its own shape.
mod tokens;
