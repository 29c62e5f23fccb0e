//! The script API: Rhai with Databricks' tokens in it, from compiling a script to drawing where it failed.
//!
//! The only place that names Rhai. Functions for scripts are in `functions`, by topic; what they do to a workspace is
//! `api`'s. Nothing here decides whether an effect happens.

mod bundled;
mod call;
mod callback;
mod check;
mod convert;
pub mod docs;
mod engine;
mod evaluate;
mod failure;
mod functions;
mod header;
mod hooks;
mod interactive;
mod kind;
mod known;
mod modules;
mod names;
mod options;
mod order;
mod pretty;
mod program;
mod report;
mod run;
mod sizes;
mod source;
mod stack;
mod strict;
mod syntax;
mod texts;
mod weight;
mod workbench;

pub use bundled::all as bundled_scripts;
pub use check::{Checked, check};
pub use evaluate::{evaluate, filter_tokens};
pub use header::Header;
pub use interactive::{Candidate, Interactive, Shown};
pub use names::closest;
pub use program::Program;
pub use run::Arguments;
pub use source::Source;
pub use syntax::{Piece, PieceKind, is_unfinished, pieces};
pub use workbench::on_engine_thread;
