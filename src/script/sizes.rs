//! Limits where the language has none: what turns one text into an array of many in a single step.
//!
//! What grows step by step is counted by the engine; these functions could take all memory before it looks again.

use rhai::{Array, Dynamic, Engine, EvalAltResult, Position};

use super::failure::Thrown;

/// The most elements that an array can have.
pub const LONGEST_ARRAY: usize = 500_000;

/// Puts the functions that cut texts in the place of the language's own.
pub fn register(engine: &mut Engine) {
    engine
        .register_fn("split", |text: &str| collect(text.split_whitespace()))
        .register_fn("split", |text: &str, by: &str| collect(text.split(by)))
        .register_fn("split", |text: &str, by: char| collect(text.split(by)))
        .register_fn("split", |text: &str, by: &str, most: i64| {
            collect(text.splitn(pieces(most), by))
        })
        .register_fn("split", |text: &str, by: char, most: i64| {
            collect(text.splitn(pieces(most), by))
        })
        .register_fn("split_rev", |text: &str, by: &str| collect(text.rsplit(by)))
        .register_fn("split_rev", |text: &str, by: char| collect(text.rsplit(by)))
        .register_fn("split_rev", |text: &str, by: &str, most: i64| {
            collect(text.rsplitn(pieces(most), by))
        })
        .register_fn("split_rev", |text: &str, by: char, most: i64| {
            collect(text.rsplitn(pieces(most), by))
        });
}

/// Returns how many pieces are wanted; the language takes less than one for one.
fn pieces(most: i64) -> usize {
    usize::try_from(most).unwrap_or(1).max(1)
}

fn collect<'t>(pieces: impl Iterator<Item = &'t str>) -> Result<Array, Thrown> {
    let pieces: Array =
        pieces.take(LONGEST_ARRAY + 1).map(|piece| Dynamic::from(piece.to_owned())).collect();
    if pieces.len() > LONGEST_ARRAY {
        let what = "Size of array/BLOB".to_owned();
        return Err(EvalAltResult::ErrorDataTooLarge(what, Position::NONE).into());
    }
    Ok(pieces)
}
