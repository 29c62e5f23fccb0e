//! Secrets: a type that never shows its value, and the memory of every value seen, so that it can be struck out.
//!
//! `redact` is applied wherever text leaves the process (`output`, the audit, error texts). Showing a value on purpose
//! is `Secret::expose`, whose few callers are the places a value is meant to go.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use secrecy::{ExposeSecret, SecretString};

/// What stands where a secret would have stood.
pub const REDACTED: &str = "[redacted]";

/// Values shorter than this are not struck out of other text: they would match everywhere.
const SHORTEST: usize = 8;

/// The ways Databricks' own secrets begin: personal access tokens, OAuth secrets and their relatives.
const PREFIXES: [&str; 4] = ["dapi", "dkea", "dosa", "dose"];

static SEEN: RwLock<Vec<Seen>> = RwLock::new(Vec::new());

/// A registered value; once revealed, stdout may show it, as that is where it was asked for.
struct Seen {
    value: SecretString,
    is_revealed: bool,
}

/// A value that prints as `[redacted]`; making one registers it for `redact`.
#[derive(Clone)]
pub struct Secret(Arc<SecretString>);

impl Secret {
    /// Takes `value` into custody.
    pub fn new(value: impl Into<String>) -> Self {
        let value = value.into();
        register(&value);
        Self(Arc::new(SecretString::from(value)))
    }

    /// Takes a value that is handled with the same care but may appear in other text: a host, a client id.
    pub fn unregistered(value: impl Into<String>) -> Self {
        Self(Arc::new(SecretString::from(value.into())))
    }

    /// Returns the value for stdout, where somebody asked to see it.
    pub fn reveal(&self) -> &str {
        let mut seen = SEEN.write().unwrap_or_else(PoisonError::into_inner);
        for known in seen.iter_mut().filter(|known| known.value.expose_secret() == self.expose()) {
            known.is_revealed = true;
        }
        self.expose()
    }

    /// Returns the value itself; only for the place that it is meant for.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

/// Remembers `value`, and the forms that a server or a trace could echo it in: base64, JSON, a URL.
fn register(value: &str) {
    if value.len() < SHORTEST {
        return;
    }
    let encoded = base64::engine::general_purpose::STANDARD.encode(value);
    let quoted = serde_json::Value::from(value).to_string();
    let escaped = &quoted[1..quoted.len() - 1];
    let percent = percent_encode(value);
    let mut seen = SEEN.write().unwrap_or_else(PoisonError::into_inner);
    for form in [value, &encoded, escaped, &percent] {
        if !seen.iter().any(|known| known.value.expose_secret() == form) {
            seen.push(Seen { value: SecretString::from(form.to_owned()), is_revealed: false });
        }
    }
}

fn percent_encode(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Returns whether `text` holds a registered value or something of a token value's shape.
pub fn holds_secret(text: &str) -> bool {
    matches!(redact(text), Cow::Owned(_))
}

/// Strikes every registered value, and everything of a token value's shape, out of `text`.
pub fn redact(text: &str) -> Cow<'_, str> {
    strike(text, false)
}

/// Does the same for stdout, which may show what was revealed.
pub fn redact_unrevealed(text: &str) -> Cow<'_, str> {
    strike(text, true)
}

fn strike(text: &str, spares_revealed: bool) -> Cow<'_, str> {
    let seen = SEEN.read().unwrap_or_else(PoisonError::into_inner);
    let is_spared = |value: &str| {
        spares_revealed
            && seen.iter().any(|known| known.is_revealed && known.value.expose_secret() == value)
    };
    let mut text = Cow::Borrowed(text);
    for known in seen.iter().map(|known| known.value.expose_secret()) {
        if text.contains(known) && !is_spared(known) {
            text = Cow::Owned(text.replace(known, REDACTED));
        }
    }
    match strike_shapes(&text, is_spared) {
        Some(clean) => Cow::Owned(clean),
        None => text,
    }
}

/// Strikes out what looks like a token value though nobody registered it: a prefix and 32 hex digits.
fn strike_shapes(text: &str, is_spared: impl Fn(&str) -> bool) -> Option<String> {
    let mut clean: Option<String> = None;
    let mut copied = 0;
    let mut from = 0;
    while let Some(found) = text[from..].find('d').map(|at| from + at) {
        match shape_length(&text[found..]) {
            Some(length) if !is_spared(&text[found..found + length]) => {
                let clean = clean.get_or_insert_default();
                clean.push_str(&text[copied..found]);
                clean.push_str(REDACTED);
                from = found + length;
                copied = from;
            }
            Some(length) => from = found + length,
            None => from = found + 1,
        }
    }
    clean.map(|clean| clean + &text[copied..])
}

fn shape_length(text: &str) -> Option<usize> {
    let prefix = PREFIXES.iter().find(|prefix| text.starts_with(**prefix))?;
    let digits = text[prefix.len()..].bytes().take_while(u8::is_ascii_hexdigit).count();
    if digits < 32 {
        return None;
    }
    let end = prefix.len() + digits;
    let suffix = text[end..].strip_prefix('-').map_or(0, |rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 { digits + 1 } else { 0 }
    });
    Some(end + suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registered_value_is_struck_out_also_as_base64() {
        let secret = Secret::new("correct horse battery");
        assert_eq!(format!("{secret} {secret:?}"), "[redacted] [redacted]");
        assert_eq!(redact("a correct horse battery b"), "a [redacted] b");
        assert_eq!(redact("correct%20horse%20battery"), "[redacted]");
        assert_eq!(redact("Basic Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"), "Basic [redacted]");
    }

    #[test]
    fn the_shape_of_a_token_value_is_struck_out_unseen() {
        let value = format!("dapi{}", "0af".repeat(11));
        assert_eq!(redact(&format!("x{value}-2,y")), "x[redacted],y");
        assert_eq!(redact("dapi0123 is no value"), "dapi0123 is no value");
        assert!(!holds_secret("a sad dapper dandy"));
    }
}
