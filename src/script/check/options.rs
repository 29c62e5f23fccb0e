//! Finds keys in a map of options that its function does not know.

use rhai::{Expr, Position};

use super::Assembly;
use super::unit::{Mistake, Unit};
use super::walk::{self, Call};
use crate::script::functions::{find_unknown_key, takes_options_at};

/// Finds the unknown keys of the maps that stand in a call.
pub fn find(assembly: &Assembly, unit: &Unit) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    walk::each_call(&unit.ast, &mut |call| {
        if !call.is_qualified() && !assembly.defines(call.name()) {
            mistakes.extend(keys(call).filter_map(|(key, at)| unknown(call.name(), key, at)));
        }
    });
    mistakes
}

/// Returns the keys of the maps among a call's arguments.
fn keys(call: Call<'_>) -> impl Iterator<Item = (&str, Position)> {
    let places = usize::from(call.is_method)..;
    let maps = call.inner.args.iter().zip(places).filter_map(move |argument| match argument {
        (Expr::Map(map, _), place) if takes_options_at(call.name(), place) => Some(&map.0),
        _ => None,
    });
    maps.flatten().map(|(key, _)| (key.name.as_str(), key.pos))
}

fn unknown(function: &str, key: &str, position: Position) -> Option<Mistake> {
    let (key, hint) = find_unknown_key(function, [key])?;
    let message = format!("`{function}` has no option `{key}`");
    Some(Mistake { position, message, hint: Some(hint), throws: true })
}
