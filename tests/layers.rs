//! The house's order: which module may name which, which crate has which door, and how files look.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pretty_assertions::assert_eq;

use crate::support::rust::{named_modules, without_tests, words};

const LONGEST: usize = 400;

/// Crates that only one module names: whoever else needs what they do asks that module.
const DOORS: [(&str, &str); 7] = [
    ("cap", "memory"),
    ("clap", "cli"),
    ("httparse", "sandbox"),
    ("ini", "profile"),
    ("rhai", "script"),
    ("rustyline", "repl"),
    ("ureq", "wire"),
];

/// A file of `src/`, without its tests.
struct Source {
    /// The module at the crate's root that it belongs to; `lib` and `main` for the roots themselves.
    module: String,
    /// How many modules it is below the root.
    depth: usize,
    path: PathBuf,
    text: String,
}

impl Source {
    fn words(&self) -> Vec<&str> {
        without_tests(&words(&self.text))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every file below `folder` that ends so.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let source = |path: PathBuf| {
        let below = path.strip_prefix(root().join("src")).unwrap().with_extension("");
        let names: Vec<_> = below.iter().map(|part| part.to_str().unwrap()).collect();
        let is_folder = names.last() == Some(&"mod");
        let is_of_tests = names.iter().skip(1).any(|name| *name == "tests");
        let text = fs::read_to_string(&path).unwrap();
        let source = Source {
            module: names[0].to_owned(),
            depth: names.len() - usize::from(is_folder),
            path,
            text,
        };
        (!is_of_tests).then_some(source)
    };
    files("src", "rs").into_iter().filter_map(source).collect()
}

/// Returns the modules in the order in which `lib.rs` lists them.
fn order() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let words = words(&text);
    let declared = words.windows(3).filter(|words| words[0] == "mod" && words[2] == ";");
    declared.map(|words| words[1].to_owned()).collect()
}

/// Returns whether `words` name the crate: `name::…`, not as a part of another path.
fn names_crate(words: &[&str], name: &str) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let is_first = at == 0 || !matches!(words[at - 1], "::" | ".");
        *word == name && is_first && words.get(at + 1) == Some(&"::")
    })
}

#[test]
fn a_module_names_only_those_after_it() {
    let order = order();
    let place = |name: &str| order.iter().position(|known| known == name);
    let mut wrong = BTreeSet::new();
    for source in sources().iter().filter(|source| !["lib", "main"].contains(&&*source.module)) {
        let own = place(&source.module).unwrap();
        for named in named_modules(&source.words(), source.depth) {
            if place(named).is_some_and(|named| named < own) {
                wrong.insert(format!("{} names {named}", source.module));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new(), "the order is {order:?}");
}

#[test]
fn every_room_is_listed_in_the_order() {
    let rooms: BTreeSet<_> = sources().into_iter().map(|source| source.module).collect();
    let listed = order().into_iter().chain(["lib", "main"].map(str::to_owned)).collect();
    assert_eq!(rooms, listed);
}

#[test]
fn a_crate_has_one_door() {
    let mut users: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let sources = sources();
    for (name, _) in DOORS {
        let named = sources.iter().filter(|source| names_crate(&source.words(), name));
        let named: BTreeSet<_> = named.map(|source| source.module.clone()).collect();
        if !named.is_empty() {
            users.insert(name, named);
        }
    }
    let doors = DOORS.iter().map(|(name, door)| (*name, BTreeSet::from([(*door).to_owned()])));
    // A door whose room is yet to be built stands nowhere.
    let doors = doors.filter(|(name, _)| users.contains_key(name)).collect();
    assert_eq!(users, doors);
}

#[test]
fn the_sandbox_is_a_stranger() {
    let sources = sources();
    let sandbox = sources.iter().filter(|source| source.module == "sandbox");
    let named: BTreeSet<_> =
        sandbox.flat_map(|source| named_modules(&source.words(), source.depth)).collect();
    assert_eq!(named, BTreeSet::new());
}

#[test]
fn only_settings_read_the_environment() {
    let readers = ["var", "vars", "var_os", "vars_os", "args", "args_os", "home_dir"];
    let reads = |words: &[&str]| {
        words
            .windows(3)
            .any(|words| words[0] == "env" && words[1] == "::" && readers.contains(&words[2]))
    };
    assert_eq!(modules_where(reads), ["main", "settings"]);
}

#[test]
fn only_output_speaks() {
    let macros = ["print", "println", "eprint", "eprintln", "dbg"];
    let prints = |words: &[&str]| {
        words.windows(2).any(|words| words[1] == "!" && macros.contains(&words[0]))
    };
    assert_eq!(modules_where(prints), Vec::<String>::new());
    let streams = |words: &[&str]| {
        words
            .windows(3)
            .any(|words| ["stdout", "stderr"].contains(&words[0]) && words[1..] == ["(", ")"])
    };
    assert_eq!(modules_where(streams), ["output"]);
}

/// Returns the modules with a file whose words are so.
fn modules_where(is_so: impl Fn(&[&str]) -> bool) -> Vec<String> {
    let sources = sources();
    let found = sources.iter().filter(|source| is_so(&source.words()));
    let modules: BTreeSet<_> = found.map(|source| source.module.clone()).collect();
    modules.into_iter().collect()
}

#[test]
fn files_say_what_they_are_and_are_short() {
    let mut wrong = Vec::new();
    let rust = ["src", "tests", "benches"].iter().flat_map(|folder| files(folder, "rs"));
    for path in rust.chain(files("scripts", "rhai")) {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.strip_prefix(root()).unwrap().display();
        let opening = if path.extension().unwrap() == "rs" { "//! " } else { "// " };
        if !text.starts_with(opening) {
            wrong.push(format!("{shown} does not open with `{opening}`"));
        }
        let lines = text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{shown} has {lines} lines"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_unsafe_code_and_no_exception_without_a_reason() {
    let mut wrong = Vec::new();
    for source in sources() {
        let words = source.words();
        let shown = source.path.strip_prefix(root()).unwrap().display();
        if words.contains(&"unsafe") {
            wrong.push(format!("{shown} has unsafe code"));
        }
        for (at, _) in words.windows(2).enumerate().filter(|(_, words)| words == &["allow", "("]) {
            let end = words[at..].iter().position(|word| *word == "]").unwrap();
            if !words[at..at + end].contains(&"reason") {
                wrong.push(format!("{shown} allows without a reason"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_reader_of_source_sees_every_way_to_name_a_module() {
    let named = |text: &str, depth| named_modules(&without_tests(&words(text)), depth).join(" ");
    assert_eq!(named("use crate::api::tokens::{a, b};", 1), "api");
    assert_eq!(named("use crate::{api, auth::{self, x}, wire::y};", 1), "api auth wire");
    assert_eq!(named("fn f(_: super::api::Client) { super::super::auth::x() }", 1), "api");
    assert_eq!(named("fn f(_: super::api::Client) { super::super::auth::x() }", 2), "auth");
    assert_eq!(named("mod inner { use super::super::api; }", 1), "api");
    assert_eq!(named("#[cfg(test)] mod tests { use crate::api; } use crate::auth;", 1), "auth");
    assert_eq!(named("// crate::a\n/* crate::b */ \"crate::c\" r#\"crate::d\"# 'x' '\\n' ", 1), "");
    assert_eq!(named("pub(crate) fn f<'a>(x: &'a str) -> crate::api::X {}", 1), "api");
    assert!(names_crate(&words("use rhai::Engine;"), "rhai"));
    assert!(!names_crate(&words("use crate::rhai::Engine; rhai.x()"), "rhai"));
}
