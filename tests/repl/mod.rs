//! The REPL on a pseudo-terminal: keys sent, screen compared.

/// A workspace that does not say that it is a sandbox.
/// A session to send keys to.
mod terminal;

/// The question before a revocation on a real workspace.
mod asking;
/// Editing: several lines, pastes, colours, wide letters, other sizes.
mod editing;
/// Completion, hints and documentation.
mod help;
/// The session in README.md.
mod readme;
/// Results, errors, and what stays between inputs.
mod results;
/// Long work, its interruption, history, timing, and a stdin that is no terminal.
mod working;
