//! A token's record as the API sends it, and the body it stands in.
//!
//! A list is parsed once: each token keeps its usual fields and where its JSON begins in the body they all share, so
//! that unknown fields and the server's own spelling are there without a copy. How records are fetched is `api`'s.

mod management;
mod reading;

use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;

use self::reading::Millis;
use crate::clock::{Duration, Time};

/// What the API calls a token that never expires.
pub const NO_EXPIRY: i64 = -1;

/// An answer's body, shared by all that is read from it.
pub type Body = Arc<String>;

/// A token's record; cheap to clone.
#[derive(Clone, Debug)]
pub struct Token {
    records: Arc<Records>,
    index: u32,
    is_own: bool,
}

/// What came in one answer: the records of all its tokens, in one place, as there can be very many.
#[derive(Debug)]
struct Records {
    body: Body,
    /// When the workspace said so: its `Date`.
    seen: Time,
    all: Vec<Record>,
}

/// The fields every token has, and where its JSON stands.
#[derive(Debug)]
struct Record {
    /// Where this token's first key begins in the body.
    start: u32,
    token_id: Piece,
    comment: Piece,
    creation_time: i64,
    expiry_time: i64,
    scopes: Box<[String]>,
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
        Ok(Self::all_of(reading::list(body, list_key)?, body, seen))
    }

    /// Reads one token from `body`, whose whole it is.
    pub fn read(body: &Body, seen: Time) -> Result<Self, serde_json::Error> {
        let records = Records { body: Arc::clone(body), seen, all: vec![reading::one(body)?] };
        Ok(Self { records: Arc::new(records), index: 0, is_own: false })
    }

    fn all_of(all: Vec<Record>, body: &Body, seen: Time) -> Vec<Self> {
        let indices = (0..).take(all.len());
        let records = Arc::new(Records { body: Arc::clone(body), seen, all });
        indices.map(|index| Self { records: Arc::clone(&records), index, is_own: false }).collect()
    }

    fn record(&self) -> &Record {
        &self.records.all[self.index as usize]
    }

    fn body(&self) -> &str {
        &self.records.body
    }

    fn seen(&self) -> Time {
        self.records.seen
    }

    /// Returns the id, 64 hex digits on a real workspace.
    pub fn token_id(&self) -> &str {
        self.record().token_id.text(self.body())
    }

    /// Returns the comment, empty if there is none.
    pub fn comment(&self) -> &str {
        self.record().comment.text(self.body())
    }

    /// Returns the creation in epoch milliseconds, as the API does.
    pub fn creation_time(&self) -> i64 {
        self.record().creation_time
    }

    /// Returns the expiry in epoch milliseconds, or `NO_EXPIRY`, as the API does.
    pub fn expiry_time(&self) -> i64 {
        self.record().expiry_time
    }

    /// Returns the scopes, none where the workspace does not report them.
    pub fn scopes(&self) -> &[String] {
        &self.record().scopes
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
        self.seen().since(self.created())
    }

    /// Returns how long the token had left when it was listed; below zero if it had expired.
    pub fn expires_in(&self) -> Duration {
        self.expires().since(self.seen())
    }

    /// Returns the length of life given at birth.
    pub fn lifetime(&self) -> Duration {
        self.expires().since(self.created())
    }

    /// Returns whether the token had expired when it was listed.
    pub fn is_expired(&self) -> bool {
        self.expires() <= self.seen()
    }

    /// Returns whether this is the credential in use.
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// Marks this as the credential in use.
    pub fn mark_own(&mut self) {
        self.is_own = true;
    }

    /// Returns this token's JSON exactly as the server wrote it.
    pub fn raw(&self) -> &str {
        let body = self.body();
        // Between the brace and the first key there can be only white space.
        let open = body[..self.record().start as usize].rfind('{').unwrap_or(0);
        let mut values = serde_json::Deserializer::from_str(&body[open..]).into_iter::<&RawValue>();
        values.next().and_then(Result::ok).map_or("{}", RawValue::get)
    }

    /// Returns one field as the server sent it, whether or not this version knows it.
    pub fn field(&self, name: &str) -> Option<serde_json::Value> {
        let mut object: serde_json::Map<_, _> = serde_json::from_str(self.raw()).ok()?;
        object.swap_remove(name)
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
