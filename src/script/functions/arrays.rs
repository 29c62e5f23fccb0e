//! Array functions that insist on a true or false where one is needed, and that no stop gets lost in.

use rhai::plugin::*;
use rhai::{Array, FnPtr, Map, Module};

use crate::script::callback::Callback;
use crate::script::convert;
use crate::script::engine::LONGEST_TEXT;
use crate::script::failure::{Thrown, mistake};
use crate::script::order::{Key, sort_fallibly};
use crate::script::weight;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns the elements for which the function is true. Throws if it answers anything but true or false.
    ///
    /// ```rhai
    /// print([1, 2, 3].filter(|n| n > 1));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn filter(
        context: NativeCallContext,
        array: &mut Array,
        keep: FnPtr,
    ) -> Result<Array, Box<EvalAltResult>> {
        let mut keep = Callback::new(&context, &keep);
        let mut kept = Array::new();
        for (index, item) in array.iter_mut().enumerate() {
            if keep.test(item, index)? {
                kept.push(item.clone());
            }
        }
        Ok(kept)
    }

    /// Returns an array of what the function makes of each element.
    ///
    /// ```rhai
    /// print([1, 2].map(|n| n * 10));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn map(
        context: NativeCallContext,
        array: &mut Array,
        change: FnPtr,
    ) -> Result<Array, Box<EvalAltResult>> {
        let mut change = Callback::new(&context, &change);
        array.iter_mut().enumerate().map(|(index, item)| change.call(item, index)).collect()
    }

    /// Calls the function for each element.
    ///
    /// ```rhai
    /// [1, 2].for_each(|n| print(n));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn for_each(
        context: NativeCallContext,
        array: &mut Array,
        action: FnPtr,
    ) -> Result<(), Box<EvalAltResult>> {
        let mut action = Callback::new(&context, &action);
        for (index, item) in array.iter_mut().enumerate() {
            let _ = action.call(item, index)?;
        }
        Ok(())
    }

    /// Returns whether the function is true for at least one element. Throws if it answers
    /// anything but true or false.
    ///
    /// ```rhai
    /// print([1, 2].some(|n| n > 1));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn some(
        context: NativeCallContext,
        array: &mut Array,
        is: FnPtr,
    ) -> Result<bool, Box<EvalAltResult>> {
        Ok(position(&context, array, &is)?.is_some())
    }

    /// Returns whether the function is true for every element. Throws if it answers anything but true or false.
    ///
    /// ```rhai
    /// print([1, 2].all(|n| n > 0));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn all(
        context: NativeCallContext,
        array: &mut Array,
        is: FnPtr,
    ) -> Result<bool, Box<EvalAltResult>> {
        let mut is = Callback::new(&context, &is);
        for (index, item) in array.iter_mut().enumerate() {
            if !is.test(item, index)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns the first element for which the function is true, or `()`. Throws if it answers
    /// anything but true or false.
    ///
    /// ```rhai
    /// print([1, 2, 3].find(|n| n > 1));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn find(
        context: NativeCallContext,
        array: &mut Array,
        is: FnPtr,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        Ok(position(&context, array, &is)?.map_or(Dynamic::UNIT, |index| array[index].clone()))
    }

    /// Returns where the first element stands for which the function is true, or -1. Throws if it answers
    /// anything but true or false.
    ///
    /// ```rhai
    /// print([1, 2, 3].index_of(|n| n > 1));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn index_of(
        context: NativeCallContext,
        array: &mut Array,
        is: FnPtr,
    ) -> Result<i64, Box<EvalAltResult>> {
        let found = position(&context, array, &is)?;
        Ok(found.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1))
    }

    /// Takes the elements for which the function is true out of the array, and returns them. Throws if it answers anything
    /// but true or false.
    ///
    /// ```rhai
    /// let numbers = [1, 2, 3];
    /// print(numbers.drain(|n| n > 1));
    /// print(numbers);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn drain(
        context: NativeCallContext,
        array: &mut Array,
        is: FnPtr,
    ) -> Result<Array, Box<EvalAltResult>> {
        let (taken, left) = split(&context, array, &is)?;
        *array = left;
        Ok(taken)
    }

    /// Keeps the elements for which the function is true, and returns the others. Throws if it answers
    /// anything but true or false.
    ///
    /// ```rhai
    /// let numbers = [1, 2, 3];
    /// print(numbers.retain(|n| n > 1));
    /// print(numbers);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn retain(
        context: NativeCallContext,
        array: &mut Array,
        is: FnPtr,
    ) -> Result<Array, Box<EvalAltResult>> {
        let (left, taken) = split(&context, array, &is)?;
        *array = left;
        Ok(taken)
    }

    /// Sorts the array by what the function says of each element: a number, a text, a time or a length of time. Throws if
    /// it answers anything else, or different kinds.
    ///
    /// ```rhai
    /// let tokens = tokens_list();
    /// tokens.sort_by(|t| t.age);
    /// print(tokens[0].age <= tokens[1].age);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sort_by(
        context: NativeCallContext,
        array: &mut Array,
        key: FnPtr,
    ) -> Result<(), Box<EvalAltResult>> {
        let mut keyed = keys(&context, array, &key)?;
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        *array = keyed.into_iter().map(|(_, item)| item).collect();
        Ok(())
    }

    /// Sorts the array by a function of two elements that answers a whole number: below zero if the first comes first,
    /// above if the second does. `sort_by` is simpler. Throws if it answers anything else.
    ///
    /// ```rhai
    /// let numbers = [3, 1, 2];
    /// numbers.sort(|a, b| b - a);
    /// print(numbers);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sort(
        context: NativeCallContext,
        array: &mut Array,
        compare: FnPtr,
    ) -> Result<(), Box<EvalAltResult>> {
        *array = sort_fallibly(std::mem::take(array), &mut |one: &Dynamic, other: &Dynamic| {
            let answer = compare.call_raw(&context, None, [one.clone(), other.clone()])?;
            answer.as_int().map(|order| order.cmp(&0)).map_err(|_| {
                let found = convert::type_word(&answer);
                mistake(format!("`sort` wants a whole number from its function, which returned {found}; try `sort_by`"))
            })
        })?;
        Ok(())
    }

    /// Sorts numbers, texts, times or lengths of time. Throws if they are of different kinds.
    ///
    /// ```rhai
    /// let lengths = [days(2), hours(1)];
    /// lengths.sort();
    /// print(lengths);
    /// ```
    #[rhai_fn(name = "sort", return_raw)]
    pub fn sort_plain(array: &mut Array) -> Result<(), Box<EvalAltResult>> {
        if weight::of_texts(array, LONGEST_TEXT) > LONGEST_TEXT {
            return Err(mistake("there is too much to sort: more than 32 MiB of text"));
        }
        let mut keyed = Vec::with_capacity(array.len());
        for item in array.iter() {
            keyed.push((Key::read(item, keyed.first().map(|(key, _)| key))?, item.clone()));
        }
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        *array = keyed.into_iter().map(|(_, item)| item).collect();
        Ok(())
    }

    /// Returns the element of which the function says the least, or `()` if the array is empty. Throws as `sort_by` does.
    ///
    /// ```rhai
    /// print(tokens_list().min_by(|t| t.expires).expires <= never());
    /// ```
    #[rhai_fn(return_raw)]
    pub fn min_by(
        context: NativeCallContext,
        array: &mut Array,
        key: FnPtr,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let least =
            keys(&context, array, &key)?.into_iter().min_by(|(one, _), (other, _)| one.cmp(other));
        Ok(least.map_or(Dynamic::UNIT, |(_, item)| item))
    }

    /// Returns the element of which the function says the most, or `()` if the array is empty. Throws as `sort_by` does.
    ///
    /// ```rhai
    /// print(tokens_list().max_by(|t| t.age).age > days(0));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn max_by(
        context: NativeCallContext,
        array: &mut Array,
        key: FnPtr,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let most =
            keys(&context, array, &key)?.into_iter().max_by(|(one, _), (other, _)| one.cmp(other));
        Ok(most.map_or(Dynamic::UNIT, |(_, item)| item))
    }

    /// Returns a map from what the function says, as text, to the elements it says that of.
    ///
    /// ```rhai
    /// let groups = tokens_list().group_by(|t| t.is_expired);
    /// print(groups.keys());
    /// ```
    #[rhai_fn(return_raw)]
    pub fn group_by(
        context: NativeCallContext,
        array: &mut Array,
        key: FnPtr,
    ) -> Result<Map, Box<EvalAltResult>> {
        let mut key = Callback::new(&context, &key);
        let mut groups: std::collections::BTreeMap<String, Array> =
            std::collections::BTreeMap::new();
        for (index, item) in array.iter_mut().enumerate() {
            let name = convert::display(context.engine(), &key.call(item, index)?);
            groups.entry(name).or_default().push(item.clone());
        }
        Ok(groups.into_iter().map(|(name, items)| (name.into(), items.into())).collect())
    }

    /// Returns how many elements the function is true for. Throws if it answers anything but true or false.
    ///
    /// ```rhai
    /// print([1, 2, 3].count(|n| n > 1));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn count(
        context: NativeCallContext,
        array: &mut Array,
        is: FnPtr,
    ) -> Result<i64, Box<EvalAltResult>> {
        let (counted, _) = split(&context, array, &is)?;
        Ok(i64::try_from(counted.len()).unwrap_or(i64::MAX))
    }

    /// Returns the elements as one text, with a separator between them. Throws if that would be longer than 32 MiB.
    ///
    /// ```rhai
    /// print(["a", 2, days(3)].join(", "));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn join(
        context: NativeCallContext,
        array: &mut Array,
        separator: &str,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        let between = separator.len().saturating_mul(array.len());
        if weight::of_texts(array, LONGEST_TEXT).saturating_add(between) > LONGEST_TEXT {
            return Err(mistake("the text would be longer than 32 MiB"));
        }
        let texts: Vec<_> =
            array.iter().map(|item| convert::display(context.engine(), item)).collect();
        Ok(texts.join(separator).into())
    }
}

