//! What stands before a dot, as far as it can be told without running it.

use rhai::{Array, Dynamic, Map};

use super::Interactive;
use crate::script::syntax::{Piece, PieceKind, is_closing, is_opening};

/// The functions that give back the array they are called on, in part or in another order.
const SELECTIONS: [&str; 8] =
    ["filter", "sort_by", "sorted_by", "take", "drop", "reverse", "rev", "dedup"];

/// The functions that give back one element of the array they are called on.
const PICKS: [&str; 6] = ["first", "last", "find", "min_by", "max_by", "shift"];

/// What is known of a value.
#[derive(Clone, Debug)]
pub enum What {
    /// The value itself.
    Value(Dynamic),
    /// Its type.
    Type(String),
    /// An array and what its elements are.
    ArrayOf(Box<What>),
}

impl What {
    /// Returns the type by which members are found.
    pub fn type_name(&self) -> String {
        match self {
            Self::ArrayOf(_) => "Array".to_owned(),
            Self::Type(name) => name.clone(),
            Self::Value(value) => match value.type_name() {
                "array" => "Array".to_owned(),
                "map" => "Map".to_owned(),
                "string" => "ImmutableString".to_owned(),
                other => other.rsplit("::").next().unwrap_or(other).to_owned(),
            },
        }
    }
}

/// A text in pieces.
#[derive(Clone, Copy)]
pub struct Pieces<'p> {
    /// The text.
    pub text: &'p str,
    /// Its pieces, up to where one looks.
    pub list: &'p [Piece],
}

impl<'p> Pieces<'p> {
    /// Returns the last piece.
    pub fn last(self) -> Option<(&'p str, PieceKind)> {
        self.list.last().map(|piece| (&self.text[piece.range.clone()], piece.kind))
    }

    /// Returns the pieces without the last `count`.
    pub fn before(self, count: usize) -> Self {
        Self { list: &self.list[..self.list.len().saturating_sub(count)], ..self }
    }

    /// Returns the pieces before the bracket that the last piece closes.
    fn before_bracket(self) -> Self {
        let mut depth = 0;
        for (at, piece) in self.list.iter().enumerate().rev() {
            let symbol = &self.text[piece.range.clone()];
            if piece.kind == PieceKind::Symbol {
                depth += i32::from(is_closing(symbol)) - i32::from(is_opening(symbol));
            }
            if depth == 0 {
                return Self { list: &self.list[..at], ..self };
            }
        }
        Self { list: &[], ..self }
    }

    /// Returns the innermost bracket that is open at the end, and the pieces before it.
    pub fn open_bracket(self) -> Option<(&'p str, Self)> {
        let mut depth = 0;
        for (at, piece) in self.list.iter().enumerate().rev() {
            let symbol = &self.text[piece.range.clone()];
            if piece.kind != PieceKind::Symbol {
                continue;
            }
            depth += i32::from(is_closing(symbol)) - i32::from(is_opening(symbol));
            if depth < 0 {
                return Some((symbol, Self { list: &self.list[..at], ..self }));
            }
        }
        None
    }
}

impl Interactive {
    /// Returns what the expression at the end of `pieces` is.
    pub fn what_is(&self, pieces: Pieces<'_>) -> Option<What> {
        let (text, kind) = pieces.last()?;
        match (text, kind) {
            (")", _) => self.result_of_call(pieces.before_bracket()),
            // The lexer takes the brackets of a call without arguments for one piece.
            ("()", _) => self.result_of_call(pieces.before(1)),
            ("]", _) => {
                let array = pieces.before_bracket();
                match array.last() {
                    Some((_, PieceKind::Word) | (")" | "()" | "]", _)) => {
                        self.what_is(array).and_then(element)
                    }
                    _ => Some(What::Type("Array".to_owned())),
                }
            }
            (_, PieceKind::Text) => Some(What::Type("ImmutableString".to_owned())),
            (name, PieceKind::Word) => match pieces.before(1).last() {
                Some(("." | "?.", _)) => {
                    self.what_is(pieces.before(2)).and_then(|what| self.property(&what, name))
                }
                _ => self.variable(name).or_else(|| self.closure_parameter(pieces, name)),
            },
            _ => None,
        }
    }

    fn variable(&self, name: &str) -> Option<What> {
        self.scope.get(name).cloned().map(What::Value)
    }

    /// Returns what the call is whose name is at the end of `pieces`.
    fn result_of_call(&self, pieces: Pieces<'_>) -> Option<What> {
        let (name, PieceKind::Word) = pieces.last()? else { return None };
        if name == "tokens_list" {
            return Some(What::ArrayOf(Box::new(What::Type("Token".to_owned()))));
        }
        if let Some(("." | "?.", _)) = pieces.before(1).last() {
            let receiver = self.what_is(pieces.before(2));
            if SELECTIONS.contains(&name) {
                return receiver;
            }
            if PICKS.contains(&name) {
                return receiver.and_then(element);
            }
        }
        let members = self.members.named(&self.engine, name);
        let member = members.iter().find(|member| !member.is_property)?;
        Some(What::Type(member.returns.clone()))
    }

    fn property(&self, what: &What, name: &str) -> Option<What> {
        if let What::Value(value) = what
            && let Some(map) = value.read_lock::<Map>()
        {
            return map.get(name).cloned().map(What::Value);
        }
        let of = what.type_name();
        let members = self.members.named(&self.engine, name);
        let member =
            members.iter().find(|member| member.is_property && member.of.as_ref() == Some(&of))?;
        Some(What::Type(member.returns.clone()))
    }

    /// Returns what a closure's parameter is: an element of what the closure is handed to, most likely a token.
    fn closure_parameter(&self, pieces: Pieces<'_>, name: &str) -> Option<What> {
        let list = pieces.list;
        let word = |at: usize| list.get(at).map(|piece| &pieces.text[piece.range.clone()]);
        let at = (1..list.len().saturating_sub(1)).rev().find(|at| {
            word(*at) == Some(name)
                && word(at - 1) == Some("|")
                && matches!(word(at + 1), Some("|" | ","))
        })?;
        let array = || {
            let before = Pieces { list: &list[..at - 1], ..pieces };
            let (Some(("(", _)), Some((".", _))) = (before.last(), before.before(2).last()) else {
                return None;
            };
            self.what_is(before.before(3))
        };
        array().and_then(element).or_else(|| Some(What::Type("Token".to_owned())))
    }
}

fn element(what: What) -> Option<What> {
    match what {
        What::ArrayOf(element) => Some(*element),
        What::Value(value) => {
            let array = value.read_lock::<Array>()?;
            array.first().cloned().map(What::Value)
        }
        What::Type(_) => None,
    }
}
