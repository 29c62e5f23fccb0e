//! `patroll tokens`: the retired Tokens CLI's flags and outputs, and what has been added to them.

/// `tokens create`, to stdout and to a file.
mod create;
/// How tokens are named on the command line.
mod ids;
/// `tokens list`, its forms and conditions.
mod list;
/// `tokens revoke`.
mod revoke;
