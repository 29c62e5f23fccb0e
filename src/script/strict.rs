//! Makes a wrong comparison an error: a time or a length of time compares with its own kind and nothing else.
//!
//! Rhai answers `false` when two values cannot be compared, which at 3 a.m. is a quiet "nothing to do". The wildcards
//! below catch every such pair, in both orders; exact pairs are registered first and win.

use std::any::TypeId;

use rhai::{Array, Dynamic, Engine, FnPtr};

use super::convert::type_word;
use super::failure::{Failure, Thrown, mistake};
use super::functions::{Minted, OtherWorkspace, SecretValue};
use super::kind::Kind;
use crate::clock::{Duration, Time};
use crate::token::Token;

const OPERATORS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// The language's own array functions that take a wrong answer for none, and what to use instead.
const LENIENT: [(&str, &str); 2] = [("dedup", "group_by"), ("order_by", "sort_by")];

/// The array functions that the language also lets be given the name of a function, which its strict ones do not see.
const NAMED: [&str; 9] =
    ["all", "dedup", "drain", "filter", "map", "order_by", "retain", "some", "sort"];

/// Registers the comparisons there are, and refuses all others.
pub fn register(engine: &mut Engine) {
    register_order::<Time>(engine);
    register_order::<Duration>(engine);
    engine.register_fn("==", |left: Token, right: Token| left.token_id() == right.token_id());
    engine.register_fn("!=", |left: Token, right: Token| left.token_id() != right.token_id());
    refuse_others::<Time>(engine);
    refuse_others::<Duration>(engine);
    refuse_others::<Token>(engine);
    refuse_others::<Minted>(engine);
    refuse_others::<SecretValue>(engine);
    refuse_others::<OtherWorkspace>(engine);
    refuse_others::<Failure>(engine);
    refuse_lenient(engine);
}

fn refuse_lenient(engine: &mut Engine) {
    for (name, instead) in LENIENT {
        engine.register_fn(name, move |_: &mut Array, _: FnPtr| -> Result<Dynamic, Thrown> {
            Err(mistake(format!("`{name}` does not insist on an answer; use `{instead}`")))
        });
    }
    for name in ["find", "index_of"] {
        engine.register_fn(
            name,
            move |_: &mut Array, _: FnPtr, _: i64| -> Result<Dynamic, Thrown> {
                Err(mistake(format!(
                    "`{name}` begins at the first element; cut the array before, by `extract`"
                )))
            },
        );
    }
    for name in NAMED {
        engine.register_fn(name, move |_: &mut Array, _: &str| -> Result<Dynamic, Thrown> {
            Err(mistake(format!("`{name}` wants a function such as `|t| …`, not a text")))
        });
    }
}

fn register_order<T: Ord + Clone + 'static>(engine: &mut Engine) {
    engine
        .register_fn("==", |left: T, right: T| left == right)
        .register_fn("!=", |left: T, right: T| left != right)
        .register_fn("<", |left: T, right: T| left < right)
        .register_fn("<=", |left: T, right: T| left <= right)
        .register_fn(">", |left: T, right: T| left > right)
        .register_fn(">=", |left: T, right: T| left >= right);
}

fn refuse_others<T: 'static>(engine: &mut Engine) {
    let (this, anything) = (TypeId::of::<T>(), TypeId::of::<Dynamic>());
    for operator in OPERATORS {
        for kinds in [[this, anything], [anything, this]] {
            engine.register_raw_fn(operator, kinds, |_, sides| refuse(sides[0], sides[1]));
        }
    }
}

fn refuse(left: &Dynamic, right: &Dynamic) -> Result<bool, Thrown> {
    let kinds = [left, right];
    let is = |kind: Kind| kinds.iter().any(|value| kind_of(value) == Some(kind));
    let strict: Vec<Kind> =
        [Kind::Duration, Kind::Time].into_iter().filter(|kind| is(*kind)).collect();
    let advice = if !strict.is_empty() {
        advice(&strict)
    } else if kinds.iter().any(|value| value.is::<Failure>()) {
        "compare one of its fields, such as `err.code`"
    } else if kinds.iter().any(|value| value.is::<Token>() || value.is::<Minted>()) {
        "compare one of its fields, such as `t.token_id`"
    } else {
        "a secret can only be handed on"
    };
    let (left, right) = (type_word(left), type_word(right));
    Err(mistake(format!("{left} cannot be compared with {right}; {advice}")))
}

fn kind_of(value: &Dynamic) -> Option<Kind> {
    if value.is::<Duration>() {
        Some(Kind::Duration)
    } else {
        value.is::<Time>().then_some(Kind::Time)
    }
}

/// Says how what is compared is written, the two being of different kinds.
pub fn advice(kinds: &[Kind]) -> &'static str {
    match (kinds.contains(&Kind::Duration), kinds.contains(&Kind::Time)) {
        (true, true) => {
            "an instant is compared with an instant, such as `now() + days(7)`; `expires_in` and `age` are lengths of time"
        }
        (true, false) => {
            "a length of time is written `days(30)`, `hours(12)` or `duration(\"90d\")`"
        }
        _ => "an instant is written `now()`, `time(\"2026-11-23T00:00Z\")` or `never()`",
    }
}
