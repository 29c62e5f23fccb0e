//! How a function is written, in the words of those who write scripts.

use rhai::FuncMetadata;

use crate::script::kind::bare_type;

/// Returns a function's name and how it is called: `token.age` and `token.age → duration`.
pub fn of(function: &FuncMetadata) -> (String, String) {
    let parameters: Vec<Parameter<'_>> =
        function.params_info.iter().map(|text| Parameter::read(text)).collect();
    let (name, call) = call(&function.name, &parameters);
    match word(&function.return_type) {
        "nothing" | "any" => (name, call),
        returns => (name, format!("{call} → {returns}")),
    }
}

struct Parameter<'m> {
    name: &'m str,
    word: &'static str,
    /// Whether a call is usually written behind it.
    is_receiver: bool,
}

impl<'m> Parameter<'m> {
    fn read(text: &'m str) -> Self {
        let (name, kind) = text.split_once(':').unwrap_or((text, "Dynamic"));
        let is_receiver = kind.trim_start().starts_with("&mut ") || word(kind) == "secret";
        Self { name: name.trim(), word: word(kind), is_receiver }
    }

    fn declaration(&self) -> String {
        match self.word {
            "any" => self.name.to_owned(),
            word => format!("{}: {word}", self.name),
        }
    }
}

fn call(name: &str, parameters: &[Parameter<'_>]) -> (String, String) {
    let list = |parameters: &[Parameter<'_>]| {
        parameters.iter().map(Parameter::declaration).collect::<Vec<_>>().join(", ")
    };
    let is_operator = !name.starts_with(char::is_alphabetic);
    match (parameters, name.split_once('$')) {
        ([owner], Some(("get", property))) => {
            let name = format!("{}.{property}", owner.word);
            (name.clone(), name)
        }
        ([owner, key], Some(_)) => {
            let name = format!("{}[{}]", owner.word, key.name);
            (name.clone(), format!("{}[{}]", owner.word, key.declaration()))
        }
        ([one], _) if is_operator => (name.to_owned(), format!("{name}{}", one.word)),
        ([one, other], _) if is_operator => {
            (name.to_owned(), format!("{} {name} {}", one.word, other.word))
        }
        ([owner, rest @ ..], None) if owner.is_receiver => {
            let owner = owner.word;
            (format!("{owner}.{name}"), format!("{owner}.{name}({})", list(rest)))
        }
        _ => (name.to_owned(), format!("{name}({})", list(parameters))),
    }
}

/// Returns the word for a Rust type.
fn word(rust: &str) -> &'static str {
    match bare_type(rust) {
        "&str" | "ImmutableString" | "String" => "text",
        "i64" => "integer",
        "f64" => "number",
        "bool" => "bool",
        "()" | "" => "nothing",
        "Array" | "rhai::Array" => "array",
        "Map" => "map",
        "FnPtr" => "function",
        "Token" => "token",
        "Minted" => "new_token",
        "Value" => "secret",
        "Failure" => "err",
        "Workspace" => "workspace",
        "Time" => "time",
        "Duration" => "duration",
        _ => "any",
    }
}
