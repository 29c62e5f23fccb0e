//! What has happened to a sandbox: every change, and how often each operation was asked for.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;

/// A change that a request made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Write {
    /// When, in milliseconds since 1970 by the sandbox's clock.
    pub at_ms: i64,
    /// In which workspace, counted from 0.
    pub workspace: usize,
    /// The request's method.
    pub method: String,
    /// The request's path.
    pub path: String,
    /// What it did; never a secret.
    pub what: String,
    /// The token it did it to, if it was one.
    pub token_id: Option<String>,
    /// The request's id.
    pub request_id: String,
}

/// Who is told of a change.
type Watcher = Box<dyn Fn(&Write) + Send + Sync>;

/// Keeps the changes and the counts.
#[derive(Default)]
pub(super) struct Log {
    entries: Mutex<Entries>,
    watcher: OnceLock<Watcher>,
}

/// What a log holds.
#[derive(Default, Serialize)]
pub(super) struct Entries {
    /// The changes, oldest first.
    pub(super) writes: Vec<Write>,
    /// The number of requests, by operation.
    pub(super) requests: BTreeMap<&'static str, usize>,
}

impl Log {
    /// Counts a request.
    pub(super) fn count(&self, operation: &'static str) {
        *self.lock().requests.entry(operation).or_default() += 1;
    }

    /// Adds changes, and tells of them.
    pub(super) fn add(&self, writes: Vec<Write>) {
        if let Some(watcher) = self.watcher.get() {
            writes.iter().for_each(watcher);
        }
        self.lock().writes.extend(writes);
    }

    /// Takes who is to be told of every change; the first one stays.
    pub(super) fn watch(&self, watcher: impl Fn(&Write) + Send + Sync + 'static) {
        drop(self.watcher.set(Box::new(watcher)));
    }

    /// Gives what has been noted so far.
    pub(super) fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
