//! The end of a run: reads are cut, writes on their way are let finish, nothing new begins.

use std::thread;

use pretty_assertions::assert_eq;

use super::*;
use crate::stop::Reason;

fn interrupt(desk: &Desk) {
    desk.stop.set(Reason::Failed(Error::Interrupted));
}

/// Runs `call` beside this thread, and interrupts the run once the workspace has got `operation`.
fn interrupted<T: Send>(desk: &Desk, operation: &str, call: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let call = scope.spawn(call);
        while desk.sandbox.requests_of(operation) == 0 {
            thread::yield_now();
        }
        interrupt(desk);
        call.join().unwrap()
    })
}

#[test]
fn a_read_on_its_way_is_cut() {
    let desk = Desk::with_fault("list:hold");
    let result = interrupted(&desk, "list", || tokens::list(&desk.client));
    assert_eq!(result.err(), Some(Error::Interrupted));
}

#[test]
fn a_write_on_its_way_is_let_finish() {
    let desk = Desk::with_fault("create:late=100ms");
    let result = interrupted(&desk, "create", || desk.create());
    assert!(matches!(result, Ok(Created::Made(_))));
    assert_eq!(desk.audit(), ["done"]);
}

#[test]
fn a_write_that_does_not_finish_is_cut_and_audited_as_unknown() {
    let pace = Pace { grace: Duration::from_millis(1), ..PACE };
    let desk = Desk::new(Setup { pace, ..Setup::default() });
    desk.fault("create:hold");
    let result = interrupted(&desk, "create", || desk.create());
    assert_eq!(result.err(), Some(Error::Interrupted));
    assert_eq!(desk.audit(), ["unknown"]);
}

#[test]
fn a_wait_for_the_next_try_ends() {
    let hour = Duration::from_secs(3600);
    let pace = Pace { first: hour, longest: hour, budget: hour * 2, ..PACE };
    let desk = Desk::new(Setup { pace, ..Setup::default() });
    desk.fault("delete:status=429,always");
    let result = interrupted(&desk, "delete", || desk.revoke("feed", OwnRule::Allow));
    assert_eq!(result, Err(Error::Interrupted));
    assert_eq!(desk.audit(), ["INTERRUPTED"]);
}

#[test]
fn nothing_begins_after_the_end() {
    let desk = Desk::new(Setup::default());
    interrupt(&desk);
    assert_eq!(tokens::list(&desk.client).err(), Some(Error::Interrupted));
    assert_eq!(desk.create().err(), Some(Error::Interrupted));
    assert_eq!(desk.sandbox.requests(), 0);
}
