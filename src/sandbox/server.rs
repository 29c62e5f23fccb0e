//! Listening, and one thread for each connection that turns requests into answers until one side
//! has had enough.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::answer::Envelope;
use super::clock::http_date;
use super::errors::of_status;
use super::exchange::{Delivery, exchange};
use super::inbox::Inbox;
use super::request::{Refusal, Request};
use super::world::World;

/// Enough for the deepest JSON that is read.
const STACK: usize = 512 * 1024;
/// How long to wait when the machine has no room for another connection.
const PAUSE: Duration = Duration::from_millis(20);
/// In how many pieces a slow answer comes.
const DRIPS: u8 = 20;

/// Takes a port of the loopback interface; 0 takes any.
pub(super) fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

/// Serves a workspace until the lobby closes.
pub(super) fn run(world: &Arc<World>, workspace: usize, listener: &TcpListener) {
    while !world.lobby.is_closed() {
        let Ok((stream, _)) = listener.accept() else {
            world.lobby.wait(PAUSE);
            continue;
        };
        // While there is no room, newcomers wait in the listener's queue rather than being sent
        // away.
        let stream = Arc::new(stream);
        let Some(guest) = world.lobby.admit(Arc::clone(&stream)) else {
            continue;
        };
        let world = Arc::clone(world);
        let serve = move || {
            serve(&world, workspace, &stream);
            drop(guest);
        };
        drop(thread::Builder::new().name("sandbox".to_owned()).stack_size(STACK).spawn(serve));
    }
}

fn serve(world: &World, workspace: usize, stream: &TcpStream) {
    let patience = world.options.patience;
    if stream.set_nodelay(true).is_err() || stream.set_write_timeout(Some(patience)).is_err() {
        return;
    }
    let mut inbox = Inbox::new(stream, patience);
    loop {
        let is_open = match inbox.receive() {
            Ok(request) => deliver(world, workspace, stream, &mut inbox, &request),
            Err(Refusal::Gone) => return,
            Err(refusal) => {
                refuse(world, workspace, stream, &mut inbox, &refusal);
                return;
            }
        };
        if !matches!(is_open, Ok(true)) {
            return;
        }
    }
}

/// Answers a request and tells whether another may follow.
fn deliver(
    world: &World,
    workspace: usize,
    stream: &TcpStream,
    inbox: &mut Inbox,
    request: &Request,
) -> io::Result<bool> {
    let delivery = exchange(world, workspace, request);
    let is_keep_alive = request.head.is_keep_alive() && !world.lobby.is_closed();
    let is_head_only = request.head.method == "HEAD";
    let envelope = Envelope { date: http_date(world.clock.now()), is_keep_alive, is_head_only };
    match delivery {
        Delivery::Whole(answer) => answer.send(stream, &envelope)?,
        Delivery::Drip(answer, length) => {
            answer.send_slowly(stream, &envelope, DRIPS, || {
                world.lobby.wait(length / u32::from(DRIPS));
            })?;
        }
        Delivery::Endless(answer) => answer.send_endlessly(stream, &envelope)?,
        Delivery::Half(answer) => {
            answer.send_half(stream, &envelope)?;
            return Ok(false);
        }
        Delivery::Cut => return Ok(false),
        Delivery::Hold => {
            inbox.await_end();
            return Ok(false);
        }
    }
    Ok(is_keep_alive)
}

/// Answers what is not a request, and closes the connection without losing the answer.
fn refuse(
    world: &World,
    workspace: usize,
    stream: &TcpStream,
    inbox: &mut Inbox,
    refusal: &Refusal,
) {
    let request_id = world.next_request_id(workspace);
    let answer = of_status(refusal.status(), &refusal.to_string())
        .answer(&request_id)
        .with("x-request-id", request_id);
    let envelope =
        Envelope { date: http_date(world.clock.now()), is_keep_alive: false, is_head_only: false };
    if answer.send(stream, &envelope).is_ok() && stream.shutdown(Shutdown::Write).is_ok() {
        inbox.drain();
    }
}
