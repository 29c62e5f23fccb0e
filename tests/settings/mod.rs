//! Which host and which credential a run uses, from flags, variables and `~/.databrickscfg`; and that no secret goes where
//! it does not belong.

/// The profile file: its form, its place, its permissions.
mod file;
/// Who wins where several say something.
mod precedence;
/// What is refused, and in which words.
mod refusals;
