//! What a run is busy with: requests done, retries, and a wait for the next try; for a line that is shown meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::work::Work;

/// The counts of a session.
#[derive(Default)]
pub struct Activity {
    requests: AtomicUsize,
    retries: AtomicUsize,
    wait: Mutex<Option<Wait>>,
    work: Mutex<Option<Arc<Work>>>,
}

#[derive(Clone, Copy)]
struct Wait {
    until: Instant,
    is_asked: bool,
}

/// How far the counts were at some moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    requests: usize,
    retries: usize,
}

impl Activity {
    /// Counts a request that is over.
    pub fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes note of a wait for the next try; `is_asked` says that the workspace asked for it.
    pub fn begin_wait(&self, length: Duration, is_asked: bool) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        let until = Instant::now().checked_add(length);
        *self.wait.lock().unwrap_or_else(PoisonError::into_inner) =
            until.map(|until| Wait { until, is_asked });
    }

    /// Takes note that the wait is over.
    pub fn end_wait(&self) {
        *self.wait.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Takes note that a work with many parts has begun.
    pub fn begin_work(&self, what: &'static str, total: usize) -> Arc<Work> {
        let work = Arc::new(Work::begin(what, total));
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&work));
        work
    }

    /// Takes note that it is over.
    pub fn end_work(&self) {
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Returns how far the counts are.
    pub fn mark(&self) -> Mark {
        Mark {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
        }
    }

    /// Returns the requests that are over since `mark`.
    pub fn requests_since(&self, mark: Mark) -> usize {
        self.mark().requests - mark.requests
    }

    /// Returns in one line what happened since `mark` and what is waited for.
    pub fn line(&self, mark: Mark) -> String {
        if let Some(work) = &*self.work.lock().unwrap_or_else(PoisonError::into_inner) {
            return format!("{} (Ctrl-C stops)", work.bar());
        }
        let requests = self.requests_since(mark);
        let mut parts = vec![match requests {
            0 => "at work".to_owned(),
            _ => words(requests, "request", "requests") + " done",
        }];
        match self.mark().retries - mark.retries {
            0 => {}
            retries => parts.push(words(retries, "retry", "retries")),
        }
        if let Some(wait) = *self.wait.lock().unwrap_or_else(PoisonError::into_inner) {
            let left = wait.until.saturating_duration_since(Instant::now()).as_secs() + 1;
            let asked = if wait.is_asked { " as the workspace asks" } else { "" };
            parts.push(format!("waiting {left} s{asked}"));
        }
        format!("{} (Ctrl-C stops)", parts.join(", "))
    }
}

fn words(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_only_what_there_is_to_tell() {
        let activity = Activity::default();
        activity.count_request();
        let mark = activity.mark();
        assert_eq!(activity.line(mark), "at work (Ctrl-C stops)");
        activity.count_request();
        activity.begin_wait(Duration::ZERO, true);
        assert_eq!(
            activity.line(mark),
            "1 request done, 1 retry, waiting 1 s as the workspace asks (Ctrl-C stops)"
        );
        activity.end_wait();
        assert_eq!(activity.line(mark), "1 request done, 1 retry (Ctrl-C stops)");
    }
}
