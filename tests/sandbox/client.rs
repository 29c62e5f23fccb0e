//! A client that speaks raw HTTP/1.1, so that what is tested is what is on the wire.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use patroll::sandbox::{Options, Sandbox};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The instant of the seed's document, at which the sandboxes of these tests stand still.
pub const NOW: i64 = 1_621_287_738_473;

/// Long enough for any answer on any machine; it is only reached by a failing test.
const PATIENCE: Duration = Duration::from_secs(60);

/// Gives the options of a small workspace whose clock stands still.
pub fn small() -> Options {
    Options { tokens: 1, now: Some(NOW), ..Options::default() }
}

/// Starts a sandbox.
pub fn start(options: Options) -> Sandbox {
    Sandbox::start(options).unwrap()
}

/// An answer as it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// Gives the body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Gives a header field, by its name as written.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Shows status and body.
    pub fn show(&self) -> String {
        format!("{} {}", self.status, self.body)
    }
}

/// One connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to a sandbox's first workspace.
    pub fn open(sandbox: &Sandbox) -> Self {
        Self::open_to(&sandbox.workspaces()[0].host)
    }

    /// Connects to a workspace.
    pub fn open_to(host: &str) -> Self {
        let stream = TcpStream::connect(host.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, buffer: Vec::new() }
    }

    /// Sends bytes as they are. A peer that has hung up is no error: what it said before matters.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        drop(self.stream.write_all(bytes.as_ref()));
        self
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) -> &mut Self {
        drop(self.stream.shutdown(Shutdown::Write));
        self
    }

    /// Receives a whole answer; nothing if the connection ends before there is one.
    pub fn receive(&mut self) -> Option<Answer> {
        let head_end = self.fill_until(|bytes| find(bytes, b"\r\n\r\n").map(|at| at + 4))?;
        let head = String::from_utf8(self.buffer.drain(..head_end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: String::new() };
        let length: usize =
            answer.field("Content-Length").map_or(0, |length| length.parse().unwrap());
        self.fill_until(|bytes| (bytes.len() >= length).then_some(length))?;
        answer.body = String::from_utf8(self.buffer.drain(..length).collect()).unwrap();
        Some(answer)
    }

    /// Receives the head of an answer whose body does not come.
    pub fn receive_head(&mut self) -> String {
        let end = self.fill_until(|bytes| find(bytes, b"\r\n\r\n").map(|at| at + 4)).unwrap();
        String::from_utf8(self.buffer.drain(..end).collect()).unwrap()
    }

    /// Receives everything up to the end of the connection.
    pub fn receive_all(&mut self) -> String {
        drop(self.stream.read_to_end(&mut self.buffer));
        String::from_utf8(std::mem::take(&mut self.buffer)).unwrap()
    }

    fn fill_until(&mut self, is_enough: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
        loop {
            if let Some(end) = is_enough(&self.buffer) {
                return Some(end);
            }
            let mut piece = [0; 16 * 1024];
            match self.stream.read(&mut piece) {
                Ok(count) if count > 0 => self.buffer.extend_from_slice(&piece[..count]),
                _ => return None,
            }
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Writes a request with an `Authorization` field, unless that is empty.
pub fn request(method: &str, path: &str, authorization: &str, body: &str) -> String {
    let authorization = match authorization {
        "" => String::new(),
        value => format!("Authorization: {value}\r\n"),
    };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: workspace.test\r\n{authorization}Content-Length: {length}\r\n\r\n{body}"
    )
}

/// Makes a call with the first workspace's token and gives the whole answer.
#[track_caller]
pub fn call(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Answer {
    let authorization = format!("Bearer {}", sandbox.workspaces()[0].token);
    call_as(sandbox, &authorization, method, path, body)
}

/// Makes a call with an `Authorization` field, or none if that is empty.
#[track_caller]
pub fn call_as(
    sandbox: &Sandbox,
    authorization: &str,
    method: &str,
    path: &str,
    body: &str,
) -> Answer {
    Connection::open(sandbox).send(request(method, path, authorization, body)).receive().unwrap()
}

/// Creates a token and gives its value and id.
#[track_caller]
pub fn create(sandbox: &Sandbox, body: &str) -> (String, String) {
    let created = call(sandbox, "POST", "/api/2.0/token/create", body).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&created["token_value"]), text(&created["token_info"]["token_id"]))
}

/// Gives the tokens of a list call.
#[track_caller]
pub fn list(sandbox: &Sandbox) -> Vec<Value> {
    let answer = call(sandbox, "GET", "/api/2.0/token/list", "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["token_infos"].as_array().cloned().unwrap_or_default()
}

/// Gives the SHA-256 of a token's value, which is the token's id.
pub fn sha256(value: &str) -> String {
    Sha256::digest(value).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
