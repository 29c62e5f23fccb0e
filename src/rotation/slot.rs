//! A slot's name, and the stamp that its tokens bear at the end of their comments.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, RotationTrouble};

/// The longest comment that a workspace takes, in characters.
const LONGEST_COMMENT: usize = 255;

/// What every stamp begins with.
const PREFIX: &str = "patroll:";

/// A longer name would leave a comment no room.
const LONGEST_NAME: usize = 40;

/// The name of one rotated credential: 1 to 40 of `a-z`, `0-9`, `.`, `_`, `-`, and no path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Slot(String);

impl Slot {
    /// Takes a name, unless it is none.
    pub fn parse(name: &str) -> Result<Self, Error> {
        let is_known = |letter: u8| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || b"._-".contains(&letter)
        };
        let is_name = (1..=LONGEST_NAME).contains(&name.len())
            && name.bytes().all(is_known)
            && !name.starts_with('.');
        if is_name {
            return Ok(Self(name.to_owned()));
        }
        let trouble = Box::new(RotationTrouble::Name { name: name.to_owned() });
        Err(Error::Rotation { slot: name.to_owned(), trouble })
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says that the trouble is this slot's.
    pub fn error(&self, trouble: RotationTrouble) -> Error {
        Error::Rotation { slot: self.0.clone(), trouble: Box::new(trouble) }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).map_err(serde::de::Error::custom)
    }
}

/// A rotation's mark on the token that it makes: `patroll:SLOT:NONCE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp(String);

impl Stamp {
    /// Makes one that no other rotation has.
    pub fn new(slot: &Slot) -> Self {
        Self(format!("{PREFIX}{slot}:{:016x}", fastrand::u64(..)))
    }

    /// Reads the stamp at the end of a comment.
    pub fn of(comment: &str) -> Option<Self> {
        Self::split(comment).1
    }

    /// Returns the slot that wrote it.
    pub fn slot(&self) -> &str {
        self.0[PREFIX.len()..].split(':').next().unwrap_or_default()
    }

    /// Returns a comment's own text without the stamps of rotations.
    pub fn strip(comment: &str) -> &str {
        let mut text = comment;
        while let (rest, Some(_)) = Self::split(text) {
            text = rest;
        }
        text
    }

    /// Returns the comment of a token that bears this stamp: the text, cut if need be, and the stamp.
    pub fn sign(&self, text: &str) -> String {
        let text = Self::strip(text);
        let room = LONGEST_COMMENT.saturating_sub(self.0.chars().count() + 1);
        let cut: String = text.chars().take(room).collect();
        let cut = cut.trim_end();
        if cut.is_empty() { self.0.clone() } else { format!("{cut} {}", self.0) }
    }

    fn split(comment: &str) -> (&str, Option<Self>) {
        let start =
            comment.rfind(PREFIX).filter(|start| *start == 0 || comment[..*start].ends_with(' '));
        let Some(start) = start else { return (comment, None) };
        let mut parts = comment[start + PREFIX.len()..].split(':');
        let is_stamp = parts.next().is_some_and(|slot| Slot::parse(slot).is_ok())
            && parts.next().is_some_and(|nonce| {
                nonce.len() == 16 && nonce.bytes().all(|digit| digit.is_ascii_hexdigit())
            })
            && parts.next().is_none();
        if !is_stamp {
            return (comment, None);
        }
        (comment[..start].trim_end(), Some(Self(comment[start..].to_owned())))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_has_a_plain_name() {
        for good in ["a", "ci-deploy", "x.y_z-0", &"a".repeat(40)] {
            assert!(Slot::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "..", ".a", "a/b", "A", "a b", "ä", "a:b", &"a".repeat(41)] {
            assert!(Slot::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_stamp_stands_behind_the_users_own_text_and_replaces_older_ones() {
        let slot = Slot::parse("ci").unwrap();
        let (old, new) = (Stamp::new(&slot), Stamp::new(&slot));
        assert_ne!(old, new);
        let comment = new.sign(&old.sign("deploy  "));
        assert_eq!(comment, format!("deploy {new}"));
        assert_eq!(Stamp::of(&comment), Some(new.clone()));
        assert_eq!(new.slot(), "ci");
        assert_eq!(Stamp::strip(&comment), "deploy");
        assert_eq!(new.sign(""), new.to_string());
        assert_eq!(Stamp::of(&new.to_string()), Some(new));
    }

    #[test]
    fn a_long_comment_is_cut_between_characters() {
        let stamp = Stamp::new(&Slot::parse("ci").unwrap());
        let comment = stamp.sign(&"é".repeat(300));
        assert_eq!(comment.chars().count(), 255);
        assert_eq!(Stamp::of(&comment), Some(stamp));
    }

    #[test]
    fn what_only_looks_like_a_stamp_is_text() {
        for text in [
            "see patroll:ci:0123",
            "patroll:ci:0123456789abcdef:more",
            "xpatroll:ci:0123456789abcdef",
            "patroll:A:0123456789abcdef",
        ] {
            assert_eq!(Stamp::of(text), None, "{text}");
            assert_eq!(Stamp::strip(text), text);
        }
    }
}
