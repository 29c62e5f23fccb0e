//! What a script has and how it is run: options, output, errors, imports, limits.

/// Errors of the workspace and of the script itself, caught and uncaught.
mod errors;
/// What `import` finds and what it does not.
mod imports;
/// What keeps a script from running away, and what is not in the language.
mod limits;
/// What a script can list, create and revoke.
mod operations;
/// The script's own options and arguments.
mod options;
/// What a script prints, in each form.
mod output;
/// How a script is named, and whose flags stand behind it.
mod running;
