//! Calls a closure for each element of an array, without the copies and the swallowed stops of the built-in functions.
//!
//! How the closure takes its element is found out at the first one: `|x|`, `|x, index|`, or `||` with `this`.

use rhai::{Dynamic, EvalAltResult, FnPtr, NativeCallContext};

use super::failure::{Thrown, mistake};

/// A closure over the elements of an array.
pub struct Callback<'c> {
    context: &'c NativeCallContext<'c>,
    function: &'c FnPtr,
    shape: Option<Shape>,
}

#[derive(Clone, Copy)]
enum Shape {
    Item,
    ItemAndIndex,
    This,
    ThisAndIndex,
}

const SHAPES: [Shape; 4] = [Shape::Item, Shape::ItemAndIndex, Shape::This, Shape::ThisAndIndex];

impl<'c> Callback<'c> {
    /// Prepares calls of `function` from the native function of `context`.
    pub fn new(context: &'c NativeCallContext<'c>, function: &'c FnPtr) -> Self {
        Self { context, function, shape: None }
    }

    /// Calls the closure for one element.
    pub fn call(&mut self, item: &mut Dynamic, index: usize) -> Result<Dynamic, Thrown> {
        if let Some(shape) = self.shape {
            return self.call_as(shape, item, index);
        }
        let mut first = None;
        for shape in SHAPES {
            match self.call_as(shape, item, index) {
                Err(error) if self.is_other_shape(&error) => {
                    first.get_or_insert(error);
                }
                result => {
                    self.shape = Some(shape);
                    return result;
                }
            }
        }
        Err(first.unwrap_or_else(|| mistake("the function takes no element")))
    }

    /// Calls the closure for one element and insists on true or false.
    pub fn test(&mut self, item: &mut Dynamic, index: usize) -> Result<bool, Thrown> {
        let answer = self.call(item, index)?;
        answer.as_bool().map_err(|_| {
            let found = super::convert::type_word(&answer);
            mistake(format!(
                "`{}` wants true or false from its function, which returned {found}",
                self.context.fn_name()
            ))
        })
    }

    fn call_as(&self, shape: Shape, item: &mut Dynamic, index: usize) -> Result<Dynamic, Thrown> {
        let index = || Dynamic::from(i64::try_from(index).unwrap_or(i64::MAX));
        match shape {
            Shape::Item => self.function.call_raw(self.context, None, [item.clone()]),
            Shape::ItemAndIndex => {
                self.function.call_raw(self.context, None, [item.clone(), index()])
            }
            Shape::This => self.function.call_raw(self.context, Some(item), []),
            Shape::ThisAndIndex => self.function.call_raw(self.context, Some(item), [index()]),
        }
    }

    /// Returns whether `error` only says that this closure takes something else.
    fn is_other_shape(&self, error: &EvalAltResult) -> bool {
        matches!(error, EvalAltResult::ErrorFunctionNotFound(signature, _)
            if signature.starts_with(self.function.fn_name()))
    }
}
