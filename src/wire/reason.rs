//! Why there is no complete reply, from the HTTP client's error: in words, and whether trying again can help.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;

use ureq::{Error, Timeout};

use super::certificate;
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

/// What stood in the way.
pub enum Obstacle {
    /// The network, or whoever answered.
    Network { reason: String, cure: &'static str },
    /// A certificate.
    Certificate { reason: String, cure: &'static str },
    /// A proxy.
    Proxy { reason: String },
}

impl Obstacle {
    /// Returns it in words.
    pub fn reason(&self) -> &str {
        match self {
            Self::Network { reason, .. }
            | Self::Certificate { reason, .. }
            | Self::Proxy { reason } => reason,
        }
    }
}

/// Names what stood in the way.
pub fn name(error: &Error) -> Obstacle {
    if let Some((reason, cure)) = certificate::explain(error) {
        return Obstacle::Certificate { reason, cure };
    }
    if let Error::ConnectProxyFailed(reason) = error {
        return Obstacle::Proxy { reason: explain_proxy(reason) };
    }
    Obstacle::Network { reason: explain(error), cure: cure(error) }
}

/// Returns what to do about an error of the network.
fn cure(error: &Error) -> &'static str {
    const OFFLINE: &str = "is this machine online? Nothing was changed";
    match error {
        Error::Io(error) if is_lookup_failing(error) => OFFLINE,
        Error::Io(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown
            ) =>
        {
            OFFLINE
        }
        Error::Io(error) if is_lookup(error) => {
            "check the host's spelling; a workspace on a private link is known only inside its network"
        }
        Error::HostNotFound => {
            "check the host's spelling; a workspace on a private link is known only inside its network"
        }
        _ => "check the host's name, the network and the proxy; nothing was changed",
    }
}

fn explain_proxy(reason: &str) -> String {
    let status = reason.rsplit('/').next().and_then(|text| text.parse::<u16>().ok());
    match status {
        Some(407) => "it wants a user name and a password, or others than these (407)".to_owned(),
        Some(403) => "it forbids this host (403)".to_owned(),
        Some(status) => format!("it answered {status}"),
        None => "it did not answer as a proxy does".to_owned(),
    }
}

/// Judges `error`.
pub fn judge(error: &Error) -> Prospect {
    match error {
        Error::Io(error) => judge_io(error),
        Error::ConnectProxyFailed(reason)
            if reason.ends_with("/407") || reason.ends_with("/403") =>
        {
            Prospect::Hopeless
        }
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

/// Returns whether names cannot be looked up at all, rather than this one not being known.
fn is_lookup_failing(error: &io::Error) -> bool {
    is_lookup(error) && error.to_string().contains("Temporary failure")
}

/// Returns in words why there is no complete reply.
fn explain(error: &Error) -> String {
    match error {
        Error::Io(error) if is_lookup_failing(error) => "names cannot be looked up".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_not_to_get_there_has_its_words_and_its_cure() {
        let lookup =
            |reason| io::Error::other(format!("failed to lookup address information: {reason}"));
        let kind = |kind: io::ErrorKind| Error::Io(kind.into());
        let cases = [
            (
                Error::Io(lookup("Temporary failure in name resolution")),
                "names cannot be looked up",
                "is this machine online",
            ),
            (
                kind(io::ErrorKind::NetworkUnreachable),
                "network unreachable",
                "is this machine online",
            ),
            (kind(io::ErrorKind::NetworkDown), "network down", "is this machine online"),
            (
                Error::Io(lookup("Name or service not known")),
                "its name is not known",
                "check the host's spelling",
            ),
            (Error::HostNotFound, "its name is not known", "check the host's spelling"),
            (kind(io::ErrorKind::ConnectionRefused), "connection refused", "check the host's name"),
            (
                Error::Timeout(Timeout::Connect),
                "no connection came about in time",
                "check the host's name",
            ),
            (
                Error::Timeout(Timeout::Resolve),
                "looking up its name took too long",
                "check the host's name",
            ),
            (
                kind(io::ErrorKind::ConnectionReset),
                "the connection was closed before the whole answer was there",
                "check the host's name",
            ),
        ];
        for (error, words, advice) in cases {
            let Obstacle::Network { reason, cure } = name(&error) else { panic!("{error:?}") };
            assert_eq!(reason, words);
            assert!(cure.starts_with(advice), "{words}: {cure}");
        }
    }
}
