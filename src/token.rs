//! A token's record as the API sends it, and the body it stands in.
//!
//! A list is parsed once: each token keeps its usual fields and where its JSON begins in the body they all share, so
//! that unknown fields and the server's own spelling are there without a copy. How records are fetched is `api`'s.

mod management;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::clock::{Duration, Time};

/// What the API calls a token that never expires.
pub const NO_EXPIRY: i64 = -1;

/// An answer's body, shared by all that is read from it.
pub type Body = Arc<String>;

/// A token's record; cheap to clone.
#[derive(Clone, Debug)]
pub struct Token(Arc<Record>);

#[derive(Debug)]
struct Record {
    body: Body,
    /// Where this token's first key begins in `body`.
    start: usize,
    /// When the workspace said so: its `Date`.
    seen: Time,
    is_own: bool,
    fields: Fields,
}

/// The fields every token has.
#[derive(Debug, Default)]
struct Fields {
    token_id: Piece,
    comment: Piece,
    creation_time: i64,
    expiry_time: i64,
    scopes: Vec<String>,
}

/// A text: a stretch of the body, or a copy where the body writes it with escapes.
#[derive(Debug)]
enum Piece {
    Stretch(Range<u32>),
    Copy(Box<str>),
}

impl Default for Piece {
    fn default() -> Self {
        Self::Stretch(0..0)
    }
}

impl Piece {
    fn is_empty(&self) -> bool {
        match self {
            Self::Stretch(range) => range.is_empty(),
            Self::Copy(text) => text.is_empty(),
        }
    }

    fn text<'b>(&'b self, body: &'b str) -> &'b str {
        match self {
            Self::Stretch(range) => &body[range.start as usize..range.end as usize],
            Self::Copy(text) => text,
        }
    }
}

impl Token {
    /// Reads all tokens below `list_key` of `body`, an answer that came in at `seen`; no key means no tokens.
    pub fn read_list(
        body: &Body,
        list_key: &'static str,
        seen: Time,
    ) -> Result<Vec<Self>, serde_json::Error> {
        let mut tokens = Vec::new();
        let mut deserializer = serde_json::Deserializer::from_str(body);
        let reader = Reader { body, seen };
        Envelope { list_key, reader, tokens: &mut tokens }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(tokens)
    }

    /// Reads one token from `body`, whose whole it is.
    pub fn read(body: &Body, seen: Time) -> Result<Self, serde_json::Error> {
        Reader { body, seen }.deserialize(&mut serde_json::Deserializer::from_str(body))
    }

    /// Returns the id, 64 hex digits on a real workspace.
    pub fn token_id(&self) -> &str {
        self.0.fields.token_id.text(&self.0.body)
    }

    /// Returns the comment, empty if there is none.
    pub fn comment(&self) -> &str {
        self.0.fields.comment.text(&self.0.body)
    }

    /// Returns the creation in epoch milliseconds, as the API does.
    pub fn creation_time(&self) -> i64 {
        self.0.fields.creation_time
    }

    /// Returns the expiry in epoch milliseconds, or `NO_EXPIRY`, as the API does.
    pub fn expiry_time(&self) -> i64 {
        self.0.fields.expiry_time
    }

    /// Returns the scopes, none where the workspace does not report them.
    pub fn scopes(&self) -> &[String] {
        &self.0.fields.scopes
    }

    /// Returns when the token was created.
    pub fn created(&self) -> Time {
        Time::from_ms(self.creation_time())
    }

    /// Returns when the token expires, `Time::NEVER` if it does not.
    pub fn expires(&self) -> Time {
        match self.expiry_time() {
            ..=0 => Time::NEVER,
            ms => Time::from_ms(ms),
        }
    }

    /// Returns how old the token was when it was listed.
    pub fn age(&self) -> Duration {
        self.0.seen.since(self.created())
    }

    /// Returns how long the token had left when it was listed; below zero if it had expired.
    pub fn expires_in(&self) -> Duration {
        self.expires().since(self.0.seen)
    }

    /// Returns the length of life given at birth.
    pub fn lifetime(&self) -> Duration {
        self.expires().since(self.created())
    }

    /// Returns whether the token had expired when it was listed.
    pub fn is_expired(&self) -> bool {
        self.expires() <= self.0.seen
    }

    /// Returns whether this is the credential in use.
    pub fn is_own(&self) -> bool {
        self.0.is_own
    }

    /// Marks this as the credential in use, before it is shared.
    pub fn mark_own(&mut self) {
        if let Some(record) = Arc::get_mut(&mut self.0) {
            record.is_own = true;
        }
    }

    /// Returns this token's JSON exactly as the server wrote it.
    pub fn raw(&self) -> &str {
        let body = &self.0.body[..];
        // Between the brace and the first key there can be only white space.
        let open = body[..self.0.start].rfind('{').unwrap_or(0);
        let mut values = serde_json::Deserializer::from_str(&body[open..]).into_iter::<&RawValue>();
        values.next().and_then(Result::ok).map_or("{}", RawValue::get)
    }

    /// Returns one field as the server sent it, whether or not this version knows it.
    pub fn field(&self, name: &str) -> Option<serde_json::Value> {
        let mut object: serde_json::Map<_, _> = serde_json::from_str(self.raw()).ok()?;
        object.swap_remove(name)
    }
}

/// Reads one token; its place is where its first key was borrowed from.
#[derive(Clone, Copy)]
struct Reader<'b> {
    body: &'b Body,
    seen: Time,
}

