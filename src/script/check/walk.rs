//! Looks through what a text was compiled to: every call, with its name and where it stands.

use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, Position, Stmt};

/// A call in a script.
#[derive(Clone, Copy)]
pub struct Call<'n> {
    /// The call itself.
    pub inner: &'n FnCallExpr,
    /// Where its name stands.
    pub position: Position,
    /// Whether it is written `receiver.name(…)`.
    pub is_method: bool,
}

impl<'n> Call<'n> {
    /// Returns the call that a node is; none if it is none or an operator.
    pub fn of(node: &ASTNode<'n>) -> Option<Self> {
        let (inner, position, is_method) = match node {
            ASTNode::Expr(Expr::FnCall(call, position))
            | ASTNode::Stmt(Stmt::FnCall(call, position)) => (call, position, false),
            ASTNode::Expr(Expr::MethodCall(call, position)) => (call, position, true),
            _ => return None,
        };
        let call = Self { inner, position: *position, is_method };
        inner.op_token.is_none().then_some(call)
    }

    /// Returns the name without the module in front of it.
    pub fn name(&self) -> &'n str {
        &self.inner.name
    }

    /// Returns whether a module stands in front of the name.
    pub fn is_qualified(&self) -> bool {
        !self.inner.namespace.is_empty()
    }
}

/// Calls `visit` with every node and, before it, the nodes around it.
pub fn each_node(ast: &AST, visit: &mut dyn FnMut(&ASTNode<'_>, &[ASTNode<'_>])) {
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some((node, around)) = path.split_last() {
            visit(node, around);
        }
        true
    });
}

/// Calls `visit` with every call that is no operator.
pub fn each_call(ast: &AST, visit: &mut dyn FnMut(Call<'_>)) {
    each_node(ast, &mut |node, _| {
        if let Some(call) = Call::of(node) {
            visit(call);
        }
    });
}

/// Returns the names of a script's own variables and parameters.
pub fn variables(ast: &AST) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    each_node(ast, &mut |node, _| match node {
        ASTNode::Stmt(Stmt::Var(var, ..)) => names.push(var.0.name.to_string()),
        ASTNode::Stmt(Stmt::For(parts, _)) => {
            names.push(parts.0.name.to_string());
            names.extend(parts.1.as_ref().map(|counter| counter.name.to_string()));
        }
        ASTNode::Stmt(Stmt::TryCatch(parts, _)) => {
            if let Expr::Variable(caught, ..) = &parts.expr {
                names.push(caught.1.to_string());
            }
        }
        _ => {}
    });
    let parameters = ast.iter_functions().flat_map(|function| function.params);
    names.extend(parameters.map(str::to_owned));
    names
}

/// Returns the names under which a script exports its variables.
pub fn exports(ast: &AST) -> Vec<String> {
    let mut names = Vec::new();
    each_node(ast, &mut |node, _| match node {
        ASTNode::Stmt(Stmt::Var(var, flags, _)) if flags.intersects(ASTFlags::EXPORTED) => {
            names.push(var.0.name.to_string());
        }
        ASTNode::Stmt(Stmt::Export(parts, _)) => {
            let (variable, alias) = &**parts;
            let name = if alias.name.is_empty() { variable } else { alias };
            names.push(name.name.to_string());
        }
        _ => {}
    });
    names
}
