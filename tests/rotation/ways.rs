//! The way to the workspace fails at one step, or from one step on: no connection, a connection that breaks, TLS that is
//! none or a stranger's, a name that is not found. What an answer may be once the way is there is `network`'s.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use nix::errno::Errno;
use nix::libc::{self, c_long};

use super::form::Size;
use super::front::Desk;
use super::matrix::{Case, Matrix};
use super::report::Tally;
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};
use crate::support::Break;

const MATRIX: Matrix =
    Matrix { name: "ways", size: Size { short: 150, long: 1500 }, threads: 2 * super::CORES };

/// What a call about a connection can say.
const ERRORS: [(c_long, Errno); 9] = [
    (libc::SYS_connect, Errno::ECONNREFUSED),
    (libc::SYS_connect, Errno::ETIMEDOUT),
    (libc::SYS_connect, Errno::ENETUNREACH),
    (libc::SYS_sendto, Errno::EPIPE),
    (libc::SYS_sendto, Errno::ECONNRESET),
    (libc::SYS_recvfrom, Errno::ECONNRESET),
    (libc::SYS_recvfrom, Errno::ETIMEDOUT),
    (libc::SYS_socket, Errno::EMFILE),
    (libc::SYS_connect, Errno::EHOSTUNREACH),
];

const BREAKS: [Break; 5] =
    [Break::Closed, Break::Plain, Break::Stranger, Break::Unheard, Break::Half];

/// More connections, and more calls of one kind about them, than a run makes.
const STEPS: usize = 12;

/// More look-ups of a name than a run makes.
const LOOK_UPS: usize = 4;

/// Where names are looked up.
const NAMES: &str = "/etc/hosts";

/// Fails the n-th call of a kind, or all from then on.
fn failing(world: &mut World, subject: &Subject, number: usize, rng: &mut Rng) -> String {
    let (kind, errno) = ERRORS[number % ERRORS.len()];
    let (place, lasts) = (number / ERRORS.len() % STEPS, rng.bool());
    // A run talks to itself too, through a pair of sockets that came about otherwise.
    let (mut count, mut sockets) = (0, BTreeSet::new());
    let ran = world.trace(subject, |call, side| {
        if call.number == libc::SYS_socket && side == Side::After {
            sockets.extend(u64::try_from(call.result));
        } else if call.number == libc::SYS_close && side == Side::After {
            sockets.retain(|socket| call.descriptor != Some(*socket));
        }
        let is_outside = call.descriptor.is_none_or(|socket| sockets.contains(&socket));
        if call.number != kind || side != Side::Before || !is_outside {
            return Act::Go;
        }
        count += 1;
        let is_struck = count == place + 1 || (lasts && count > place);
        if is_struck { Act::Fail(errno) } else { Act::Go }
    });
    format!("call {kind} number {place} says {errno}, lasts {lasts}: exit {:?}", ran.code)
}

/// Breaks the n-th connection, the n-th and the next, or all from then on.
fn breaking(
    world: &mut World,
    subject: &Subject,
    desk: &Desk,
    number: usize,
    rng: &mut Rng,
) -> String {
    let how = BREAKS[number % BREAKS.len()];
    let place = number / BREAKS.len() % STEPS;
    let times = *[1, 2, usize::MAX].get(rng.usize(..3)).unwrap();
    desk.front.break_connections(how, place, times);
    let ran = world.run(subject, true);
    desk.front.mend();
    format!("connection {place} {how:?} {times} times: exit {:?}", ran.code)
}

/// Finds no name at the n-th look-up, or from then on.
fn nameless(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    let (place, lasts) = (rng.usize(..LOOK_UPS), rng.bool());
    let (mut count, mut is_lost) = (0, false);
    let ran = world.trace(subject, |call, side| {
        if side != Side::Before {
            return Act::Go;
        }
        if call.path.as_deref() == Some(Path::new(NAMES)) && call.number == libc::SYS_openat {
            count += 1;
            is_lost = count == place + 1 || (lasts && count > place);
        } else if call.number != libc::SYS_connect {
            // Who does not know a name asks others, who do not answer either.
            return Act::Go;
        }
        if is_lost { Act::Fail(Errno::ENETUNREACH) } else { Act::Go }
    });
    format!("look-up {place} of {count} fails, lasts {lasts}: exit {:?}", ran.code)
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    let desks: Vec<_> = (0..MATRIX.threads).map(|_| Some(Desk::open())).collect();
    let free = Mutex::new(desks);
    MATRIX.run(subject, cases, |number, mut rng| {
        let desk: Option<Arc<Desk>> = free.lock().unwrap().iter_mut().find_map(Option::take);
        let seed = rng.u64(..);
        let mut setup = if rng.bool() { Setup::own(seed) } else { Setup::simple(seed) };
        setup.is_scoped = rng.bool();
        setup.is_named = number % 5 == 4;
        setup.desk = desk.clone().filter(|_| number % 5 < 3);
        let mut world = World::new(&setup);
        let is_late = rng.bool();
        if is_late {
            world.run(subject, false);
            world.advance(25);
        }
        world.words = vec!["--timeout".to_owned(), "3s".to_owned()];
        let what = match (&desk, number % 5) {
            (Some(desk), 0..2) => {
                breaking(&mut world, subject, desk, number / 5 * 2 + number % 5, &mut rng)
            }
            (_, 4) => nameless(&mut world, subject, &mut rng),
            _ => failing(&mut world, subject, number / 5 * 2 + number % 5 % 2, &mut rng),
        };
        world.words.clear();
        let what = format!("own {}, late {is_late}, {what}", setup.is_own);
        world.settle(subject);
        let case = Case { what, starts: world.starts, violations: world.violations() };
        drop(world);
        free.lock().unwrap().extend(desk.map(Some));
        case
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
