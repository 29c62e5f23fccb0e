//! Each bundled script, dry and live: what it says, what the workspace sees of it, and that a second run finds nothing.

/// `cleanup_expired`: the main job.
mod cleanup_expired;
/// What all bundled scripts have in common.
mod house;
/// `report_expiring` and `inventory`, which change nothing.
mod reports;
/// `rotate`.
mod rotate;
/// `cleanup_unused`, `cleanup_leavers` and `audit_policy`: a whole workspace's tokens.
mod workspace;
