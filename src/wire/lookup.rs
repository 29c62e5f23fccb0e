//! Where a host is: looked up once for many requests, because each look-up takes a thread, and often as long as a request.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::Builder;
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Authority;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{NextTimeout, time};

/// Names move seldom, and this is as short as the time for which name servers vouch for them.
const KEPT: Duration = Duration::from_secs(30);

/// A resolver that remembers what it found last.
#[derive(Debug, Default)]
pub struct Lookup<R> {
    resolver: R,
    found: Mutex<Option<Found>>,
}

#[derive(Debug)]
struct Found {
    authority: Authority,
    addresses: Vec<SocketAddr>,
    until: Instant,
}

impl<R> Lookup<R> {
    fn lock(&self) -> MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Resolver> Resolver for Lookup<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let is_it = |found: &&Found| {
            Some(&found.authority) == uri.authority() && Instant::now() < found.until
        };
        if let Some(found) = self.lock().as_ref().filter(is_it) {
            let mut addresses = self.empty();
            found.addresses.iter().for_each(|address| addresses.push(*address));
            return Ok(addresses);
        }
        // Not held meanwhile: a name server that is slow to one thread is no reason for others to wait.
        let addresses = self.resolver.resolve(uri, config, timeout)?;
        if let (Some(authority), Some(until)) = (uri.authority(), Instant::now().checked_add(KEPT))
        {
            let found =
                Found { authority: authority.clone(), addresses: addresses.to_vec(), until };
            *self.lock() = Some(found);
        }
        Ok(addresses)
    }
}

/// Asks the system on a thread aside, which may take longer than the request has; that there is no thread to be had is an
/// error, where the client's own resolver would panic.
#[derive(Debug, Default)]
pub struct Aside;

impl Resolver for Aside {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let (uri, config) = (uri.clone(), config.clone());
        let (sender, found) = mpsc::sync_channel(1);
        let endless = NextTimeout { after: time::Duration::NotHappening, ..timeout };
        let resolve = move || {
            // Nobody waits any more for what comes too late.
            let _ = sender.send(DefaultResolver::default().resolve(&uri, &config, endless));
        };
        Builder::new().name("resolver".to_owned()).spawn(resolve)?;
        found.recv_timeout(*timeout.after).map_err(|_| Error::Timeout(timeout.reason))?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU16, Ordering};

    use super::*;

    /// Finds every host at another port each time.
    #[derive(Debug, Default)]
    struct Counting(AtomicU16);

    impl Resolver for Counting {
        fn resolve(
            &self,
            _: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, Error> {
            let mut found = self.empty();
            let port = self.0.fetch_add(1, Ordering::SeqCst);
            found.push(SocketAddr::from(([127, 0, 0, 1], port)));
            found.push(SocketAddr::from(([127, 0, 0, 2], port)));
            Ok(found)
        }
    }

    #[test]
    fn a_host_is_looked_up_once_and_another_again() {
        let lookup = Lookup::<Counting>::default();
        let find = |uri: &str| {
            let timeout = NextTimeout::default();
            let found = lookup.resolve(&uri.parse().unwrap(), &Config::default(), timeout).unwrap();
            found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(find("https://one.test/a"), "127.0.0.1:0 127.0.0.2:0");
        assert_eq!(find("https://one.test/b"), "127.0.0.1:0 127.0.0.2:0");
        assert_eq!(find("https://one.test:1/b"), "127.0.0.1:1 127.0.0.2:1");
        assert_eq!(find("https://one.test/a"), "127.0.0.1:2 127.0.0.2:2");
        lookup.lock().as_mut().unwrap().until = Instant::now();
        assert_eq!(find("https://one.test/a"), "127.0.0.1:3 127.0.0.2:3");
    }
}
