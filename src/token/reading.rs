//! Reads tokens from the body of an answer, in one pass; texts without escapes stay where they stand.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{NO_EXPIRY, Piece, Record};

/// Reads all tokens below `list_key` of `body`; no key means no tokens.
pub fn list(body: &str, list_key: &'static str) -> Result<Vec<Record>, serde_json::Error> {
    let mut records = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let reader = Reader { body };
    Envelope { list_key, reader, records: &mut records }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(records)
}

/// Reads the one token that `body` begins with.
pub fn one(body: &str) -> Result<Record, serde_json::Error> {
    Reader { body }.deserialize(&mut serde_json::Deserializer::from_str(body))
}

/// Reads one token; its place is where its first key was borrowed from.
#[derive(Clone, Copy)]
struct Reader<'b> {
    body: &'b str,
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
    type Value = Record;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Record, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'b> Visitor<'b> for Reader<'b> {
    type Value = Record;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a token")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Record, A::Error> {
        let mut record = Record {
            start: 0,
            token_id: Piece::default(),
            comment: Piece::default(),
            creation_time: 0,
            expiry_time: NO_EXPIRY,
            scopes: Box::default(),
        };
        let (mut start, mut created) = (None, None);
        while let Some(key) = map.next_key::<Text<'b>>()? {
            if start.is_none() {
                start = Some(
                    self.place(&key).ok_or_else(|| de::Error::custom("a key with an escape"))?,
                );
            }
            match &*key.0 {
                "token_id" => record.token_id = self.piece(map.next_value()?),
                "comment" => {
                    record.comment = map
                        .next_value::<Option<_>>()?
                        .map_or_else(Piece::default, |text| self.piece(text));
                }
                "creation_time" => created = Some(map.next_value::<Millis>()?.0),
                "expiry_time" => record.expiry_time = map.next_value::<Millis>()?.0,
                "scopes" => record.scopes = map.next_value::<Option<_>>()?.unwrap_or_default(),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if record.token_id.is_empty() {
            return Err(de::Error::missing_field("token_id"));
        }
        // Without it a token would look as old as 1970, and a clean-up by age would take it.
        record.creation_time = created.ok_or_else(|| de::Error::missing_field("creation_time"))?;
        record.start = u32::try_from(start.unwrap_or(0)).map_err(de::Error::custom)?;
        Ok(record)
    }
}

/// Reads the object around a list of tokens.
struct Envelope<'b, 't> {
    list_key: &'static str,
    reader: Reader<'b>,
    records: &'t mut Vec<Record>,
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
                map.next_value_seed(List { reader: self.reader, records: &mut *self.records })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct List<'b, 't> {
    reader: Reader<'b>,
    records: &'t mut Vec<Record>,
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
        while let Some(record) = sequence.next_element_seed(self.reader)? {
            self.records.push(record);
        }
        Ok(())
    }
}

/// An int64, which the API writes as a number or as a decimal string.
pub struct Millis(pub i64);

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
