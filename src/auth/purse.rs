//! Holds an access token in memory and sees that it is renewed in time, once for all threads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::access::Access;
use crate::clock::{Clock, Duration, Time};
use crate::error::Error;
use crate::output::Output;
use crate::secret::Secret;

/// The longest time before its end at which a token is renewed (as Databricks' Go SDK does).
const LONGEST_LEAD: Duration = Duration::from_seconds(20 * 60);

/// A token with less than this left may be dead on arrival.
const TOO_SHORT: Duration = Duration::from_seconds(40);

/// How long a failed renewal is not tried again while the old token lives.
const PAUSE: Duration = Duration::from_seconds(60);

/// Who hands out access tokens.
pub trait Issuer: Send + Sync {
    /// Fetches one; `anew` says that one from a store of theirs will not do.
    fn issue(&self, anew: bool) -> Result<Access, Error>;
}

/// A token in memory, and where the next one comes from.
pub struct Purse {
    issuer: Box<dyn Issuer>,
    clock: Arc<Clock>,
    output: Arc<Output>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    access: Option<Access>,
    quiet_until: Option<Time>,
}

impl Purse {
    /// Begins empty; nothing is fetched before it is needed.
    pub fn new(issuer: Box<dyn Issuer>, clock: Arc<Clock>, output: Arc<Output>) -> Self {
        Self { issuer, clock, output, held: Mutex::default() }
    }

    /// Returns a token's value with enough life in it.
    pub fn value(&self) -> Result<Secret, Error> {
        let mut held = self.lock();
        let now = self.clock.now();
        let Some(access) = &held.access else { return self.fetch(&mut held, false) };
        if now < renewal(access) || held.quiet_until.is_some_and(|until| now < until) {
            return Ok(access.value.clone());
        }
        let value = access.value.clone();
        let is_alive = now.plus(TOO_SHORT) < access.expires;
        match self.fetch(&mut held, false) {
            Err(error) if is_alive => {
                self.output.debug(|| format!("the access token is kept for now: {error}"));
                held.quiet_until = Some(now.plus(PAUSE));
                Ok(value)
            }
            result => result,
        }
    }

    /// Returns what is held, if it is still `refused`, replaced by a new one.
    pub fn renew(&self, is_refused: impl Fn(&Secret) -> bool) -> Result<(), Error> {
        let mut held = self.lock();
        // Another thread may have renewed it while this one waited for the lock.
        if held.access.as_ref().is_some_and(|access| !is_refused(&access.value)) {
            return Ok(());
        }
        self.fetch(&mut held, true).map(drop)
    }

    fn fetch(&self, held: &mut Held, anew: bool) -> Result<Secret, Error> {
        let access = self.issuer.issue(anew)?;
        let value = access.value.clone();
        *held = Held { access: Some(access), quiet_until: None };
        Ok(value)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns when a token is to be renewed: half its life, at most twenty minutes, before its end.
fn renewal(access: &Access) -> Time {
    let life = access.expires.since(access.issued);
    let lead = Duration::from_ms(life.ms() / 2).min(LONGEST_LEAD);
    access.expires.plus(lead.negated())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;
    use crate::output::{Format, LogFormat, Manner};

    /// Hands out numbered tokens of an hour, or refuses.
    struct Mint {
        issued: Arc<AtomicUsize>,
        clock: Arc<Clock>,
        is_open: Arc<std::sync::atomic::AtomicBool>,
    }

    impl Issuer for Mint {
        fn issue(&self, _: bool) -> Result<Access, Error> {
            if !self.is_open.load(Ordering::SeqCst) {
                return Err(Error::Interrupted);
            }
            let number = self.issued.fetch_add(1, Ordering::SeqCst) + 1;
            let now = self.clock.now();
            let value = Secret::unregistered(number.to_string());
            Ok(Access { value, issued: now, expires: now.plus(Duration::from_hours(1)) })
        }
    }

    struct Desk {
        purse: Purse,
        issued: Arc<AtomicUsize>,
        is_open: Arc<std::sync::atomic::AtomicBool>,
        clock: Arc<Clock>,
    }

    impl Desk {
        fn new() -> Self {
            let manner = Manner {
                format: Format::Json,
                color: None,
                quiet: true,
                debug: false,
                log: LogFormat::Text,
            };
            let output = Arc::new(Output::new(manner, Arc::default()));
            let (issued, clock) = (Arc::<AtomicUsize>::default(), Arc::<Clock>::default());
            clock.learn(Time::from_ms(1_795_435_200_000));
            let is_open = Arc::new(true.into());
            let mint = Mint {
                issued: Arc::clone(&issued),
                clock: Arc::clone(&clock),
                is_open: Arc::clone(&is_open),
            };
            let purse = Purse::new(Box::new(mint), Arc::clone(&clock), output);
            Self { purse, issued, is_open, clock }
        }

        fn wait(&self, minutes: i64) {
            self.clock.learn(self.clock.now().plus(Duration::from_seconds(minutes * 60)));
        }

        fn value(&self) -> String {
            self.purse
                .value()
                .map_or_else(|error| error.to_string(), |value| value.expose().to_owned())
        }
    }

    #[test]
    fn a_token_is_renewed_twenty_minutes_before_its_end() {
        let desk = Desk::new();
        assert_eq!((desk.value(), desk.value()), ("1".to_owned(), "1".to_owned()));
        desk.wait(39);
        assert_eq!(desk.value(), "1");
        desk.wait(2);
        assert_eq!(desk.value(), "2");
    }

    #[test]
    fn a_failed_renewal_is_no_failure_while_the_old_one_lives() {
        let desk = Desk::new();
        desk.value();
        desk.is_open.store(false, Ordering::SeqCst);
        desk.wait(50);
        assert_eq!(desk.value(), "1");
        desk.is_open.store(true, Ordering::SeqCst);
        // It was just tried: not again for a minute.
        assert_eq!(desk.value(), "1");
        desk.wait(2);
        assert_eq!(desk.value(), "2");
        desk.is_open.store(false, Ordering::SeqCst);
        desk.wait(61);
        assert_eq!(desk.value(), "interrupted");
    }

    #[test]
    fn many_threads_fetch_and_renew_once() {
        let desk = Desk::new();
        let together = |work: &(dyn Fn() + Sync)| {
            thread::scope(|scope| (0..16).for_each(|_| drop(scope.spawn(work))));
        };
        together(&|| assert_eq!(desk.value(), "1"));
        together(&|| desk.purse.renew(|value| value.expose() == "1").unwrap());
        assert_eq!((desk.value(), desk.issued.load(Ordering::SeqCst)), ("2".to_owned(), 2));
    }
}
