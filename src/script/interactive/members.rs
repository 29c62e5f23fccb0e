//! The functions, methods and properties there are, as completion and hints show them.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rhai::{Engine, FuncMetadata};

use crate::script::docs::signature_of;
use crate::script::kind::bare_type;

/// How Rhai names the function behind `value.property`.
const GETTER: &str = "get$";

/// A function or a property of a value.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// How it is written, with what it takes and returns.
    pub signature: String,
    /// How many arguments it takes, a method's receiver included.
    pub arity: usize,
    /// The type of its first parameter, if it has one.
    pub of: Option<String>,
    /// The type of what it returns.
    pub returns: String,
    /// Whether it is read like a field.
    pub is_property: bool,
    /// Whether it is one that patroll's manual explains.
    pub is_own: bool,
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
            member.of.as_deref() == Some(of) && (member.is_property || member.is_own)
        };
        self.table(engine).values().filter_map(|members| members.iter().find(fits)).collect()
    }

    fn table(&self, engine: &Engine) -> &BTreeMap<String, Vec<Member>> {
        self.0.get_or_init(|| {
            let mut table: BTreeMap<String, Vec<Member>> = BTreeMap::new();
            let read_all = |is_own: bool| {
                engine.collect_fn_metadata(None, |info| read(info.metadata, is_own), !is_own)
            };
            for member in read_all(true).into_iter().chain(read_all(false)) {
                let named: &mut Vec<Member> = table.entry(member.name.clone()).or_default();
                if !named.iter().any(|known| known.signature == member.signature) {
                    named.push(member);
                }
            }
            for named in table.values_mut() {
                named.sort_by(|one, other| {
                    let order = |member: &Member| (!member.is_own, member.arity);
                    order(one).cmp(&order(other)).then_with(|| one.signature.cmp(&other.signature))
                });
            }
            table
        })
    }
}

fn read(function: &FuncMetadata, is_own: bool) -> Option<Member> {
    let name = function.name.as_str();
    let (name, is_property) = match name.strip_prefix(GETTER) {
        Some(property) => (property, true),
        None => (name, false),
    };
    let is_word = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && !name.contains('$');
    let first = function.params_info.first().and_then(|text| text.split_once(':'));
    is_word.then(|| Member {
        name: name.to_owned(),
        signature: signature_of(function).1,
        arity: function.num_params,
        of: first.map(|(_, kind)| bare(kind).to_owned()),
        returns: bare(&function.return_type).to_owned(),
        is_property,
        is_own: is_own && !function.comments.is_empty(),
    })
}

/// Returns a type by its own name, without its path.
fn bare(kind: &str) -> &str {
    let kind = bare_type(kind).trim_start_matches('&');
    kind.rsplit("::").next().unwrap_or(kind)
}
