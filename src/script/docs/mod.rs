//! The manual of the script API, made from the doc comments of its functions; how it is shown is `commands::docs`'s.

mod page;
mod signature;
mod text;

use std::collections::BTreeMap;

use rhai::Engine;

use super::functions::{TOPICS, Topic};
use super::known::Known;
use super::{engine, names};
use crate::error::Error;

pub use page::{Form, Page};
pub use signature::of as signature_of;
pub use text::{manual, overview};

/// Returns a page for each function, property and operator, topic by topic.
pub fn pages() -> Vec<Page> {
    TOPICS.iter().flat_map(of_topic).collect()
}

/// Returns the pages about a name: a function, or a property with or without its owner.
pub fn find(name: &str) -> Result<Vec<Page>, Error> {
    let name = name.trim_end_matches("()");
    let (found, others): (Vec<Page>, Vec<Page>) =
        pages().into_iter().partition(|page| page.is_about(name));
    if !found.is_empty() {
        return Ok(found);
    }
    if !Known::to(&engine::build()).arities(name).is_empty() {
        return Err(Error::Usage {
            problem: format!("`{name}` is a function of the language, not of patroll"),
            hint: Some("https://rhai.rs/book explains it".to_owned()),
        });
    }
    let names = others.iter().map(Page::short_name);
    let close = names::closest(name, names).map(str::to_owned);
    Err(Error::UnknownName { kind: "function", name: name.to_owned(), close })
}

fn of_topic(topic: &Topic) -> Vec<Page> {
    let mut engine = Engine::new_raw();
    engine.register_global_module((topic.module)().into());
    let mut pages: BTreeMap<String, Vec<Form>> = BTreeMap::new();
    for (name, form) in engine.collect_fn_metadata(None, |info| page::read(info.metadata), true) {
        pages.entry(name).or_default().push(form);
    }
    let pages = pages.into_iter().map(|(name, forms)| Page::new(topic.title, name, forms));
    let mut pages: Vec<_> = pages.collect();
    pages.sort_by_key(Page::subject);
    pages
}
