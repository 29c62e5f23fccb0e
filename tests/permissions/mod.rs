//! What a script may do beyond the tokens of its own workspace, and how much of that.

mod brakes;
mod commands;
mod files;
mod grants;
mod header;
mod http;
mod read_only;
mod scopes;
mod workspaces;
