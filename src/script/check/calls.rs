//! Finds calls of functions that do not exist, or that take another number of arguments.

use super::Assembly;
use super::parse::import_first;
use super::unit::{Mistake, Unit};
use super::walk::{self, Call};
use crate::script::known::Known;
use crate::script::names;

/// Finds the calls in a file that can only fail.
pub fn find(assembly: &Assembly, unit: &Unit) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    walk::each_call(&unit.ast, &mut |call| {
        let problem = if call.is_qualified() {
            find_in_module(assembly, unit, call)
        } else {
            find_in_scope(assembly, unit, call)
        };
        mistakes.extend(problem.map(|(message, hint)| Mistake {
            position: call.position,
            message,
            hint,
            throws: false,
        }));
    });
    mistakes
}

type Problem = (String, Option<String>);

/// Looks a name up among the engine's functions and all that the script defines: what an imported function calls may
/// also be the importing script's.
fn find_in_scope(assembly: &Assembly, unit: &Unit, call: Call<'_>) -> Option<Problem> {
    let (name, known) = (call.name(), &assembly.known);
    let evidence = &assembly.evidence;
    if Known::is_keyword(name) || (call.is_method && evidence.has_key(name)) {
        return None;
    }
    let native = known.written_arities(name, call.is_method).into_iter();
    let own = assembly.functions().filter(|own| own.name == name).map(|own| own.arity);
    let arities: Vec<usize> = native.chain(own).collect();
    if arities.is_empty() {
        let hint = meant(assembly, unit, name);
        // A map from somewhere may hold a closure of that name.
        let is_evident = !call.is_method || hint.is_some() || evidence.is_whole(unit);
        return is_evident.then(|| (format!("there is no function `{name}`"), hint));
    }
    let page = || format!("`patroll docs {name}` shows how it is called");
    let hint = known.is_documented(name).then(page);
    wrong_count(call, arities).map(|message| (message, hint))
}

fn meant(assembly: &Assembly, unit: &Unit, name: &str) -> Option<String> {
    if walk::variables(&unit.ast).iter().any(|variable| variable == name) {
        return Some(format!("a closure in a variable is called `{name}.call(…)`"));
    }
    let own = names::closest(name, assembly.functions().map(|own| own.name.as_str()));
    own.or_else(|| assembly.known.closest(name)).map(|close| format!("did you mean `{close}`?"))
}

/// Looks a name up in the file that was imported under the alias in front of it.
fn find_in_module(assembly: &Assembly, unit: &Unit, call: Call<'_>) -> Option<Problem> {
    let [alias] = call.inner.namespace.path.as_slice() else { return None };
    let alias = alias.name.as_str();
    let Some(files) = unit.aliases.get(alias) else {
        let is_elsewhere = assembly.units.iter().any(|unit| unit.aliases.contains_key(alias));
        return (!is_elsewhere && alias != "global").then(|| import_first(alias));
    };
    let files: Vec<&str> = files.iter().map(Option::as_deref).collect::<Option<_>>()?;
    let units: Vec<&Unit> =
        assembly.units.iter().filter(|unit| files.contains(&unit.name.as_str())).collect();
    let name = call.name();
    // An exported closure is called like a function.
    if units.iter().any(|unit| walk::exports(&unit.ast).iter().any(|exported| exported == name)) {
        return None;
    }
    let public = || units.iter().flat_map(|unit| &unit.functions).filter(|own| !own.is_private);
    let arities: Vec<usize> =
        public().filter(|own| own.name == name).map(|own| own.arity).collect();
    if arities.is_empty() {
        let close = names::closest(name, public().map(|own| own.name.as_str()));
        let hint = close.map(|close| format!("did you mean `{alias}::{close}`?"));
        return Some((format!("`{alias}` has no function `{name}`"), hint));
    }
    wrong_count(call, arities).map(|message| (message, None))
}

/// Compares a call with the numbers of arguments that its function takes.
fn wrong_count(call: Call<'_>, mut arities: Vec<usize>) -> Option<String> {
    let given = call.inner.args.len();
    if arities.contains(&given) {
        return None;
    }
    arities.sort_unstable();
    arities.dedup();
    let takes = match arities.as_slice() {
        [0] => "no arguments".to_owned(),
        [1] => "1 argument".to_owned(),
        _ => {
            let counts: Vec<_> = arities.iter().map(usize::to_string).collect();
            format!("{} arguments", counts.join(" or "))
        }
    };
    Some(format!("`{}` takes {takes}, not {given}", call.name()))
}
