//! The script API: Rhai with Databricks' tokens in it, from compiling a script to drawing where it failed.
//!
//! The only place that names Rhai. Functions for scripts are in `functions`, by topic; what they do to a workspace is
//! `api`'s. Nothing here decides whether an effect happens.

mod bundled;
mod callback;
mod convert;
mod engine;
mod failure;
mod functions;
mod header;
mod modules;
mod names;
mod options;
mod order;
mod program;
mod report;
mod run;
mod source;
mod strict;

pub use bundled::{Bundled, all as bundled_scripts};
pub use header::Header;
pub use program::{Program, evaluate, filter_tokens};
pub use run::Arguments;
pub use source::Source;