fn position(
    context: &NativeCallContext<'_>,
    array: &mut Array,
    is: &FnPtr,
) -> Result<Option<usize>, Thrown> {
    let mut is = Callback::new(context, is);
    for (index, item) in array.iter_mut().enumerate() {
        if is.test(item, index)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Returns the elements for which `is` is true, and the others.
fn split(
    context: &NativeCallContext<'_>,
    array: &mut Array,
    is: &FnPtr,
) -> Result<(Array, Array), Thrown> {
    let mut is = Callback::new(context, is);
    let (mut yes, mut no) = (Array::new(), Array::new());
    for (index, item) in array.iter_mut().enumerate() {
        if is.test(item, index)? {
            yes.push(item.clone());
        } else {
            no.push(item.clone());
        }
    }
    Ok((yes, no))
}

/// Returns each element behind what `key` says of it.
fn keys(
    context: &NativeCallContext<'_>,
    array: &mut Array,
    key: &FnPtr,
) -> Result<Vec<(Key, Dynamic)>, Thrown> {
    let mut key = Callback::new(context, key);
    let mut keyed: Vec<(Key, Dynamic)> = Vec::with_capacity(array.len());
    for (index, item) in array.iter_mut().enumerate() {
        let value = key.call(item, index)?;
        keyed.push((Key::read(&value, keyed.first().map(|(first, _)| first))?, item.clone()));
    }
    Ok(keyed)
}
