//! Secrets: a type that never shows its value, and the memory of every value seen, so that it can be struck out.
//!
//! `redact` is applied wherever text leaves the process (`output`, the audit, error texts). Showing a value on purpose
//! is `Secret::expose`, whose few callers are the places a value is meant to go.

use std::borrow::Cow;
use std::collections::BTreeMap;
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

const FIRST_OF_PREFIXES: u8 = b'd';

static MEMORY: RwLock<Memory> = RwLock::new(Memory::new());

/// Every registered value, by how it begins: a fleet has hundreds, and each line that is written is looked through.
struct Memory {
    values: BTreeMap<Beginning, Vec<Seen>>,
    first_bytes: [bool; 256],
}

/// What all values have and few texts.
type Beginning = [u8; SHORTEST];

/// A registered value; once revealed, stdout may show it, as that is where it was asked for.
struct Seen {
    value: SecretString,
    is_revealed: bool,
}

impl Memory {
    const fn new() -> Self {
        Self { values: BTreeMap::new(), first_bytes: [false; 256] }
    }

    fn add(&mut self, value: &str) {
        let Some((beginning, _)) = value.as_bytes().split_first_chunk() else { return };
        let alike = self.values.entry(*beginning).or_default();
        if !alike.iter().any(|known| known.value.expose_secret() == value) {
            alike.push(Seen { value: SecretString::from(value.to_owned()), is_revealed: false });
            self.first_bytes[usize::from(beginning[0])] = true;
        }
    }

    /// Returns the values that `text` could begin with.
    fn like(&self, text: &str) -> &[Seen] {
        let beginning = text.as_bytes().split_first_chunk();
        let alike = beginning.and_then(|(beginning, _)| self.values.get::<Beginning>(beginning));
        alike.map_or(&[], Vec::as_slice)
    }

    fn is_revealed(&self, value: &str) -> bool {
        self.like(value)
            .iter()
            .any(|known| known.is_revealed && known.value.expose_secret() == value)
    }

    /// Returns how long the secret is that `text` begins with: a registered value, or something of a token value's shape.
    fn secret_at(&self, text: &str, is_spared: impl Fn(&str) -> bool) -> Option<usize> {
        let values = self.like(text).iter().map(|known| known.value.expose_secret());
        let known = values.filter(|value| text.starts_with(*value) && !is_spared(value));
        let known = known.map(str::len).max();
        known.or_else(|| shape_length(text).filter(|length| !is_spared(&text[..*length])))
    }
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
        let mut memory = MEMORY.write().unwrap_or_else(PoisonError::into_inner);
        for known in memory.values.values_mut().flatten() {
            known.is_revealed |= known.value.expose_secret() == self.expose();
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
    let mut memory = MEMORY.write().unwrap_or_else(PoisonError::into_inner);
    for form in [value, &encoded, escaped, &percent] {
        memory.add(form);
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
    let memory = MEMORY.read().unwrap_or_else(PoisonError::into_inner);
    let is_spared = |value: &str| spares_revealed && memory.is_revealed(value);
    let mut clean: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(byte) = text.as_bytes().get(at) {
        let is_candidate = *byte == FIRST_OF_PREFIXES || memory.first_bytes[usize::from(*byte)];
        let length = is_candidate.then(|| memory.secret_at(&text[at..], is_spared)).flatten();
        if let Some(length) = length {
            let clean = clean.get_or_insert_default();
            clean.push_str(&text[copied..at]);
            clean.push_str(REDACTED);
            copied = at + length;
        }
        at += length.unwrap_or(1);
    }
    clean.map_or(Cow::Borrowed(text), |clean| Cow::Owned(clean + &text[copied..]))
}

/// Returns how long what `text` begins with is, if it looks like a token value though nobody registered it: a prefix and
/// 32 hex digits.
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
    fn of_values_that_begin_alike_the_longest_is_struck_out() {
        let _secrets =
            ["wolf and bear", "wolf and bear and lynx", "bear and lynx in a den"].map(Secret::new);
        assert_eq!(redact("wolf and bear and lyn"), "[redacted] and lyn");
        assert_eq!(
            redact("äwolf and bear and lynxöbear and lynx in a denü"),
            "ä[redacted]ö[redacted]ü"
        );
        assert_eq!(redact("wolf and bea"), "wolf and bea");
    }

    #[test]
    fn what_was_revealed_hides_nothing_else() {
        let [inner, outer] = ["swordfish", "the swordfish is near"].map(Secret::new);
        assert_eq!(redact_unrevealed(outer.reveal()), "the [redacted] is near");
        assert_eq!(redact_unrevealed(inner.reveal()), "swordfish");
        assert_eq!(redact_unrevealed(outer.expose()), "the swordfish is near");
        assert_eq!(redact(outer.expose()), "[redacted]");
    }

    #[test]
    fn the_shape_of_a_token_value_is_struck_out_unseen() {
        let value = format!("dapi{}", "0af".repeat(11));
        assert_eq!(redact(&format!("x{value}-2,y")), "x[redacted],y");
        assert_eq!(redact("dapi0123 is no value"), "dapi0123 is no value");
        assert!(!holds_secret("a sad dapper dandy"));
    }
}
