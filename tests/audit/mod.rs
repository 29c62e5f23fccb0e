//! The audit log: what is written, how it is kept, and how it is read.

/// What is written, and where.
mod writing;
/// One file for many runs, never too large.
mod keeping;
/// `patroll audit`.
mod reading;
