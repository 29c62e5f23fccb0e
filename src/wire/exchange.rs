//! One request and its reply over HTTP, whatever the reply is; what to make of it is `trouble`'s.

use std::fmt::Write as _;
use std::io::{Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{HeaderMap, HeaderValue, Response, header};
use ureq::{Agent, Body, SendBody};

use super::Repeat;
use super::line::Seat;
use super::reason::{self, Prospect};
use super::request::Request;
use super::sent::{Probe, stayed};
use super::signature::Signature;
use crate::host::Host;

/// A `Content-Length` beyond this is not believed before the bytes are there.
const LARGEST_RESERVE: u64 = 32 << 20;

/// A complete reply.
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// No complete reply.
pub struct Loss {
    pub error: ureq::Error,
    /// Whether any of the request's body may have left; never for a request without one.
    pub is_sent: bool,
}

impl Reply {
    /// Returns a header as text, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Sends `request` and reads the whole reply.
pub fn send(
    seat: &Seat,
    host: &Host,
    automation: Option<&str>,
    signature: &Signature,
    request: &Request,
    repeat: Repeat,
) -> Result<Reply, Loss> {
    let body = match &request.body {
        Some(body) if request.is_effect => {
            SendBody::from_owned_reader(Probe::new(Arc::clone(body), seat.departure()))
        }
        Some(body) => SendBody::from_owned_reader(Cursor::new(Arc::clone(body))),
        None if request.is_effect && !seat.departure().leave() => {
            return Err(Loss { error: stayed().into(), is_sent: false });
        }
        None => SendBody::none(),
    };
    let agent = seat.agent();
    let received = run(agent, host, automation, signature, request, repeat, body)
        .and_then(|response| receive(response, request.longest_answer()));
    received.map_err(|error| {
        // Without a body nothing tells when it leaves, but it does not before there is a connection.
        let can_leave = request.body.is_some() || reason::judge(&error) == Prospect::Broken;
        Loss { is_sent: seat.has_departed() && can_leave, error }
    })
}

fn run(
    agent: &Agent,
    host: &Host,
    automation: Option<&str>,
    signature: &Signature,
    request: &Request,
    repeat: Repeat,
    body: SendBody<'static>,
) -> Result<Response<Body>, ureq::Error> {
    let mut head = ureq::http::Request::builder()
        .method(request.method.clone())
        .uri(format!("{host}{}", request.path))
        .header(header::USER_AGENT, user_agent(signature.method, automation));
    for (name, value) in &signature.headers {
        let mut value = HeaderValue::from_str(value.expose()).map_err(ureq::http::Error::from)?;
        value.set_sensitive(true);
        head = head.header(name.as_ref(), value);
    }
    if let Some(body) = &request.body {
        head = head
            .header(header::CONTENT_TYPE, request.media_type)
            .header(header::CONTENT_LENGTH, body.len());
    }
    let message = head.body(body)?;
    match repeat {
        Repeat::Always => agent.run(message),
        // A kept connection may be closed by the server just as the request leaves, which looks like a lost answer.
        Repeat::UnlessSent | Repeat::Never => {
            agent.run(agent.configure_request(message).max_idle_age(Duration::ZERO).build())
        }
    }
}

/// Builds the header in the field's form: product, system, way to sign in, automation.
fn user_agent(method: &str, automation: Option<&str>) -> String {
    let product = concat!("patroll/", env!("CARGO_PKG_VERSION"));
    let mut text = format!("{product} os/{}", std::env::consts::OS);
    for (key, value) in [("auth", Some(method)), ("cicd", automation)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            // Writing to a String cannot fail.
            let _ = write!(text, " {key}/{value}");
        }
    }
    text
}

fn receive(response: Response<Body>, longest: u64) -> Result<Reply, ureq::Error> {
    let (head, mut body) = response.into_parts();
    let length = body.content_length().unwrap_or(0).min(LARGEST_RESERVE);
    let mut reader = body.with_config().limit(longest).reader();
    let bytes = read_all(&mut reader, usize::try_from(length).unwrap_or(0))?;
    Ok(Reply { status: head.status.as_u16(), headers: head.headers, body: bytes })
}

/// Reads to the end, into memory that comes zeroed from the system if `length` was told rightly: a long list is written
/// there once.
fn read_all(reader: &mut impl Read, length: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        match reader.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    reader.read_to_end(&mut bytes)?;
    Ok(bytes)
}
