//! Builds the engine a script runs in: its limits, what is taken out of the language, and the API put in.

use std::rc::Rc;
use std::sync::Arc;

use rhai::{Dynamic, Engine, OptimizationLevel};

use super::functions;
use super::modules::Modules;
use super::run::Run;
use super::{sizes, stack, strict, texts};
use crate::error::Error;
use crate::memory;
use crate::stop::Reason;

/// The longest text that a script can be given or can say, in bytes.
pub const LONGEST_TEXT: usize = 32 << 20;

/// Builds an engine with the whole API; without a run its functions can be looked at but not called.
pub fn build() -> Engine {
    let mut engine = Engine::new();
    limit(&mut engine);
    functions::register(&mut engine);
    strict::register(&mut engine);
    sizes::register(&mut engine);
    engine
}

/// Builds the engine of a run.
pub fn build_for(run: &Run, modules: Modules) -> Engine {
    let mut engine = build();
    engine.set_default_tag(run.tag());
    engine.set_module_resolver(modules);
    texts::register(&mut engine, run);
    watch(&mut engine, run);
    let printer = Rc::new(run.clone());
    let debugger = Rc::clone(&printer);
    engine.on_print(move |text| {
        // What is refused as a text has none, and a closed stdout ends the run by itself.
        if !printer.session().stop().is_set() {
            let _ = printer.session().output().line(text);
        }
    });
    engine.on_debug(move |text, source, position| {
        if debugger.session().stop().is_set() {
            return;
        }
        let source = source.unwrap_or_default();
        debugger.session().output().note(&format!("{source}:{position:?} {text}"));
    });
    engine
}

/// Looks at every operation whether the run is ending, and whether the script takes too much memory, the stack included.
fn watch(engine: &mut Engine, run: &Run) {
    let stop = Arc::clone(run.session().stop());
    let limit = run.session().settings().max_memory();
    let is_deep = stack::watch();
    engine.on_progress(move |_| {
        if memory::taken() > limit || is_deep() {
            stop.set(Reason::Failed(Error::OutOfMemory { limit: memory::show(limit) }));
        }
        stop.is_set().then_some(Dynamic::UNIT)
    });
}

/// Sets every limit, as debug and release builds have different ones, and takes `eval` out of the language. What a script
/// holds is limited by `watch`, `sizes` and `texts`.
///
/// Nothing is optimised: it gains no time, and would remove branches before `check` has seen them.
fn limit(engine: &mut Engine) {
    engine.set_optimization_level(OptimizationLevel::None);
    engine
        .set_strict_variables(true)
        .set_max_call_levels(128)
        .set_max_expr_depths(128, 64)
        .set_max_string_size(0)
        .set_max_array_size(0)
        .set_max_map_size(0)
        .set_max_modules(64)
        .set_max_functions(2000)
        .set_max_variables(10_000)
        .disable_symbol("eval");
}
