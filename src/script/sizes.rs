//! Limits where the language has none: what turns something small into something large in a single step.
//!
//! What grows step by step is the memory brake's, which looks before each step. The engine's own limits of texts, arrays
//! and maps are off: for each call they count all that the array or map holds, so that a thousand times the rows takes a
//! million times as long.

use rhai::{Array, Blob, Dynamic, Engine, EvalAltResult, ImmutableString, Position};

use super::engine::LONGEST_TEXT;
use super::failure::Thrown;
use super::weight;

/// The most elements that an array can be given at once.
pub const LONGEST_ARRAY: usize = 500_000;

/// The most bytes that copies of one value can take at once.
const LARGEST_FILL: usize = 24 << 20;

const TEXT: &str = "Length of string";
const ARRAY: &str = "Size of array/BLOB";

/// Puts functions with limits in the place of the language's own.
pub fn register(engine: &mut Engine) {
    register_cuts(engine);
    register_fills(engine);
    register_replacements(engine);
}

/// What cuts a text.
fn register_cuts(engine: &mut Engine) {
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
        })
        .register_fn("to_chars", |text: &str| gather(text.chars().map(Dynamic::from)))
        .register_fn("to_array", |blob: &mut Blob| {
            gather(blob.iter().map(|byte| Dynamic::from(i64::from(*byte))))
        });
}

/// What makes something as long as a number says.
fn register_fills(engine: &mut Engine) {
    engine
        .register_fn("pad", |array: &mut Array, length: i64, item: Dynamic| {
            let more = length_of(length).saturating_sub(array.len());
            check(ARRAY, array.len() + more, LONGEST_ARRAY)?;
            check(ARRAY, more.saturating_mul(weight::of_copy(&item, LARGEST_FILL)), LARGEST_FILL)?;
            array.resize(array.len() + more, item);
            Ok::<(), Thrown>(())
        })
        .register_fn("pad", |text: &mut ImmutableString, length: i64, letter: char| {
            pad(text, length, letter.encode_utf8(&mut [0; 4]))
        })
        .register_fn("pad", |text: &mut ImmutableString, length: i64, more: &str| {
            pad(text, length, more)
        })
        .register_fn("pad", |blob: &mut Blob, length: i64, byte: i64| {
            let length = length_of(length).max(blob.len());
            check(ARRAY, length, LONGEST_ARRAY)?;
            blob.resize(length, low_byte(byte));
            Ok::<(), Thrown>(())
        })
        .register_fn("blob", |length: i64| fill(length, 0))
        .register_fn("blob", fill);
}

/// What can put a long text in many places of another.
fn register_replacements(engine: &mut Engine) {
    engine
        .register_fn("replace", |text: &mut ImmutableString, from: &str, to: &str| {
            replace(text, from, to)
        })
        .register_fn("replace", |text: &mut ImmutableString, from: &str, to: char| {
            replace(text, from, to.encode_utf8(&mut [0; 4]))
        })
        .register_fn("replace", |text: &mut ImmutableString, from: char, to: &str| {
            replace(text, from.encode_utf8(&mut [0; 4]), to)
        })
        .register_fn("replace", |text: &mut ImmutableString, from: char, to: char| {
            replace(text, from.encode_utf8(&mut [0; 4]), to.encode_utf8(&mut [0; 4]))
        });
}

/// Returns how many pieces are wanted; the language takes less than one for one.
fn pieces(most: i64) -> usize {
    usize::try_from(most).unwrap_or(1).max(1)
}

/// Returns a wanted length; the language takes less than none for none.
fn length_of(length: i64) -> usize {
    usize::try_from(length).unwrap_or(0)
}

fn low_byte(number: i64) -> u8 {
    number.to_le_bytes()[0]
}

fn fill(length: i64, byte: i64) -> Result<Blob, Thrown> {
    check(ARRAY, length_of(length), LONGEST_ARRAY)?;
    Ok(vec![low_byte(byte); length_of(length)])
}

/// Repeats `more` behind a text until it has so many letters; the last one is cut.
fn pad(text: &mut ImmutableString, length: i64, more: &str) -> Result<(), Thrown> {
    let missing = length_of(length).saturating_sub(text.chars().count());
    if missing == 0 || more.is_empty() {
        return Ok(());
    }
    check(TEXT, text.len().saturating_add(missing), LONGEST_TEXT)?;
    let added: String = more.chars().cycle().take(missing).collect();
    check(TEXT, text.len() + added.len(), LONGEST_TEXT)?;
    text.make_mut().push_str(&added);
    Ok(())
}

fn replace(text: &mut ImmutableString, from: &str, to: &str) -> Result<(), Thrown> {
    if text.is_empty() {
        return Ok(());
    }
    if to.len() > from.len() {
        let places = text.matches(from).count();
        check(TEXT, text.len() + places.saturating_mul(to.len() - from.len()), LONGEST_TEXT)?;
    }
    *text = text.replace(from, to).into();
    Ok(())
}

fn collect<'t>(pieces: impl Iterator<Item = &'t str>) -> Result<Array, Thrown> {
    gather(pieces.map(|piece| Dynamic::from(piece.to_owned())))
}

fn gather(items: impl Iterator<Item = Dynamic>) -> Result<Array, Thrown> {
    let items: Array = items.take(LONGEST_ARRAY + 1).collect();
    check(ARRAY, items.len(), LONGEST_ARRAY)?;
    Ok(items)
}

fn check(what: &str, length: usize, most: usize) -> Result<(), Thrown> {
    if length <= most {
        return Ok(());
    }
    Err(EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE).into())
}
