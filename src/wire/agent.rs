//! How connections are made: every limit set, no redirects, and only the proxy that settings chose.

use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::unversioned::transport::DefaultConnector;

use super::lookup::{Aside, Lookup};
use super::{proxy, tls};
use crate::error::Error;
use crate::host::Host;
use crate::output::Output;
use crate::settings::{MOST_JOBS, Network};

/// As many as there can be requests at once: with fewer, a connection would be made for each request.
const CONNECTIONS: usize = MOST_JOBS;

/// Both are zeroed for each connection: bodies that are sent are short, lists that come can be long.
const SENDING: usize = 8 << 10;
const RECEIVING: usize = 128 << 10;

/// Load balancers drop idle connections without a word; younger ones are safe.
const IDLE: Duration = Duration::from_secs(15);

/// Makes the agent for `host`.
pub fn make(host: &Host, network: &Network, output: &Output) -> Result<Agent, Error> {
    let config = configure(host, network, output)?;
    Ok(Agent::with_parts(config, DefaultConnector::default(), Lookup::<Aside>::default()))
}

fn configure(host: &Host, network: &Network, output: &Output) -> Result<Config, Error> {
    let proxy = match network.proxies.find(host) {
        Some(written) => {
            let proxy = proxy::make(written)?;
            output.debug(|| {
                format!("{host}: through the proxy {}", proxy::describe(&proxy, written.variable))
            });
            Some(proxy)
        }
        None => None,
    };
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let config = Agent::config_builder()
        .timeout_resolve(seconds(5))
        .timeout_connect(seconds(10))
        .timeout_send_request(seconds(30))
        .timeout_send_body(seconds(30))
        .timeout_recv_response(seconds(60))
        .timeout_recv_body(seconds(120))
        .timeout_per_read(seconds(30))
        .timeout_global(seconds(180))
        .max_redirects(0)
        .http_status_as_error(false)
        .no_delay(true)
        .output_buffer_size(SENDING)
        .input_buffer_size(RECEIVING)
        .max_idle_connections(CONNECTIONS)
        .max_idle_connections_per_host(CONNECTIONS)
        .max_idle_age(IDLE)
        .tls_config(tls::configure(host, network)?)
        .accept("application/json")
        // Without this the client would read the environment itself.
        .proxy(proxy);
    Ok(config.build())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Arc;
    use std::thread;

    use rustix::net::listen;
    use ureq::http::Uri;
    use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
    use ureq::unversioned::transport::NextTimeout;

    use super::*;
    use crate::output::{Format, LogFormat, Manner};

    /// Knows two addresses of every name.
    #[derive(Debug)]
    struct Two([SocketAddr; 2]);

    impl Resolver for Two {
        fn resolve(
            &self,
            _: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut found = self.empty();
            self.0.iter().for_each(|address| found.push(*address));
            Ok(found)
        }
    }

    /// Listens where somebody answers, once.
    fn answering(address: &str) -> SocketAddr {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(b"HTTP/1.1 204 Fine\r\nConnection: close\r\n\r\n").unwrap();
        });
        address
    }

    fn config() -> Config {
        let manner = Manner {
            format: Format::Json,
            color: None,
            quiet: true,
            debug: false,
            log: LogFormat::Text,
        };
        let output = Output::new(manner, Arc::default());
        let host = Host::parse("http://two.test").unwrap();
        configure(&host, &Network::default(), &output).unwrap()
    }

    #[test]
    fn a_dead_first_address_costs_a_part_of_ten_seconds() {
        assert_eq!(config().timeouts().connect, Some(Duration::from_secs(10)));
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        // Nobody is let in, and there is no room to wait: the next to come hears nothing.
        listen(&silent, 0).unwrap();
        let silent = silent.local_addr().map(|address| (address, silent)).unwrap();
        let knock = || std::net::TcpStream::connect_timeout(&silent.0, Duration::from_millis(100));
        let waiting: Vec<_> = std::iter::from_fn(|| knock().ok()).collect();
        for dead in [gone, silent.0] {
            let addresses = Two([dead, answering("127.0.0.1:0")]);
            let agent = Agent::with_parts(config(), DefaultConnector::default(), addresses);
            let request = agent.get("http://two.test").config();
            let request = request.timeout_connect(Some(Duration::from_secs(2))).build();
            assert_eq!(request.call().unwrap().status(), 204, "{dead}");
        }
        drop(waiting);
    }

    #[test]
    #[allow(clippy::print_stderr, reason = "what could not be tested is said")]
    fn both_kinds_of_addresses_lead_there() {
        let gone = |address| TcpListener::bind(address).and_then(|gone| gone.local_addr());
        let Ok(gone_v6) = gone("[::1]:0") else {
            eprintln!("0 tests of IPv6: this machine has none");
            return;
        };
        let gone_v4 = gone("127.0.0.1:0").unwrap();
        for addresses in [[gone_v6, answering("127.0.0.1:0")], [gone_v4, answering("[::1]:0")]] {
            let agent = Agent::with_parts(config(), DefaultConnector::default(), Two(addresses));
            assert_eq!(agent.get("http://two.test").call().unwrap().status(), 204);
        }
    }
}
