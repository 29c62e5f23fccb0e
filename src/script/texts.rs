//! Arrays and maps as text, where a script prints them or puts them together with a text.
//!
//! Many elements can share one text, so that a small array could become a text that takes all memory in a single step.
//! What would is the end of the run, as if it had: the language swallows what these functions throw.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, ImmutableString, Map, NativeCallContext};

use super::engine::LONGEST_TEXT;
use super::run::Run;
use super::weight;
use crate::error::Error;
use crate::memory;
use crate::stop::{Reason, Stop};

/// Puts functions with a limit in the place of the language's own.
pub fn register(engine: &mut Engine, run: &Run) {
    let scale = Scale::of(run);
    for name in ["print", "to_string", "debug", "to_debug"] {
        let (text, array, map) = (scale.clone(), scale.clone(), scale.clone());
        let is_debug = name.ends_with("debug");
        engine
            .register_fn(name, move |value: ImmutableString| {
                if text.refuses(if is_debug { weight::escaped(&value) } else { value.len() }) {
                    return ImmutableString::new();
                }
                if is_debug { format!("{value:?}").into() } else { value }
            })
            .register_fn(name, move |context: NativeCallContext<'_>, value: &mut Array| {
                if array.refuses(weight::of_texts(value, LONGEST_TEXT)) {
                    return ImmutableString::new();
                }
                let items = value.iter_mut().map(|item| element(&context, item));
                format!("[{}]", items.collect::<Vec<_>>().join(", ")).into()
            })
            .register_fn(name, move |context: NativeCallContext<'_>, value: &mut Map| {
                if map.refuses(weight::of_pairs(value, LONGEST_TEXT)) {
                    return ImmutableString::new();
                }
                let pairs = value
                    .iter_mut()
                    .map(|(key, item)| format!("{:?}: {}", key.as_str(), element(&context, item)));
                format!("#{{{}}}", pairs.collect::<Vec<_>>().join(", ")).into()
            });
    }
}

/// What a text may weigh.
#[derive(Clone)]
struct Scale {
    stop: Arc<Stop>,
    limit: usize,
}

impl Scale {
    fn of(run: &Run) -> Self {
        let session = run.session();
        Self { stop: Arc::clone(session.stop()), limit: session.settings().max_memory() }
    }

    /// Ends the run if a text would be too much; on its way out it is held a few times over.
    fn refuses(&self, weight: usize) -> bool {
        let error = if weight > LONGEST_TEXT {
            let problem = format!("a text would be longer than {} MiB", LONGEST_TEXT >> 20);
            Error::BadRequest { problem }
        } else if weight > self.limit / 4 {
            Error::OutOfMemory { limit: memory::show(self.limit) }
        } else {
            return false;
        };
        self.stop.set(Reason::Failed(error));
        true
    }
}

fn element(context: &NativeCallContext<'_>, item: &mut Dynamic) -> String {
    let kind = context.engine().map_type_name(item.type_name()).to_owned();
    let shown = context.call_native_fn_raw("to_debug", true, &mut [item]);
    shown.ok().and_then(|text| text.into_string().ok()).unwrap_or(kind)
}
