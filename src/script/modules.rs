//! What `import` finds: files below the script's own folder, then the bundled `lib/`; nothing else.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use rhai::{AST, Engine, EvalAltResult, Module, ModuleResolver, Position, Scope};

use super::bundled;
use super::failure::Thrown;
use super::report::Sources;
use super::source::{self, Source};

/// Resolves imports of one run.
pub struct Modules {
    /// The script's folder, with every link resolved; none for a bundled script.
    root: Option<PathBuf>,
    sources: Sources,
    loaded: RefCell<HashMap<String, Rc<Module>>>,
    loading: RefCell<Vec<String>>,
}

impl Modules {
    /// Makes a resolver for a script in `folder`.
    pub fn new(folder: Option<&Path>, sources: Sources) -> Self {
        let root = folder.and_then(|folder| folder.canonicalize().ok());
        Self { root, sources, loaded: RefCell::default(), loading: RefCell::default() }
    }

    fn compile_found(&self, engine: &Engine, found: &Source) -> Result<AST, Thrown> {
        self.sources.insert(&found.name, &found.text);
        let mut ast = engine.compile(&found.text).map_err(|error| {
            let inner: Thrown = EvalAltResult::from(error).into();
            EvalAltResult::ErrorInModule(found.name.clone(), inner, Position::NONE)
        })?;
        ast.set_source(&found.name);
        Ok(ast)
    }

    /// Runs a module once; one that is on its way already imports itself.
    fn load(&self, engine: &Engine, found: &Source, path: &str) -> Result<Rc<Module>, Thrown> {
        if let Some(module) = self.loaded.borrow().get(&found.name) {
            return Ok(Rc::clone(module));
        }
        if self.loading.borrow().contains(&found.name) {
            return Err(refused(path, "it imports itself, directly or through others"));
        }
        let ast = self.compile_found(engine, found)?;
        self.loading.borrow_mut().push(found.name.clone());
        let module = Module::eval_ast_as_new(Scope::new(), &ast, engine);
        self.loading.borrow_mut().pop();
        let module = Rc::new(module.map_err(|error| {
            Thrown::from(EvalAltResult::ErrorInModule(found.name.clone(), error, Position::NONE))
        })?);
        self.loaded.borrow_mut().insert(found.name.clone(), Rc::clone(&module));
        Ok(module)
    }

    /// Finds what `import` in the script `importer` names.
    pub fn find(&self, importer: Option<&str>, path: &str) -> Result<Source, Thrown> {
        let relative = Path::new(path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(refused(
                path,
                "an import stays below the script's folder: no `..`, no absolute path",
            ));
        }
        if let Some(root) = &self.root {
            // Beside the importing file first, then from the script's folder.
            let beside = importer
                .map(Path::new)
                .and_then(Path::parent)
                .and_then(|folder| folder.canonicalize().ok());
            for folder in beside.iter().chain([root]).filter(|folder| folder.starts_with(root)) {
                if let Some(found) = find_file(root, folder, relative)? {
                    return Ok(found);
                }
            }
        }
        match bundled::find_library(path) {
            Some(library) => Ok(Source::from_text(format!("bundled:{path}"), library.text)),
            None => Err(EvalAltResult::ErrorModuleNotFound(path.to_owned(), Position::NONE).into()),
        }
    }
}

impl ModuleResolver for Modules {
    fn resolve(
        &self,
        engine: &Engine,
        source: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Rc<Module>, Thrown> {
        let found = self.find(source, path);
        found.and_then(|found| self.load(engine, &found, path)).map_err(|mut error| {
            error.set_position(position);
            error
        })
    }
}

/// Returns the file that `relative` names in `folder`, if there is one and no link leads it out of `root`.
fn find_file(root: &Path, folder: &Path, relative: &Path) -> Result<Option<Source>, Thrown> {
    let mut path = folder.join(relative).into_os_string();
    path.push(".rhai");
    let path = PathBuf::from(path);
    let Ok(real) = path.canonicalize() else { return Ok(None) };
    let shown = relative.display().to_string();
    if !real.starts_with(root) {
        return Err(refused(&shown, "a link leads it out of the script's folder"));
    }
    match source::read(&real) {
        Ok(text) => Ok(Some(Source::from_text(real.display().to_string(), &text))),
        Err((reason, _)) => Err(refused(&shown, &reason)),
    }
}

fn refused(path: &str, reason: &str) -> Thrown {
    let message = format!("cannot import `{path}`: {reason}");
    EvalAltResult::ErrorRuntime(message.into(), Position::NONE).into()
}
