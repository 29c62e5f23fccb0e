//! A server that says what a test tells it to, for what no sandbox would say; it keeps what it was asked.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Answers requests with prepared bodies, each on a connection of its own.
pub struct Stub {
    host: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Serves these answers, the head's lines after the status and the body, in order and the last for ever:
    /// `Stub::new([("200 OK", "{}")])`.
    pub fn new<const N: usize>(answers: [(&str, &str); N]) -> Self {
        Self::at("127.0.0.1:0", answers).unwrap()
    }

    /// Does so at this address, if the machine has it.
    pub fn at<const N: usize>(address: &str, answers: [(&str, &str); N]) -> io::Result<Self> {
        let answers = answers.map(|(head, body)| {
            format!(
                "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
        });
        let listener = TcpListener::bind(address)?;
        Ok(Self::serve(listener, move |count, stream| {
            stream.write_all(answers[count.min(N - 1)].as_bytes())
        }))
    }

    /// Answers with a list of tokens that never ends.
    pub fn endless() -> Self {
        let space = vec![b' '; 1 << 20];
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::serve(listener, move |_, stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"token_infos\":[")?;
            loop {
                stream.write_all(&space)?;
            }
        })
    }

    fn serve(
        listener: TcpListener,
        answer: impl Fn(usize, &mut TcpStream) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let host = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&asked);
        // It ends with the test's process: a thread that waits costs nothing.
        thread::spawn(move || {
            for (count, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let request = read(&stream);
                theirs.lock().unwrap().push(request);
                // Whoever has hung up needs no answer.
                let _ = answer(count, &mut stream);
            }
        });
        Self { host, asked }
    }

    /// Tells its address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Gives the requests so far: head and body.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") && reader.read_line(&mut text).unwrap_or(0) > 0 {}
    let length = text
        .to_ascii_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    // Of a body that was cut off, what came is enough.
    let _ = reader.read_exact(&mut body);
    text + &String::from_utf8_lossy(&body)
}
