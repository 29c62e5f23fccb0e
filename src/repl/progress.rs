//! The line that shows what a long input is busy with, and goes away with it.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::output::Mark;
use crate::session::Session;

/// An input that takes no longer needs no line.
const PATIENCE: Duration = Duration::from_secs(1);

const STEP: Duration = Duration::from_millis(200);

/// A line that is drawn again and again until this is dropped.
pub struct Ticker(Option<(Sender<()>, JoinHandle<()>)>);

impl Ticker {
    /// Begins to count from `mark`; there is no line without a thread to spare, or where nobody looks.
    pub fn start(session: &Arc<Session>, mark: Mark) -> Self {
        let (sender, ended) = mpsc::channel();
        let session = Arc::clone(session);
        let draw = move || {
            let output = session.output();
            let mut wait = PATIENCE;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                output.pass(&output.activity().line(mark));
                wait = STEP;
            }
            output.pass("");
        };
        let spawned = thread::Builder::new().name("progress".to_owned()).spawn(draw);
        Self(spawned.ok().map(|thread| (sender, thread)))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.0.take() {
            drop(sender);
            // That it panicked is no reason for the input to fail.
            let _ = thread.join();
        }
    }
}
