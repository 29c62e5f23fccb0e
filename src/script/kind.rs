//! What kind of value something is, as far as the Rust name of its type tells.

/// A kind of value that scripts handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An instant.
    Time,
    /// A length of time.
    Duration,
    /// A whole number or one with a fraction.
    Number,
    /// A text.
    Text,
    /// True or false.
    Truth,
    /// `()`.
    Nothing,
    /// An array.
    Array,
    /// A map.
    Map,
}

impl Kind {
    /// Reads the type of a parameter or a result as Rust writes it; none if it could be several kinds or a kind of its
    /// own.
    pub fn of_type(name: &str) -> Option<Self> {
        let kind = match bare_type(name) {
            "Time" => Self::Time,
            "Duration" => Self::Duration,
            "i64" | "INT" | "f64" | "FLOAT" => Self::Number,
            "&str" | "ImmutableString" | "String" => Self::Text,
            "bool" => Self::Truth,
            "()" | "" => Self::Nothing,
            "Array" | "rhai::Array" => Self::Array,
            "Map" => Self::Map,
            _ => return None,
        };
        Some(kind)
    }

    /// Returns whether it is compared with its own kind only.
    pub fn is_strict(self) -> bool {
        matches!(self, Self::Time | Self::Duration)
    }

    /// Returns what a script's author calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Time => "a time",
            Self::Duration => "a length of time",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Truth => "true or false",
            Self::Nothing => "nothing",
            Self::Array => "an array",
            Self::Map => "a map",
        }
    }
}

/// Returns a type without what only Rust cares about: the reference, and the error it may be instead.
pub fn bare_type(name: &str) -> &str {
    let name = name.trim().trim_start_matches("&mut ");
    match name.strip_prefix("Result<") {
        Some(inside) => inside.split([',', '>']).next().unwrap_or(inside).trim(),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_of_the_kind_it_holds() {
        let kinds = ["&mut Token", "Result<Time, Box<EvalAltResult>>", "Result<(), E>", "&str"];
        let kinds = kinds.map(Kind::of_type);
        assert_eq!(kinds, [None, Some(Kind::Time), Some(Kind::Nothing), Some(Kind::Text)]);
    }
}
