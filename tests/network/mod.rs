//! The networks between here and a workspace, and what is said when one does not lead there.

/// Whom a connection trusts, and whom a server does.
mod certificates;
/// Through which proxy, and what it may say.
mod proxies;
/// A credential follows no redirect.
mod redirects;
/// Each way not to get there has its own words.
mod words;
