//! The functions that an engine knows, Rhai's own and ours, as a table to look names up in.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{Engine, FuncMetadata};

use super::kind::Kind;
use super::names;

/// How Rhai names the function behind `value.property`.
const GETTER: &str = "get$";

/// Words that are called like functions and are part of the language.
const KEYWORDS: [&str; 7] =
    ["Fn", "call", "curry", "is_def_fn", "is_def_var", "is_shared", "type_of"];

/// The functions by name.
pub struct Known {
    functions: BTreeMap<String, Vec<Signature>>,
    /// Those of ours that scripts are told of.
    documented: BTreeSet<String>,
}

/// One way to call a function.
struct Signature {
    /// The parameters; none where it could be several kinds.
    parameters: Vec<Option<Kind>>,
    returns: Option<Kind>,
    /// Whether it is a method of another workspace, and called in no other way.
    is_elsewhere: bool,
}

impl Signature {
    fn of(function: &FuncMetadata) -> Self {
        let kind = |parameter: &str| {
            Kind::of_type(parameter.split_once(':').map_or(parameter, |(_, kind)| kind))
        };
        let mut parameters: Vec<_> = function.params_info.iter().map(|text| kind(text)).collect();
        parameters.resize(function.num_params, None);
        let first = function.params_info.first();
        Self {
            parameters,
            returns: Kind::of_type(&function.return_type),
            is_elsewhere: first.is_some_and(|first| first.ends_with("&mut Workspace")),
        }
    }
}

impl Known {
    /// Lists the functions of an engine.
    pub fn to(engine: &Engine) -> Self {
        let all = engine.collect_fn_metadata(
            None,
            |info| Some((info.metadata.name.to_string(), Signature::of(info.metadata))),
            true,
        );
        let mut functions: BTreeMap<String, Vec<Signature>> = BTreeMap::new();
        for (name, signature) in all {
            functions.entry(name).or_default().push(signature);
        }
        let documented = |function: &FuncMetadata| {
            (!function.comments.is_empty()).then(|| function.name.to_string())
        };
        let ours = engine.collect_fn_metadata(None, |info| documented(info.metadata), false);
        Self { functions, documented: ours.into_iter().collect() }
    }

    /// Returns whether a name is part of the language, with arguments that nobody can count.
    pub fn is_keyword(name: &str) -> bool {
        KEYWORDS.contains(&name)
    }

    /// Returns how many arguments a function can take, a method's receiver included; nothing if there is no such
    /// function.
    pub fn arities(&self, name: &str) -> Vec<usize> {
        let mut arities: Vec<_> =
            self.signatures(name).iter().map(|signature| signature.parameters.len()).collect();
        arities.sort_unstable();
        arities.dedup();
        arities
    }

    /// Returns how many arguments a function can take when it is written as a method or not, the receiver left out.
    pub fn written_arities(&self, name: &str, is_method: bool) -> Vec<usize> {
        let can_be = |signature: &&Signature| is_method || !signature.is_elsewhere;
        let written = self.signatures(name).iter().filter(can_be);
        written
            .filter_map(|signature| signature.parameters.len().checked_sub(usize::from(is_method)))
            .collect()
    }

    /// Returns whether `patroll docs` has a page about a function.
    pub fn is_documented(&self, name: &str) -> bool {
        self.documented.contains(name)
    }

    /// Returns what a function returns, if that is one kind however it is called.
    pub fn result(&self, name: &str) -> Option<Kind> {
        only(self.signatures(name).iter().map(|signature| signature.returns))
    }

    /// Returns what an operator or a function returns for arguments of these kinds.
    pub fn result_for(&self, name: &str, arguments: &[Kind]) -> Option<Kind> {
        let wanted: Vec<_> = arguments.iter().copied().map(Some).collect();
        only(
            self.signatures(name)
                .iter()
                .filter(|signature| signature.parameters == wanted)
                .map(|signature| signature.returns),
        )
    }

    /// Returns what a property is, if it is one kind wherever it exists.
    pub fn property(&self, name: &str) -> Option<Kind> {
        self.result(&format!("{GETTER}{name}"))
    }

    /// Returns the function most like `name`, if one is near enough to have been meant.
    pub fn closest(&self, name: &str) -> Option<&str> {
        let words = |name: &&str| name.starts_with(char::is_alphabetic) && !name.contains('$');
        names::closest(name, self.functions.keys().map(String::as_str).filter(words))
    }

    /// Returns the property most like `name`, if one is near enough to have been meant.
    pub fn closest_property(&self, name: &str) -> Option<&str> {
        names::closest(name, self.functions.keys().filter_map(|name| name.strip_prefix(GETTER)))
    }

    fn signatures(&self, name: &str) -> &[Signature] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Returns what all of `kinds` are, if there is one and it is the same everywhere.
fn only(kinds: impl IntoIterator<Item = Option<Kind>>) -> Option<Kind> {
    let mut kinds = kinds.into_iter();
    let first = kinds.next()??;
    kinds.all(|kind| kind == Some(first)).then_some(first)
}
