//! Bad input: one error, a hint where there is one to give, the right exit code, nothing half done, no panic.

/// Mistyped commands, flags and values.
mod command_line;
/// Comments that would take over a terminal, a table or a spreadsheet.
mod comments;
/// Folders and streams that cannot be read or written.
mod files;
/// Files that are no scripts.
mod not_scripts;
/// Grants and brakes that mean nothing, or could mean everything.
mod permissions;
