//! A workspace that answers nobody before a number of callers are there, which only those who come together ever are.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Barrier};
use std::thread;

/// Where callers have to meet.
pub struct Meeting {
    host: String,
}

impl Meeting {
    /// Answers each request with `body` once `count` of them are there.
    pub fn of(count: usize, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let barrier = Arc::new(Barrier::new(count));
        // It ends with the test's process: a thread that waits costs nothing.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let barrier = Arc::clone(&barrier);
                thread::spawn(move || serve(stream.unwrap(), &barrier, body));
            }
        });
        Self { host }
    }

    /// Tells its address.
    pub fn host(&self) -> &str {
        &self.host
    }
}

fn serve(mut stream: TcpStream, barrier: &Barrier, body: &str) {
    let mut lines = BufReader::new(&stream).lines();
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    barrier.wait();
    // Whoever has hung up needs no answer.
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}
