//! What a run has that nobody watches: locks, waits by lot, messages for machines, figures, limits, and an orderly end.

/// One run at a time, and when it begins.
mod locks;
/// Messages as JSON.
mod messages;
/// Figures for Prometheus.
mod metrics;
/// A line about every change, and SIGTERM.
mod ending;
/// What the system lets it have.
mod limits;
