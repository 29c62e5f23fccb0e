//! How connections are made: every limit set, the system's trust, no redirects.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use crate::host::Host;

/// As many as a run has threads.
const CONNECTIONS: usize = 64;

/// Load balancers drop idle connections without a word; younger ones are safe.
const IDLE: Duration = Duration::from_secs(15);

/// Makes the agent for `host`.
pub fn make(host: &Host, user_agent: &str) -> Agent {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let mut config = Agent::config_builder()
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
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .accept("application/json")
        .user_agent(header_text(user_agent));
    if host.is_loopback() {
        config = config.proxy(None);
    }
    config.build().new_agent()
}

/// Returns `text` without what a header cannot carry, which ureq would panic at.
fn header_text(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, ' '..='~')).collect()
}
