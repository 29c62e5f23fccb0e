//! A workspace that does not say that it is a sandbox: one that is, behind a door that changes its name.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use super::World;

const NAME: &[u8] = b"patroll-sandbox";
const OTHER: &[u8] = b"a-real-one-here";

/// The door.
pub struct Real {
    host: String,
}

impl Real {
    /// Opens a door before a world.
    pub fn before(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let inner = world.address().host.replace("http://", "");
        // It ends with the test's process: a thread that waits costs nothing.
        thread::spawn(move || {
            for outside in listener.incoming() {
                let outside = outside.unwrap();
                let inside = TcpStream::connect(&inner).unwrap();
                let (asking, asked) = (outside.try_clone().unwrap(), inside.try_clone().unwrap());
                thread::spawn(move || pass(asking, asked, <[u8]>::to_vec));
                thread::spawn(move || pass(inside, outside, rename));
            }
        });
        Self { host }
    }

    /// Tells the address.
    pub fn host(&self) -> &str {
        &self.host
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, change: impl Fn(&[u8]) -> Vec<u8>) {
    let mut buffer = [0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.write_all(&change(&buffer[..count])).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

fn rename(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(at) = bytes.windows(NAME.len()).position(|window| window == NAME) {
        bytes[at..at + NAME.len()].copy_from_slice(OTHER);
    }
    bytes
}
