//! Signing in: who wins, every method, what is shown of it, and the profile file.

/// Where accounts are managed, and where tokens are handed out.
mod accounts;
/// Ways to sign in to a workspace on Azure.
mod azure;
/// `patroll auth check` and `auth profiles`.
mod check;
/// `patroll configure`, typed on a terminal.
mod configure;
/// `patroll auth describe`: where everything came from.
mod describe;
/// Ways to sign in that ask the workspace, and those who vouch beside it.
mod methods;
/// Ways to sign in that other programs lend.
mod programs;
/// Tokens that die during a run.
mod renewal;
/// Which host, method and source is taken: flags × environment × file.
mod resolution;
/// The whole life of a fetched token, for every way to fetch one.
mod steps;