/// A text, borrowed from the body unless it holds an escape.
#[derive(Deserialize)]
struct Text<'b>(#[serde(borrow)] Cow<'b, str>);

impl Reader<'_> {
    /// Returns where in the body `text` stands, which only a borrowed one can tell.
    fn place(&self, text: &Text<'_>) -> Option<usize> {
        match &text.0 {
            Cow::Borrowed(text) => {
                (text.as_ptr() as usize).checked_sub(self.body.as_ptr() as usize)
            }
            Cow::Owned(_) => None,
        }
    }

    fn piece(&self, text: Text<'_>) -> Piece {
        let stretch = self.place(&text).and_then(|start| {
            Some(u32::try_from(start).ok()?..u32::try_from(start + text.0.len()).ok()?)
        });
        stretch.map_or_else(|| Piece::Copy(text.0.into()), Piece::Stretch)
    }
}

impl<'b> DeserializeSeed<'b> for Reader<'b> {
    type Value = Token;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Token, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'b> Visitor<'b> for Reader<'b> {
    type Value = Token;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a token")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Token, A::Error> {
        let mut fields = Fields { expiry_time: NO_EXPIRY, ..Fields::default() };
        let (mut start, mut created) = (None, None);
        while let Some(key) = map.next_key::<Text<'b>>()? {
            if start.is_none() {
                start = Some(
                    self.place(&key).ok_or_else(|| de::Error::custom("a key with an escape"))?,
                );
            }
            match &*key.0 {
                "token_id" => fields.token_id = self.piece(map.next_value()?),
                "comment" => {
                    fields.comment = map
                        .next_value::<Option<_>>()?
                        .map_or_else(Piece::default, |text| self.piece(text));
                }
                "creation_time" => created = Some(map.next_value::<Millis>()?.0),
                "expiry_time" => fields.expiry_time = map.next_value::<Millis>()?.0,
                "scopes" => fields.scopes = map.next_value::<Option<_>>()?.unwrap_or_default(),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if fields.token_id.is_empty() {
            return Err(de::Error::missing_field("token_id"));
        }
        // Without it a token would look as old as 1970, and a clean-up by age would take it.
        fields.creation_time = created.ok_or_else(|| de::Error::missing_field("creation_time"))?;
        Ok(Token(Arc::new(Record {
            body: Arc::clone(self.body),
            start: start.unwrap_or(0),
            seen: self.seen,
            is_own: false,
            fields,
        })))
    }
}

/// Reads the object around a list of tokens.
struct Envelope<'b, 't> {
    list_key: &'static str,
    reader: Reader<'b>,
    tokens: &'t mut Vec<Token>,
}

impl<'b> DeserializeSeed<'b> for Envelope<'b, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'b> Visitor<'b> for Envelope<'b, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object with `{}`", self.list_key)
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            if key == self.list_key {
                map.next_value_seed(List { reader: self.reader, tokens: &mut *self.tokens })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct List<'b, 't> {
    reader: Reader<'b>,
    tokens: &'t mut Vec<Token>,
}

impl<'b> DeserializeSeed<'b> for List<'b, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'b> Visitor<'b> for List<'b, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of tokens")
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut sequence: A) -> Result<(), A::Error> {
        while let Some(token) = sequence.next_element_seed(self.reader)? {
            self.tokens.push(token);
        }
        Ok(())
    }
}

/// An int64, which the API writes as a number or as a decimal string.
struct Millis(i64);

impl<'de> de::Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MillisVisitor)
    }
}

struct MillisVisitor;

impl Visitor<'_> for MillisVisitor {
    type Value = Millis;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("milliseconds")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Millis, E> {
        Ok(Millis(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Millis, E> {
        i64::try_from(value).map(Millis).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Millis, E> {
        value.parse().map(Millis).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: Time = Time::from_ms(1_000_000);

    fn list(body: &str) -> Result<Vec<Token>, serde_json::Error> {
        Token::read_list(&Arc::new(body.to_owned()), "token_infos", SEEN)
    }

    #[test]
    fn each_token_keeps_its_own_json_as_sent() {
        let first = r#"{"token_id": "a", "creation_time": "5", "comment": "Zo\u00eb {x}", "expiry_time":"2000000"}"#;
        let second = "{ \"new\":{\"deep\":[1,{}]},\n \"token_id\":\"b\",\"creation_time\":5,\"expiry_time\":-1}";
        let tokens = list(&format!(r#"{{"more":1,"token_infos":[{first} , {second}]}}"#)).unwrap();
        assert_eq!(tokens.iter().map(Token::raw).collect::<Vec<_>>(), [first, second]);
        assert_eq!(tokens[0].comment(), "Zoë {x}");
        assert_eq!(tokens[0].expires_in(), Duration::from_ms(1_000_000));
        assert!(tokens[1].expires().is_never() && !tokens[1].is_expired());
        assert_eq!(tokens[1].field("new").unwrap()["deep"][0], 1);
        assert_eq!(tokens[1].field("absent"), None);
    }

    #[test]
    fn an_empty_list_and_none_are_the_same_but_garbage_is_not() {
        assert!(list("{}").unwrap().is_empty());
        assert!(list(r#"{"token_infos":[]}"#).unwrap().is_empty());
        for bad in ["", "[]", r#"{"token_infos":[{}]}"#, r#"{"token_infos":{}}"#, "{} x"] {
            assert!(list(bad).is_err(), "{bad}");
        }
        let undated = list(r#"{"token_infos":[{"token_id":"a"}]}"#).unwrap_err();
        assert!(undated.to_string().starts_with("missing field `creation_time`"), "{undated}");
    }
}
