//! Why there is no complete reply, from the HTTP client's error: in words, and whether trying again can help.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;

use ureq::{Error, Timeout};

use crate::error::reason;

/// What an error says about the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// No connection came about: it will in a moment, or not for long.
    Unreached,
    /// A connection broke or took too long.
    Broken,
    /// It will be the same each time: a certificate, an address.
    Hopeless,
    /// Something answered, but not as HTTP does.
    Strange,
}

/// Judges `error`.
pub fn judge(error: &Error) -> Prospect {
    match error {
        Error::Io(error) => judge_io(error),
        Error::HostNotFound
        | Error::ConnectionFailed
        | Error::ConnectProxyFailed(_)
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => Prospect::Unreached,
        Error::Timeout(_) => Prospect::Broken,
        Error::Protocol(_)
        | Error::LargeResponseHeader(..)
        | Error::BodyExceedsLimit(_)
        | Error::Decompress(..) => Prospect::Strange,
        _ => Prospect::Hopeless,
    }
}

fn judge_io(error: &io::Error) -> Prospect {
    match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => Prospect::Unreached,
        // The TLS library's refusals come as this.
        io::ErrorKind::InvalidData => Prospect::Hopeless,
        _ if is_lookup(error) => Prospect::Unreached,
        _ => Prospect::Broken,
    }
}

/// Returns whether a name was not found, which the standard library has no kind for.
fn is_lookup(error: &io::Error) -> bool {
    error.to_string().starts_with("failed to lookup")
}

/// Returns in words why there is no complete reply.
pub fn explain(error: &Error) -> String {
    match error {
        Error::Io(error) if is_lookup(error) => "its name is not known".to_owned(),
        Error::Io(error) => explain_io(error),
        Error::HostNotFound => "its name is not known".to_owned(),
        Error::Timeout(timeout) => explain_timeout(*timeout).to_owned(),
        Error::BodyExceedsLimit(limit) => format!("more than {} MB", limit >> 20),
        Error::Protocol(_) | Error::LargeResponseHeader(..) => {
            "something that is not HTTP".to_owned()
        }
        other => other.to_string(),
    }
}

fn explain_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted => {
            "the connection was closed before the whole answer was there".to_owned()
        }
        _ => reason(error),
    }
}

fn explain_timeout(timeout: Timeout) -> &'static str {
    match timeout {
        Timeout::Resolve => "looking up its name took too long",
        Timeout::Connect => "no connection came about in time",
        Timeout::SendRequest | Timeout::SendBody | Timeout::PerWrite => {
            "the request could not be sent in time"
        }
        _ => "no whole answer came in time",
    }
}

/// Returns `error` with everything behind it, as `--debug` shows it.
pub fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = match error {
        Error::Io(error) => error.source(),
        other => other.source(),
    };
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
