//! A proxy as companies have them: CONNECT, with sign-in if need be; all roads lead to one place.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A proxy that leads every connection to the same server on this machine.
pub struct Proxy {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Leads to this port; with `authorization`, only those who sign in by that header's value.
    pub fn to(port: u16, authorization: Option<&'static str>) -> Self {
        Self::answering(port, authorization, None)
    }

    /// Answers everything with this status.
    pub fn refusing(status: &'static str) -> Self {
        Self::answering(0, None, Some(status))
    }

    fn answering(
        port: u16,
        authorization: Option<&'static str>,
        status: Option<&'static str>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&asked);
        // It ends with the test's process: a thread that waits costs nothing.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let theirs = Arc::clone(&theirs);
                thread::spawn(move || serve(stream.unwrap(), port, authorization, status, &theirs));
            }
        });
        Self { address, asked }
    }

    /// Tells its address, without a scheme.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Gives where connections were asked to, in order and each once.
    pub fn targets(&self) -> Vec<String> {
        let mut targets = self.asked.lock().unwrap().clone();
        targets.dedup();
        targets
    }
}

fn serve(
    mut client: TcpStream,
    port: u16,
    authorization: Option<&str>,
    status: Option<&str>,
    asked: &Mutex<Vec<String>>,
) {
    let head = read_head(&client);
    let target = head.first().and_then(|line| line.strip_prefix("CONNECT ")).unwrap_or_default();
    asked.lock().unwrap().push(target.split(' ').next().unwrap().to_owned());
    let said = head.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("proxy-authorization").then_some(value)
    });
    let refusal =
        status.or_else(|| (authorization.is_some() && said != authorization).then_some("407 No"));
    if let Some(status) = refusal {
        let _ =
            write!(client, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let returning = thread::spawn(move || pass(back.0, back.1));
    pass(client, server);
    returning.join().unwrap();
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    // An end of either side is an end of both.
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

/// Reads the head byte by byte, for what follows it belongs to the tunnel.
fn read_head(client: &TcpStream) -> Vec<String> {
    let mut lines = Vec::new();
    let mut reader = BufReader::with_capacity(1, client);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            return lines;
        }
        lines.push(line.trim_end().to_owned());
    }
}
