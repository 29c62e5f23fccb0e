//! Finds comparisons of things of different kinds: with a time or a length of time they can only throw, and others the
//! language answers with a quiet `false`.

use rhai::{ASTNode, Dynamic, Expr, FnCallExpr, Position, Stmt, Token};

use super::Assembly;
use super::unit::{Mistake, Unit};
use super::walk::{self, Call};
use crate::clock::{Duration, Time};
use crate::script::convert::type_word;
use crate::script::kind::Kind;
use crate::script::strict;

/// Finds the comparisons in a file whose two sides are evidently of different kinds.
pub fn find(assembly: &Assembly, unit: &Unit) -> Vec<Mistake> {
    let scope = Scope { assembly, unit };
    let mut mistakes = Vec::new();
    walk::each_node(&unit.ast, &mut |node, _| {
        mistakes.extend(match node {
            ASTNode::Expr(Expr::FnCall(call, at)) if is_comparison(call) => {
                scope.comparison(call, *at)
            }
            ASTNode::Stmt(Stmt::Switch(parts, at)) => scope.choice(&parts.0, *at),
            _ => None,
        });
    });
    mistakes
}

fn is_comparison(call: &FnCallExpr) -> bool {
    matches!(
        call.op_token,
        Some(
            Token::EqualsTo
                | Token::NotEqualsTo
                | Token::LessThan
                | Token::LessThanEqualsTo
                | Token::GreaterThan
                | Token::GreaterThanEqualsTo
        )
    )
}

/// One side of a comparison.
struct Side {
    kind: Kind,
    /// What an author calls it.
    word: String,
    /// What it is, if it is written out.
    literal: Option<Dynamic>,
}

/// Says what to write instead, if there is something to say.
fn advice(left: &Side, right: &Side) -> Option<String> {
    if !left.kind.is_strict() && !right.kind.is_strict() {
        return None;
    }
    let literal = left.literal.as_ref().or(right.literal.as_ref());
    let number = literal.and_then(|value| value.as_int().ok());
    let text = literal.and_then(|value| value.clone().into_immutable_string().ok());
    let is_length = [left.kind, right.kind].contains(&Kind::Duration);
    Some(match (is_length, number, text) {
        (true, Some(number), _) => format!("of what? Write `days({number})` or `hours({number})`"),
        (true, _, Some(text)) if Duration::parse(&text).is_ok() => {
            format!("write `duration(\"{text}\")`")
        }
        (false, _, Some(text)) if Time::parse(&text).is_ok() => format!("write `time(\"{text}\")`"),
        _ => strict::advice(&[left.kind, right.kind]).to_owned(),
    })
}

/// Where an expression stands.
struct Scope<'a> {
    assembly: &'a Assembly,
    unit: &'a Unit,
}

impl Scope<'_> {
    /// Tells a comparison whose sides are evidently of different kinds; with nothing, everything may be compared.
    fn comparison(&self, call: &FnCallExpr, position: Position) -> Option<Mistake> {
        let [left, right] = call.args.as_slice() else { return None };
        let (left, right) = (self.side(left)?, self.side(right)?);
        let kinds = [left.kind, right.kind];
        let is_strict = kinds.iter().any(|kind| kind.is_strict());
        if left.kind == right.kind || (kinds.contains(&Kind::Nothing) && !is_strict) {
            return None;
        }
        let message = format!("{} cannot be compared with {}", left.word, right.word);
        Some(Mistake { position, message, hint: advice(&left, &right), throws: true })
    }

    /// Tells a `switch` over something that is none of its cases, as a case can only be a literal.
    fn choice(&self, subject: &Expr, position: Position) -> Option<Mistake> {
        let kind = self.kind(subject).filter(|kind| kind.is_strict())?;
        let message = format!("{} is no case of a `switch`", kind.word());
        let hint = Some("compare it by `if`".to_owned());
        Some(Mistake { position, message, hint, throws: true })
    }

    fn side(&self, expression: &Expr) -> Option<Side> {
        let kind = self.kind(expression)?;
        let literal = expression.get_literal_value(None);
        let word = literal.as_ref().map_or_else(|| kind.word().to_owned(), type_word);
        Some(Side { kind, word, literal })
    }

    /// Returns the kind of an expression's value, if it can be no other.
    fn kind(&self, expression: &Expr) -> Option<Kind> {
        let kind = match expression {
            Expr::IntegerConstant(..) | Expr::FloatConstant(..) => Kind::Number,
            Expr::StringConstant(..) | Expr::InterpolatedString(..) => Kind::Text,
            Expr::BoolConstant(..) | Expr::And(..) | Expr::Or(..) => Kind::Truth,
            Expr::Unit(_) => Kind::Nothing,
            Expr::Array(..) => Kind::Array,
            Expr::Map(..) => Kind::Map,
            Expr::Dot(..) | Expr::Index(..) => return self.last_kind(expression, false),
            Expr::FnCall(call, _) if call.op_token.is_some() => return self.operator(call),
            Expr::FnCall(..) => return self.result(Call::of(&expression.into())?),
            _ => return None,
        };
        Some(kind)
    }

    /// Returns the kind of the last link of a chain like `tokens[0].age.days`.
    fn last_kind(&self, link: &Expr, is_inside: bool) -> Option<Kind> {
        match link {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => self.last_kind(&parts.rhs, true),
            Expr::Property(property, _) if is_inside => {
                let name = &property.2;
                let is_ours = self.assembly.evidence.is_ours(name, self.unit);
                is_ours.then(|| self.assembly.known.property(name)).flatten()
            }
            Expr::MethodCall(..) if is_inside => self.result(Call::of(&link.into())?),
            _ => None,
        }
    }

    fn result(&self, call: Call<'_>) -> Option<Kind> {
        let is_own = call.is_qualified() || self.assembly.defines(call.name());
        if is_own { None } else { self.assembly.known.result(call.name()) }
    }

    fn operator(&self, call: &FnCallExpr) -> Option<Kind> {
        let kinds: Vec<Kind> =
            call.args.iter().map(|argument| self.kind(argument)).collect::<Option<_>>()?;
        if kinds.iter().all(|kind| *kind == Kind::Number) {
            return (!is_comparison(call)).then_some(Kind::Number);
        }
        self.assembly.known.result_for(&call.name, &kinds)
    }
}
