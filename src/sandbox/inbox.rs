//! Reads requests from a connection, bounding what a hostile or broken client can cost. What is
//! inside a request is not looked at beyond where it ends.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::request::{Framing, Head, Refusal, Request};

/// The longest request head.
const MAX_HEAD: usize = 64 * 1024;
/// The longest body, after any chunking is undone.
const MAX_BODY: usize = 10 * 1024 * 1024;
/// The longest line that announces a chunk.
const MAX_CHUNK_LINE: usize = 4 * 1024;
/// How much is read at a time.
const PIECE: usize = 16 * 1024;

/// The receiving side of a connection.
pub(super) struct Inbox<'a> {
    stream: &'a TcpStream,
    patience: Duration,
    deadline: Instant,
    buffer: Vec<u8>,
}

impl<'a> Inbox<'a> {
    /// Makes the receiving side of a connection on which each request may take `patience` to
    /// arrive.
    pub(super) fn new(stream: &'a TcpStream, patience: Duration) -> Self {
        Self { stream, patience, deadline: Instant::now(), buffer: Vec::new() }
    }

    /// Reads the next request.
    pub(super) fn receive(&mut self) -> Result<Request, Refusal> {
        self.await_first_byte()?;
        let head = self.receive_head()?;
        let framing = head.framing()?;
        if let Framing::Length(length) = framing
            && length > MAX_BODY as u64
        {
            return Err(Refusal::LongBody);
        }
        if head.expects_continue()? && framing != Framing::Length(0) && self.buffer.is_empty() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").map_err(|_| Refusal::Gone)?;
        }
        let body = match framing {
            Framing::Length(length) => {
                self.take(usize::try_from(length).map_err(|_| Refusal::LongBody)?)?
            }
            Framing::Chunked => self.receive_chunks()?,
        };
        Ok(Request { head, body })
    }

    /// Reads and forgets what the peer still sends, so that closing does not destroy an answer on
    /// its way.
    pub(super) fn drain(&mut self) {
        self.deadline = Instant::now() + self.patience.min(Duration::from_secs(2));
        let mut left = 4 * MAX_BODY;
        while left > 0 {
            self.buffer.clear();
            match self.fill() {
                Ok(count) if count > 0 => left = left.saturating_sub(count),
                _ => return,
            }
        }
    }

    /// Waits until the peer leaves or the connection is cut from our side.
    pub(super) fn await_end(&mut self) {
        let mut sink = [0; 1024];
        if self.stream.set_read_timeout(None).is_ok() {
            while matches!(self.stream.read(&mut sink), Ok(count) if count > 0) {}
        }
    }

    fn await_first_byte(&mut self) -> Result<(), Refusal> {
        self.deadline = Instant::now() + self.patience;
        if self.buffer.is_empty() {
            match self.fill() {
                Ok(count) if count > 0 => self.deadline = Instant::now() + self.patience,
                _ => return Err(Refusal::Gone),
            }
        }
        Ok(())
    }

    fn receive_head(&mut self) -> Result<Head, Refusal> {
        loop {
            let parsed = Head::parse(&self.buffer)?;
            let length = parsed.as_ref().map_or(self.buffer.len(), |(_, length)| *length);
            if length > MAX_HEAD {
                return Err(Refusal::LongHead);
            }
            if let Some((head, length)) = parsed {
                self.buffer.drain(..length);
                return Ok(head);
            }
            self.fill_or_refuse()?;
        }
    }

    fn receive_chunks(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut body = Vec::new();
        loop {
            let size = self.receive_chunk_size()?;
            if size > (MAX_BODY - body.len()) as u64 {
                return Err(Refusal::LongBody);
            }
            if size == 0 {
                self.receive_trailers()?;
                return Ok(body);
            }
            body.extend(self.take(usize::try_from(size).map_err(|_| Refusal::LongBody)?)?);
            if self.take(2)? != b"\r\n" {
                return Err(Refusal::Bad("a chunk is longer than it says"));
            }
        }
    }

    fn receive_chunk_size(&mut self) -> Result<u64, Refusal> {
        loop {
            match httparse::parse_chunk_size(&self.buffer) {
                Ok(httparse::Status::Complete((length, size))) => {
                    self.buffer.drain(..length);
                    return Ok(size);
                }
                Ok(httparse::Status::Partial) if self.buffer.len() < MAX_CHUNK_LINE => {
                    self.fill_or_refuse()?;
                }
                _ => return Err(Refusal::Bad("a chunk does not say its size")),
            }
        }
    }

    /// Skips the fields after the last chunk, up to the empty line.
    fn receive_trailers(&mut self) -> Result<(), Refusal> {
        let mut skipped = 0;
        loop {
            let line = self.take_line()?;
            skipped += line;
            if line == 2 {
                return Ok(());
            }
            if skipped > MAX_HEAD {
                return Err(Refusal::LongHead);
            }
        }
    }

    fn take_line(&mut self) -> Result<usize, Refusal> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                self.buffer.drain(..end + 2);
                return Ok(end + 2);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(Refusal::LongHead);
            }
            self.fill_or_refuse()?;
        }
    }

    fn take(&mut self, count: usize) -> Result<Vec<u8>, Refusal> {
        while self.buffer.len() < count {
            self.fill_or_refuse()?;
        }
        let rest = self.buffer.split_off(count);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn fill_or_refuse(&mut self) -> Result<(), Refusal> {
        match self.fill()? {
            0 => Err(Refusal::Bad("the request ends too early")),
            _ => Ok(()),
        }
    }

    fn fill(&mut self) -> Result<usize, Refusal> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || self.stream.set_read_timeout(Some(left)).is_err() {
            return Err(Refusal::Late);
        }
        let mut piece = [0; PIECE];
        loop {
            match self.stream.read(&mut piece) {
                Ok(count) => {
                    self.buffer.extend_from_slice(&piece[..count]);
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return Err(Refusal::Late);
                }
                Err(_) => return Err(Refusal::Gone),
            }
        }
    }
}
