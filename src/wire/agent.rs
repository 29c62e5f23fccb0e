//! How connections are made: every limit set, no redirects, and only the proxy that settings chose.

use std::time::Duration;

use ureq::Agent;

use super::{proxy, tls};
use crate::error::Error;
use crate::host::Host;
use crate::output::Output;
use crate::settings::Network;

/// As many as a run has threads.
const CONNECTIONS: usize = 64;

/// Load balancers drop idle connections without a word; younger ones are safe.
const IDLE: Duration = Duration::from_secs(15);

/// Makes the agent for `host`.
pub fn make(host: &Host, network: &Network, output: &Output) -> Result<Agent, Error> {
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
        .max_idle_connections(CONNECTIONS)
        .max_idle_connections_per_host(CONNECTIONS)
        .max_idle_age(IDLE)
        .tls_config(tls::configure(host, network)?)
        .accept("application/json")
        // Without this the client would read the environment itself.
        .proxy(proxy);
    Ok(config.build().new_agent())
}
