//! Signing in: who wins, every method, what is shown of it, and the profile file.

/// `patroll auth check` and `auth profiles`.
mod check;
/// `patroll configure`, typed on a terminal.
mod configure;
/// `patroll auth describe`: where everything came from.
mod describe;
/// Every way to sign in, against the workspace and those who vouch beside it.
mod methods;
/// Tokens that die during a run.
mod renewal;
/// Which host, method and source is taken: flags × environment × file.
mod resolution;
