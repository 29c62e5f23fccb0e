//! The functions, methods and properties there are, as completion and hints show them.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rhai::{Engine, FuncMetadata};

/// How Rhai names the function behind `value.property`.
const GETTER: &str = "get$";

/// A function or a property of a value.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The names of its parameters, a method's receiver included.
    pub parameters: Vec<String>,
    /// The type of its first parameter, if it has one.
    pub of: Option<String>,
    /// The type of what it returns.
    pub returns: String,
    /// Whether it is read like a field.
    pub is_property: bool,
    /// Whether it is one of patroll's own.
    pub is_documented: bool,
}

/// All members, collected when first needed.
#[derive(Default)]
pub struct Members(OnceCell<BTreeMap<String, Vec<Member>>>);

impl Members {
    /// Returns the ways to call a function, or to read a property, of that name.
    pub fn named(&self, engine: &Engine, name: &str) -> &[Member] {
        self.table(engine).get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns every function that begins with `prefix`, one for each name.
    pub fn functions<'m>(
        &'m self,
        engine: &Engine,
        prefix: &'m str,
    ) -> impl Iterator<Item = &'m Member> {
        let members = self.table(engine).range(prefix.to_owned()..);
        members
            .take_while(move |(name, _)| name.starts_with(prefix))
            .filter_map(|(_, members)| members.iter().find(|member| !member.is_property))
    }

    /// Returns what a value of a type has: properties, and patroll's own methods, one for each name.
    pub fn of_type(&self, engine: &Engine, of: &str) -> Vec<&Member> {
        let fits = |member: &&Member| {
            member.of.as_deref() == Some(of) && (member.is_property || member.is_documented)
        };
        self.table(engine).values().filter_map(|members| members.iter().find(fits)).collect()
    }

    fn table(&self, engine: &Engine) -> &BTreeMap<String, Vec<Member>> {
        self.0.get_or_init(|| {
            let mut table: BTreeMap<String, Vec<Member>> = BTreeMap::new();
            let all = engine.collect_fn_metadata(None, |info| read(info.metadata), true);
            for member in all {
                table.entry(member.name.clone()).or_default().push(member);
            }
            table
        })
    }
}

impl Member {
    /// Returns it as one writes it: `tokens_create(comment, lifetime)`, `age`.
    pub fn signature(&self) -> String {
        if self.is_property {
            return self.name.clone();
        }
        format!("{}({})", self.name, self.parameters.join(", "))
    }

    /// Returns it as one writes it behind a value and a dot.
    pub fn method_signature(&self) -> String {
        if self.is_property {
            return self.name.clone();
        }
        format!("{}({})", self.name, self.parameters.get(1..).unwrap_or_default().join(", "))
    }
}

fn read(function: &FuncMetadata) -> Option<Member> {
    let name = function.name.as_str();
    let (name, is_property) = match name.strip_prefix(GETTER) {
        Some(property) => (property, true),
        None => (name, false),
    };
    let is_word = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && !name.contains('$');
    let split = |text: &str| match text.split_once(':') {
        Some((name, kind)) => (name.trim().to_owned(), Some(bare(kind).to_owned())),
        None => (text.trim().to_owned(), None),
    };
    let parameters: Vec<_> = function.params_info.iter().map(|text| split(text)).collect();
    is_word.then(|| Member {
        name: name.to_owned(),
        of: parameters.first().and_then(|(_, kind)| kind.clone()),
        parameters: parameters.into_iter().map(|(name, _)| name).collect(),
        returns: bare(&function.return_type).to_owned(),
        is_property,
        is_documented: !function.comments.is_empty(),
    })
}

/// Returns a type without what only Rust cares about: the reference, the path, and the error it may be instead.
fn bare(kind: &str) -> &str {
    let kind = kind.trim().trim_start_matches("&mut ").trim_start_matches('&');
    let kind = match kind.strip_prefix("Result<").or_else(|| kind.strip_prefix("RhaiResultOf<")) {
        Some(inside) => inside.split([',', '>']).next().unwrap_or(inside).trim(),
        None => kind,
    };
    kind.rsplit("::").next().unwrap_or(kind)
}
