//! Before a run begins: a wait by lot, the lock that only one run holds, and the limit of its time.

use std::fs::{File, TryLockError};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Instant;

use crate::clock::Duration;
use crate::durable;
use crate::error::Error;
use crate::output::Output;
use crate::settings::Settings;
use crate::stop::{Stop, Timer};

/// How long a run may take that nobody watches.
const UNWATCHED: Duration = Duration::from_seconds(3600);

/// How often it is looked whether another run has let go of the lock.
const GLANCE: std::time::Duration = std::time::Duration::from_millis(50);

/// The folder of the locks in the state folder.
const FOLDER: &str = "locks";

/// What a run holds until its end.
pub struct Started {
    _lock: Option<File>,
    _timer: Option<Timer>,
}

/// Waits as it was told to, takes the lock, and starts the clock; a dry run, which changes nothing, takes none. In a
/// session the limit is that of each input.
pub fn start(
    settings: &Settings,
    output: &Output,
    stop: &Arc<Stop>,
    is_session: bool,
) -> Result<Started, Error> {
    let asked = settings.asked();
    let is_unwatched = !output.is_watched() && !std::io::stdin().is_terminal();
    if let Some(most) = asked.jitter.filter(|_| is_unwatched) {
        let wait = Duration::from_ms(fastrand::i64(0..=most.ms()));
        output.debug(|| format!("begins in {wait}"));
        stop.sleep(wait.to_std())?;
    }
    let lock = match &asked.lock {
        Some(name) if !asked.dry_run => Some(lock(settings, name, output, stop)?),
        _ => None,
    };
    let limit = limit(asked.timeout, is_unwatched).filter(|_| !is_session);
    let over = |limit: Duration| Error::TimedOut { limit: limit.to_string() };
    let timer = limit.map(|limit| stop.set_after(limit.to_std(), over(limit))).transpose()?;
    Ok(Started { _lock: lock, _timer: timer })
}

/// Returns how long a run may take.
fn limit(asked: Option<Duration>, is_unwatched: bool) -> Option<Duration> {
    asked.or(is_unwatched.then_some(UNWATCHED))
}

/// Takes the lock of that name, for which it waits as long as it was told to.
fn lock(settings: &Settings, name: &str, output: &Output, stop: &Stop) -> Result<File, Error> {
    let path = settings.state_dir().join(FOLDER).join(format!("{name}.lock"));
    let failed = |error: std::io::Error| Error::io("lock", path.display(), &error);
    durable::make_folder(durable::folder_of(&path)).map_err(failed)?;
    let file = durable::open_lock(&path).map_err(failed)?;
    let most = settings.asked().wait.map_or(std::time::Duration::ZERO, Duration::to_std);
    let begun = Instant::now();
    let mut is_told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        let left = most.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(Error::Locked { what: format!("`{name}`") });
        }
        if !is_told {
            output.debug(|| format!("waits for the lock `{name}`"));
            is_told = true;
        }
        stop.sleep(left.min(GLANCE))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_nobody_watches_has_an_hour() {
        let minute = Duration::from_seconds(60);
        assert_eq!(limit(None, true), Some(UNWATCHED));
        assert_eq!(limit(None, false), None);
        assert_eq!(limit(Some(minute), true), Some(minute));
        assert_eq!(limit(Some(minute), false), Some(minute));
    }
}
