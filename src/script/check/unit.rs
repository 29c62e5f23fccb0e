//! A script and all that it imports, compiled, each file for itself.

use std::collections::BTreeMap;

use rhai::{AST, ASTNode, Engine, Expr, FnAccess, Position, Stmt};

use super::{Form, parse, walk};
use crate::script::failure::Told;
use crate::script::header::Header;
use crate::script::modules::Modules;
use crate::script::report::{Frame, Sources};
use crate::script::source::Source;

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where it stands.
    pub position: Position,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// Whether it compiles, and a run would throw there.
    pub throws: bool,
}

/// One file of a script.
pub struct Unit {
    /// How it is named in messages.
    pub name: String,
    /// What it was compiled to; empty if it is broken.
    pub ast: AST,
    /// Whether a syntax error hides what it holds.
    pub is_broken: bool,
    /// Its functions.
    pub functions: Vec<Function>,
    /// The files behind each `import … as`; none where nobody can tell what is in it.
    pub aliases: BTreeMap<String, Vec<Option<String>>>,
    /// What parsing and importing found.
    pub mistakes: Vec<Mistake>,
    /// The imports that lead to it, the nearest first.
    trail: Vec<Frame>,
}

/// A function that a script defines.
pub struct Function {
    /// Its name.
    pub name: String,
    /// How many parameters it has.
    pub arity: usize,
    /// Whether only its own file can call it.
    pub is_private: bool,
}

impl Unit {
    /// Returns a place in it and how it is reached.
    pub fn frames(&self, position: Position) -> Vec<Frame> {
        let here = Frame { source: self.name.clone(), position, label: None };
        std::iter::once(here).chain(self.trail.iter().cloned()).collect()
    }

    fn through(&self, import: &Import) -> Vec<Frame> {
        let mut trail = self.frames(import.position);
        trail[0].label = Some("imported here".to_owned());
        trail
    }
}

/// Compiles a script and what it imports, the script first.
pub fn read(engine: &Engine, source: &Source, form: Form, sources: &Sources) -> Vec<Unit> {
    let modules = Modules::new(source.folder.as_deref(), sources.clone());
    let mut reader = Reader { engine, modules, sources, units: Vec::new() };
    reader.read(source, form, Vec::new());
    reader.units
}

struct Reader<'e> {
    engine: &'e Engine,
    modules: Modules,
    sources: &'e Sources,
    units: Vec<Unit>,
}

impl Reader<'_> {
    fn read(&mut self, source: &Source, form: Form, trail: Vec<Frame>) {
        self.sources.insert(&source.name, &source.text);
        let (parsed, mut mistakes) = parse::parse(self.engine, &source.text, form);
        mistakes.extend(header_mistakes(&source.text));
        let is_broken = parsed.is_none();
        let mut ast = parsed.unwrap_or_default();
        ast.set_source(&source.name);
        let (functions, imports) = (functions(&ast), imports(&ast));
        let aliases = BTreeMap::new();
        let at = self.units.len();
        self.units.push(Unit {
            name: source.name.clone(),
            ast,
            is_broken,
            functions,
            aliases,
            mistakes,
            trail,
        });
        for import in imports {
            let target = self.follow(at, &import);
            self.units[at].aliases.entry(import.alias).or_default().push(target);
        }
    }

    /// Reads what an import names, unless that is done already, and returns its name.
    fn follow(&mut self, at: usize, import: &Import) -> Option<String> {
        let importer = &self.units[at];
        match self.modules.find(Some(&importer.name), import.path.as_ref()?) {
            Ok(found) => {
                if !self.units.iter().any(|unit| unit.name == found.name) {
                    let trail = importer.through(import);
                    self.read(&found, Form::Script, trail);
                }
                let is_whole = |unit: &Unit| unit.name != found.name || !unit.is_broken;
                self.units.iter().all(is_whole).then_some(found.name)
            }
            Err(thrown) => {
                let Told { message, hint, .. } = Told::by(&thrown, self.engine);
                if !import.is_tried {
                    let mistake =
                        Mistake { position: import.position, message, hint, throws: false };
                    self.units[at].mistakes.push(mistake);
                }
                None
            }
        }
    }
}

/// Returns what is wrong with a script's opening comment.
fn header_mistakes(text: &str) -> impl Iterator<Item = Mistake> {
    let mistakes = Header::read(text).mistakes.into_iter();
    mistakes.map(|(line, message)| Mistake {
        position: Position::new(u16::try_from(line).unwrap_or(u16::MAX), 1),
        message,
        hint: None,
        throws: false,
    })
}

struct Import {
    /// What is imported; none if it is computed.
    path: Option<String>,
    alias: String,
    position: Position,
    /// Whether a `try` is around it, so that its failure may be foreseen.
    is_tried: bool,
}

fn imports(ast: &AST) -> Vec<Import> {
    let mut imports = Vec::new();
    walk::each_node(ast, &mut |node, around| {
        if let ASTNode::Stmt(Stmt::Import(parts, position)) = node {
            let path = match &parts.0 {
                Expr::StringConstant(path, _) => Some(path.to_string()),
                _ => None,
            };
            let is_try = |node: &ASTNode<'_>| matches!(node, ASTNode::Stmt(Stmt::TryCatch(..)));
            imports.push(Import {
                path,
                alias: parts.1.name.to_string(),
                position: *position,
                is_tried: around.iter().any(is_try),
            });
        }
    });
    imports
}

fn functions(ast: &AST) -> Vec<Function> {
    let own = ast.iter_functions().filter(|function| !function.name.starts_with("anon$"));
    own.map(|function| Function {
        name: function.name.to_owned(),
        arity: function.params.len(),
        is_private: function.access == FnAccess::Private,
    })
    .collect()
}
