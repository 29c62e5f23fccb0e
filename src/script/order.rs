//! What scripts sort by: keys of one kind, and a sort that can fail half-way.

use std::cmp::Ordering;

use rhai::Dynamic;

use super::convert::type_word;
use super::failure::{Thrown, mistake};
use crate::clock::{Duration, Time};

/// Something with an order; only keys of one kind are ever compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    Number(f64),
    Whole(i64),
    Text(String),
    Instant(Time),
    Length(Duration),
    Truth(bool),
}

impl Key {
    /// Reads a key; throws if it has no order, or is of another kind than the `first` one.
    pub fn read(value: &Dynamic, first: Option<&Self>) -> Result<Self, Thrown> {
        let key = Self::of(value)
            .ok_or_else(|| mistake(format!("{} has no order to sort by", type_word(value))))?;
        match first {
            Some(first) if std::mem::discriminant(first) != std::mem::discriminant(&key) => {
                Err(mistake(format!(
                    "{} cannot be sorted among others of another kind",
                    type_word(value)
                )))
            }
            _ => Ok(key),
        }
    }

    fn of(value: &Dynamic) -> Option<Self> {
        if let Some(time) = value.read_lock::<Time>() {
            return Some(Self::Instant(*time));
        }
        if let Some(length) = value.read_lock::<Duration>() {
            return Some(Self::Length(*length));
        }
        let number =
            value.as_int().map(Self::Whole).or_else(|_| value.as_float().map(Self::Number));
        let plain = number.or_else(|_| value.as_bool().map(Self::Truth)).ok();
        plain.or_else(|| {
            value.clone().into_immutable_string().ok().map(|text| Self::Text(text.into()))
        })
    }

    /// Orders two keys of one kind.
    pub fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Whole(one), Self::Whole(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Instant(one), Self::Instant(other)) => one.cmp(other),
            (Self::Length(one), Self::Length(other)) => one.cmp(other),
            (Self::Truth(one), Self::Truth(other)) => one.cmp(other),
            _ => Ordering::Equal,
        }
    }
}

/// Sorts by merging, keeping equal elements in order; a comparison that fails or contradicts itself does no harm.
pub fn sort_fallibly<T, E>(
    mut items: Vec<T>,
    compare: &mut impl FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<Vec<T>, E> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let mut left = sort_fallibly(items, compare)?.into_iter().peekable();
    let mut right = sort_fallibly(right, compare)?.into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        let next =
            if compare(one, other)? == Ordering::Greater { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_is_stable_and_stops_at_the_first_failure() {
        let sorted = sort_fallibly(vec![(2, 'a'), (1, 'b'), (2, 'c')], &mut |one, other| {
            Ok::<_, ()>(one.0.cmp(&other.0))
        });
        assert_eq!(sorted, Ok(vec![(1, 'b'), (2, 'a'), (2, 'c')]));
        let mut calls = 0;
        let failed = sort_fallibly(vec![3, 2, 1], &mut |_, _| {
            calls += 1;
            Err("no")
        });
        assert_eq!((failed, calls), (Err("no"), 1));
    }

    #[test]
    fn an_order_that_contradicts_itself_is_no_panic() {
        let items: Vec<u32> = (0..200).collect();
        let sorted = sort_fallibly(items, &mut |one, other| {
            Ok::<_, ()>((one * 7 % 13).cmp(&(other * 5 % 11)).reverse())
        });
        assert_eq!(sorted.map(|items| items.len()), Ok(200));
    }
}
