//! What can be told from a property's name alone: that its owner is one of our values, as no map has such a key.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Position, Stmt};

use super::unit::Unit;
use super::walk::{self, Call};
use crate::script::functions::takes_options_at;

/// Functions that make maps with keys nobody can tell.
const MAKERS: [&str; 3] = ["group_by", "parse_json", "set"];

/// The keys that maps in a script can have.
pub struct Evidence {
    keys: BTreeSet<String>,
    /// Whether there may be others.
    is_open: bool,
    /// The functions and variables that the script names.
    mentioned: BTreeSet<String>,
}

impl Evidence {
    /// Looks through all files of a script.
    pub fn gather(units: &[Unit]) -> Self {
        let mentioned = BTreeSet::from(["main".to_owned()]);
        let mut evidence = Self { keys: BTreeSet::new(), is_open: false, mentioned };
        for unit in units {
            evidence.is_open |= !walk::exports(&unit.ast).is_empty();
            walk::each_node(&unit.ast, &mut |node, around| evidence.note(node, around));
        }
        evidence
    }

    /// Returns whether only our own values can have this property in this file.
    pub fn is_ours(&self, property: &str, unit: &Unit) -> bool {
        !self.has_key(property) && self.is_whole(unit)
    }

    /// Returns whether some map has this key.
    pub fn has_key(&self, name: &str) -> bool {
        self.keys.contains(name)
    }

    /// Returns whether every key that this file may meet is in sight: a function that nobody calls may get any map.
    pub fn is_whole(&self, unit: &Unit) -> bool {
        !self.is_open && unit.functions.iter().all(|own| self.mentioned.contains(&own.name))
    }

    fn note(&mut self, node: &ASTNode<'_>, around: &[ASTNode<'_>]) {
        if let Some(call) = Call::of(node) {
            self.note_call(call);
        }
        match node {
            ASTNode::Expr(Expr::Map(map, position)) if !is_options(*position, around) => {
                self.keys.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
            }
            ASTNode::Expr(Expr::Index(parts, ..)) => self.note_index(&parts.rhs),
            ASTNode::Expr(Expr::Variable(variable, ..)) => {
                self.mentioned.insert(variable.1.to_string());
            }
            ASTNode::Stmt(Stmt::Assignment(parts)) => self.note_owner(&parts.1.lhs),
            _ => {}
        }
    }

    fn note_call(&mut self, call: Call<'_>) {
        self.mentioned.insert(call.name().to_owned());
        self.is_open |= MAKERS.contains(&call.name()) && !call.is_qualified();
        if let ("Fn", Some(Expr::StringConstant(name, _))) = (call.name(), call.inner.args.first())
        {
            self.mentioned.insert(name.to_string());
        }
    }

    /// Notes what stands in brackets: anything but a whole number may be a map's key.
    fn note_index(&mut self, inside: &Expr) {
        let key = match inside {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => &parts.lhs,
            key => key,
        };
        self.is_open |= !matches!(key, Expr::IntegerConstant(..));
    }

    /// Notes the properties that are assigned to.
    fn note_owner(&mut self, assigned: &Expr) {
        match assigned {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
                self.note_owner(&parts.lhs);
                self.note_owner(&parts.rhs);
            }
            Expr::Property(property, _) => {
                self.keys.insert(property.2.to_string());
            }
            _ => {}
        }
    }
}

/// Returns whether a map stands where a function of ours takes its options.
fn is_options(position: Position, around: &[ASTNode<'_>]) -> bool {
    let Some(call) = around.last().and_then(Call::of) else { return false };
    let mut arguments = call.inner.args.iter();
    let place = arguments.position(|argument| argument.position() == position);
    place.is_some_and(|place| takes_options_at(call.name(), place + usize::from(call.is_method)))
}
