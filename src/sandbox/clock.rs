//! The sandbox's time: the machine's or one that stands still, and movable in both cases. Every
//! date the sandbox shows comes from here; real waiting (latency, slow answers) does not.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{Span, SpanRelativeTo, Timestamp};

/// Tells the time of all workspaces of one sandbox.
pub(super) struct Clock {
    /// The instant at which the clock stands still, in milliseconds since 1970; real time if
    /// absent.
    fixed: Option<i64>,
    /// What has been added to it on request, in milliseconds.
    advanced: AtomicI64,
}

impl Clock {
    /// Makes a clock that has been advanced by `advanced` milliseconds already.
    pub(super) fn new(fixed: Option<i64>, advanced: i64) -> Self {
        Self { fixed, advanced: AtomicI64::new(advanced) }
    }

    /// Tells the time in milliseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.base().saturating_add(self.advanced())
    }

    /// Moves the clock by `ms`, back if negative.
    pub(super) fn advance(&self, ms: i64) {
        self.advanced.store(self.advanced().saturating_add(ms), Ordering::SeqCst);
    }

    /// Moves the clock so that it shows `ms`.
    pub(super) fn set(&self, ms: i64) {
        self.advanced.store(ms.saturating_sub(self.base()), Ordering::SeqCst);
    }

    /// Tells by how much the clock has been advanced, in milliseconds.
    pub(super) fn advanced(&self) -> i64 {
        self.advanced.load(Ordering::SeqCst)
    }

    fn base(&self) -> i64 {
        self.fixed.unwrap_or_else(|| Timestamp::now().as_millisecond())
    }
}

/// Writes an instant as the `Date` header wants it (RFC 9110, section 5.6.7).
pub(super) fn http_date(ms: i64) -> String {
    let instant = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
    // Years before 0 have no HTTP date; nobody asks for one on purpose.
    DateTimePrinter::new().timestamp_to_rfc9110_string(&instant).unwrap_or_default()
}

/// Reads a length such as `90d`, `1h30m`, `250ms` or `-2h`, in milliseconds.
pub(super) fn parse_length(text: &str) -> Option<i64> {
    let span: Span = text.trim().parse().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    i64::try_from(length.as_millis()).ok()
}
