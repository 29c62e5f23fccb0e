//! One HTTP request as the rest of the sandbox sees it, made from a parsed head. Reading it from a
//! connection is `inbox`.

use std::fmt;

use super::percent;

/// The most header fields a request may have.
const MAX_FIELDS: usize = 100;

/// A whole request.
pub(super) struct Request {
    /// What comes before the body.
    pub(super) head: Head,
    /// The body, with any chunking undone.
    pub(super) body: Vec<u8>,
}

/// The head of a request.
pub(super) struct Head {
    /// The method, as sent.
    pub(super) method: String,
    /// The path, percent-decoded.
    pub(super) path: String,
    /// The query's pairs, decoded, in the order sent.
    pub(super) query: Vec<(String, String)>,
    /// The authority the client believes it is talking to: the target's in absolute form, else the
    /// `Host` field.
    pub(super) host: String,
    /// Whether the client speaks HTTP/1.0.
    pub(super) is_old: bool,
    fields: Vec<(String, String)>,
}

/// Why a request cannot be answered as one.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The peer is gone, or idle for too long: nobody waits for an answer.
    Gone,
    /// The request breaks HTTP's rules.
    Bad(&'static str),
    /// It took too long to arrive.
    Late,
    /// The body is too long.
    LongBody,
    /// The head is too long.
    LongHead,
    /// It expects something other than `100-continue`.
    Expectation,
    /// It uses a part of HTTP that is not spoken here.
    Unsupported,
}

impl Refusal {
    /// Gives the status to refuse with.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Gone | Self::Bad(_) => 400,
            Self::Late => 408,
            Self::LongBody => 413,
            Self::Expectation => 417,
            Self::LongHead => 431,
            Self::Unsupported => 501,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gone => "the peer is gone",
            Self::Bad(reason) => reason,
            Self::Late => "the request took too long to arrive",
            Self::LongBody => "the request body is larger than 10 MiB",
            Self::LongHead => "the request head is larger than 64 KiB or has more than 100 fields",
            Self::Expectation => "only 100-continue can be expected",
            Self::Unsupported => "the transfer coding is not supported",
        })
    }
}

/// How the end of a request's body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// By counting this many bytes.
    Length(u64),
    /// By the chunk of size 0.
    Chunked,
}

impl Head {
    /// Parses a head at the start of `bytes`, giving it and its length, or nothing if more bytes
    /// are needed.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, Refusal> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut parsed = httparse::Request::new(&mut fields);
        let length = match parsed.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(httparse::Error::TooManyHeaders) => return Err(Refusal::LongHead),
            Err(httparse::Error::Version) => {
                return Err(Refusal::Bad("only HTTP/1.0 and HTTP/1.1 are spoken here"));
            }
            Err(_) => return Err(Refusal::Bad("the request head is malformed")),
        };
        let fields = parsed
            .headers
            .iter()
            .map(|field| {
                (
                    field.name.to_ascii_lowercase(),
                    String::from_utf8_lossy(field.value).trim().to_owned(),
                )
            })
            .collect();
        let target = parsed.path.unwrap_or_default();
        let head = Self::new(
            parsed.method.unwrap_or_default(),
            target,
            parsed.version == Some(0),
            fields,
        )?;
        Ok(Some((head, length)))
    }

    fn new(
        method: &str,
        target: &str,
        is_old: bool,
        fields: Vec<(String, String)>,
    ) -> Result<Self, Refusal> {
        let (authority, local) = split_target(target)?;
        let (path, query) = local.split_once('?').unwrap_or((local, ""));
        let mut head = Self {
            method: method.to_owned(),
            path: percent::decode(path)
                .ok_or(Refusal::Bad("the path is not percent-encoded UTF-8"))?,
            query: percent::pairs(query)
                .ok_or(Refusal::Bad("the query is not percent-encoded UTF-8"))?,
            host: String::new(),
            is_old,
            fields,
        };
        let mut hosts = head.all("host");
        let host = hosts.next();
        if hosts.next().is_some() || (host.is_none() && !is_old) {
            return Err(Refusal::Bad("a request names its host once"));
        }
        let host = authority.or(host).unwrap_or("127.0.0.1").to_owned();
        drop(hosts);
        head.host = host;
        Ok(head)
    }

    /// Gives the first field of a name, which is to be in lower case.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Gives a query parameter's value.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Tells whether the client wants to send another request on this connection.
    pub(super) fn is_keep_alive(&self) -> bool {
        let says = |word: &str| {
            self.all("connection")
                .flat_map(|value| value.split(','))
                .any(|said| said.trim().eq_ignore_ascii_case(word))
        };
        if self.is_old { says("keep-alive") } else { !says("close") }
    }

    /// Tells how long the body is, refusing a request that says it in two ways.
    pub(super) fn framing(&self) -> Result<Framing, Refusal> {
        let mut lengths = self.all("content-length");
        let length = lengths.next();
        if lengths.next().is_some() {
            return Err(Refusal::Bad("the body's length is given twice"));
        }
        let mut codings = self.all("transfer-encoding");
        match (codings.next(), codings.next(), length) {
            (None, _, None) => Ok(Framing::Length(0)),
            (None, _, Some(digits)) => parse_length(digits),
            (Some(_), _, Some(_)) => {
                Err(Refusal::Bad("the body has both a length and a transfer coding"))
            }
            (Some(_), _, None) if self.is_old => {
                Err(Refusal::Bad("HTTP/1.0 has no transfer codings"))
            }
            (Some(coding), None, None) if coding.eq_ignore_ascii_case("chunked") => {
                Ok(Framing::Chunked)
            }
            (Some(_), _, None) => Err(Refusal::Unsupported),
        }
    }

    /// Tells whether the client waits for a go-ahead before it sends the body.
    pub(super) fn expects_continue(&self) -> Result<bool, Refusal> {
        match self.field("expect") {
            None => Ok(false),
            Some(value) if value.eq_ignore_ascii_case("100-continue") => Ok(!self.is_old),
            Some(_) => Err(Refusal::Expectation),
        }
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Splits an absolute-form target into authority and the rest; an origin-form one is all rest.
fn split_target(target: &str) -> Result<(Option<&str>, &str), Refusal> {
    if target.starts_with('/') {
        return Ok((None, target));
    }
    let Some(rest) = strip_scheme(target) else {
        return Err(Refusal::Bad("the request target is neither a path nor an http URL"));
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, local) = rest.split_at(end);
    Ok((Some(authority), if local.is_empty() { "/" } else { local }))
}

fn strip_scheme(target: &str) -> Option<&str> {
    let (scheme, rest) = target.split_once("://")?;
    scheme.eq_ignore_ascii_case("http").then_some(rest)
}

fn parse_length(digits: &str) -> Result<Framing, Refusal> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Bad("the body's length is not a number"));
    }
    digits.parse().map(Framing::Length).map_err(|_| Refusal::LongBody)
}
