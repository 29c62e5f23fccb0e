//! Which proxy a host is reached through, by curl's rules; using it is `wire`'s.
//!
//! curl's, because whoever sets up a company's network tests it with curl (its manual: ENVIRONMENT, `NO_PROXY`).

use std::net::IpAddr;

use super::Environment;
use crate::host::Host;
use crate::secret::Secret;

/// The proxies of the environment.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    https: Option<Proxy>,
    http: Option<Proxy>,
    all: Option<Proxy>,
    exceptions: Vec<String>,
}

/// A proxy as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Its URL, a password in it perhaps.
    pub url: Secret,
    /// The variable it stands in.
    pub variable: &'static str,
}

impl Proxies {
    /// Reads the variables; the lower-case one of each wins.
    pub fn read(environment: &Environment) -> Self {
        let find = |names: [&'static str; 2]| {
            names.into_iter().find_map(|variable| {
                let url = Secret::unregistered(environment.variable(variable)?.trim());
                register_password(url.expose());
                Some(Proxy { url, variable })
            })
        };
        let exceptions =
            ["no_proxy", "NO_PROXY"].into_iter().find_map(|name| environment.variable(name));
        let exceptions = exceptions.unwrap_or_default().split([',', ' ', '\t']);
        Self {
            https: find(["https_proxy", "HTTPS_PROXY"]),
            http: find(["http_proxy", "HTTP_PROXY"]),
            all: find(["all_proxy", "ALL_PROXY"]),
            exceptions: exceptions.filter(|entry| !entry.is_empty()).map(str::to_owned).collect(),
        }
    }

    /// Returns the proxy that `host` is reached through; this machine is always reached directly.
    pub fn find(&self, host: &Host) -> Option<&Proxy> {
        if host.is_near() || self.exceptions.iter().any(|entry| excepts(entry, host)) {
            return None;
        }
        let own = if host.is_encrypted() { &self.https } else { &self.http };
        own.as_ref().or(self.all.as_ref())
    }
}

/// Sees that the password in a proxy's URL is struck out wherever it turns up.
fn register_password(url: &str) {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or(authority);
    if let Some((user, _)) = authority.rsplit_once('@')
        && let Some((_, password)) = user.split_once(':')
    {
        drop(Secret::new(password));
        drop(Secret::new(user));
    }
}

/// Returns whether an entry of `NO_PROXY` covers `host`: a name and all below it, an address, a network, each with a port
/// or without, or everything.
fn excepts(entry: &str, host: &Host) -> bool {
    if entry == "*" {
        return true;
    }
    let (name, port) = split_port(entry);
    if port.is_some_and(|port| port != host.port()) {
        return false;
    }
    let name = name.trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase();
    if let Ok(address) = host.name().parse::<IpAddr>() {
        return covers(&name, address);
    }
    let rest = host.name().trim_end_matches('.').strip_suffix(&name);
    !name.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Splits off a port; the colons of an IPv6 address are none.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    if let Some(rest) = entry.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').unwrap_or((rest, ""));
        return (address, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match entry.split_once(':') {
        Some((name, port)) if !port.contains(':') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

/// Returns whether `network`, an address with or without a prefix length, holds `address`.
fn covers(network: &str, address: IpAddr) -> bool {
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, length.parse::<u32>().ok()),
        None => (network, Some(128)),
    };
    let (Ok(base), Some(length)) = (base.parse::<IpAddr>(), length) else { return false };
    let same_bits = match (base, address) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        _ => return false,
    };
    same_bits >= length.min(if base.is_ipv4() { 32 } else { 128 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen<const N: usize>(variables: [(&str, &str); N], host: &str) -> Option<&'static str> {
        let proxies = Proxies::read(&Environment::from(variables));
        proxies.find(&Host::parse(host).unwrap()).map(|proxy| proxy.variable)
    }

    #[test]
    fn the_most_particular_variable_wins() {
        let both = [("HTTPS_PROXY", "p:1"), ("ALL_PROXY", "p:2"), ("http_proxy", "p:3")];
        assert_eq!(chosen(both, "https://a.b"), Some("HTTPS_PROXY"));
        assert_eq!(chosen(both, "http://a.b"), Some("http_proxy"));
        assert_eq!(chosen([("all_proxy", "p:2"), ("ALL_PROXY", "p:3")], "a.b"), Some("all_proxy"));
        assert_eq!(chosen([("HTTP_PROXY", "p:3")], "https://a.b"), None);
        assert_eq!(
            chosen([("https_proxy", ""), ("HTTPS_PROXY", "p:1")], "a.b"),
            Some("HTTPS_PROXY")
        );
    }

    #[test]
    fn this_machine_is_reached_directly() {
        for host in
            ["http://localhost:80", "https://127.0.0.1", "http://[::1]", "http://169.254.169.254"]
        {
            assert_eq!(chosen([("ALL_PROXY", "p:1")], host), None, "{host}");
        }
    }

    #[test]
    fn exceptions_follow_curl() {
        let cases = [
            ("example.com", "https://example.com", true),
            ("example.com", "https://a.example.com", true),
            (".example.com", "https://example.com", true),
            ("example.com", "https://notexample.com", false),
            ("EXAMPLE.com.", "https://x.example.com", true),
            ("a.b, .example.com", "https://x.example.com", true),
            ("a.b example.com", "https://example.com", true),
            ("*", "https://anything", true),
            ("example.com:8443", "https://example.com", false),
            ("example.com:443", "https://example.com", true),
            ("example.com:8443", "https://example.com:8443", true),
            ("10.0.0.0/8", "https://10.200.3.4", true),
            ("10.0.0.0/8", "https://11.0.0.1", false),
            ("10.1.2.3", "https://10.1.2.3", true),
            ("192.168.0.0/0", "https://8.8.8.8", true),
            ("10.0.0.0/x", "https://10.0.0.1", false),
            ("fd00::/8", "https://[fd12::1]", true),
            ("[fd12::1]:443", "https://[fd12::1]", true),
            ("0.1", "https://10.0.0.1", false),
            ("", "https://example.com", false),
        ];
        for (exceptions, host, is_direct) in cases {
            let variables = [("HTTPS_PROXY", "p:1"), ("NO_PROXY", exceptions)];
            assert_eq!(chosen(variables, host).is_none(), is_direct, "{exceptions} {host}");
        }
    }
}
