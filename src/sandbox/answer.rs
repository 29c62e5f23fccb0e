//! An HTTP answer and the ways it is written, whole or deliberately not.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;

use serde::Serialize;

/// Bodies up to this size are sent in one piece with the head; longer ones are not worth copying.
const ONE_PIECE: usize = 64 * 1024;

/// The length of a body that nobody should read to its end.
const ENDLESS: usize = 1 << 30;

/// What goes back to the client.
#[derive(Clone)]
pub(super) struct Answer {
    /// The status code.
    pub(super) status: u16,
    /// The media type of the body.
    pub(super) media_type: &'static str,
    /// Further header fields.
    pub(super) fields: Vec<(&'static str, String)>,
    /// The body.
    pub(super) body: Arc<Vec<u8>>,
}

/// How an answer leaves.
pub(super) struct Envelope {
    /// The instant of the `Date` field, as text.
    pub(super) date: String,
    /// Whether the connection stays open.
    pub(super) is_keep_alive: bool,
    /// Whether the answer is to a `HEAD` request, and goes without its body.
    pub(super) is_head_only: bool,
}

impl Answer {
    /// Makes a successful answer with a JSON body.
    pub(super) fn json(value: &impl Serialize) -> Self {
        // Plain data with text keys always serializes.
        Self::bytes(200, Arc::new(serde_json::to_vec(value).unwrap_or_default()))
    }

    /// Makes an answer with a body that is JSON already.
    pub(super) fn bytes(status: u16, body: Arc<Vec<u8>>) -> Self {
        Self { status, media_type: "application/json", fields: Vec::new(), body }
    }

    /// Makes the answer that says no more than that it worked.
    pub(super) fn done() -> Self {
        Self::bytes(200, Arc::new(b"{}".to_vec()))
    }

    /// Adds a header field.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Writes the whole answer.
    pub(super) fn send(&self, mut stream: &TcpStream, envelope: &Envelope) -> io::Result<()> {
        let mut head = self.head(envelope);
        if envelope.is_head_only {
            stream.write_all(&head)
        } else if self.body.len() <= ONE_PIECE {
            head.extend_from_slice(&self.body);
            stream.write_all(&head)
        } else {
            stream.write_all(&head)?;
            stream.write_all(&self.body)
        }
    }

    /// Writes the head, which promises the whole body, and only the first half of that.
    pub(super) fn send_half(&self, mut stream: &TcpStream, envelope: &Envelope) -> io::Result<()> {
        let mut bytes = self.head(envelope);
        bytes.extend_from_slice(&self.body[..self.body.len() / 2]);
        stream.write_all(&bytes)
    }

    /// Writes the body in up to `pieces`, calling `pause` before each.
    pub(super) fn send_slowly(
        &self,
        mut stream: &TcpStream,
        envelope: &Envelope,
        pieces: u8,
        pause: impl Fn(),
    ) -> io::Result<()> {
        stream.write_all(&self.head(envelope))?;
        for piece in self.body.chunks(self.body.len().div_ceil(pieces.max(1).into()).max(1)) {
            pause();
            stream.write_all(piece)?;
        }
        Ok(())
    }

    /// Writes a body of nothing but spaces, until whoever reads it has had enough or `ENDLESS` of them are there.
    pub(super) fn send_endlessly(
        &self,
        mut stream: &TcpStream,
        envelope: &Envelope,
    ) -> io::Result<()> {
        stream.write_all(&self.head_of(ENDLESS, envelope))?;
        let spaces = vec![b' '; ONE_PIECE];
        for _ in 0..ENDLESS / ONE_PIECE {
            stream.write_all(&spaces)?;
        }
        Ok(())
    }

    fn head(&self, envelope: &Envelope) -> Vec<u8> {
        self.head_of(self.body.len(), envelope)
    }

    fn head_of(&self, length: usize, envelope: &Envelope) -> Vec<u8> {
        let mut head = format!(
            "HTTP/1.1 {} {}\r\nDate: {}\r\nServer: patroll-sandbox\r\n\
             Content-Type: {}\r\nContent-Length: {}\r\n",
            self.status,
            reason(self.status),
            envelope.date,
            self.media_type,
            length,
        );
        for (name, value) in &self.fields {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str(if envelope.is_keep_alive {
            "Connection: keep-alive\r\n\r\n"
        } else {
            "Connection: close\r\n\r\n"
        });
        head.into_bytes()
    }
}

/// Gives the phrase that goes with a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        417 => "Expectation Failed",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}
