//! The address of a workspace: what people write, made one of a kind.

use std::fmt;

/// Where all clouds tell a machine about itself.
const METADATA_SERVICE: &str = "169.254.169.254";

/// A workspace's origin: scheme, name and port, without a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host {
    scheme: &'static str,
    authority: String,
}

impl Host {
    /// Reads what people write: a missing scheme is https; a path, query and fragment are dropped, as Databricks' Go SDK
    /// does. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            None => ("https", text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
            Some((scheme, _)) => return Err(format!("{scheme} is not https")),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let authority = rest[..end].to_ascii_lowercase();
        let authority = authority.strip_suffix(default_port(scheme)).unwrap_or(&authority);
        if let Some(problem) = find_problem(authority) {
            return Err(problem.to_owned());
        }
        Ok(Self { scheme, authority: authority.to_owned() })
    }

    /// Returns the metadata service of the cloud that this machine is in.
    pub fn metadata_service() -> Self {
        Self { scheme: "http", authority: METADATA_SERVICE.to_owned() }
    }

    /// Returns the name with the port, if that is not the usual one.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns the name without the port, and without the brackets of an IPv6 address.
    pub fn name(&self) -> &str {
        if let Some(rest) = self.authority.strip_prefix('[') {
            return rest.split(']').next().unwrap_or(rest);
        }
        self.authority.split(':').next().unwrap_or(&self.authority)
    }

    /// Returns the port, the scheme's usual one where none is written.
    pub fn port(&self) -> u16 {
        let usual = if self.is_encrypted() { 443 } else { 80 };
        let behind = self.authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
        behind.and_then(|(_, port)| port.parse().ok()).unwrap_or(usual)
    }

    /// Returns whether what is sent there is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.scheme == "https"
    }

    /// Returns whether it is reached without a network of wires: the machine itself, or the metadata service of the cloud
    /// it runs in.
    pub fn is_near(&self) -> bool {
        self.is_loopback() || self.authority == METADATA_SERVICE
    }

    /// Returns whether this is the machine itself.
    pub fn is_loopback(&self) -> bool {
        let name = self.name();
        name == "localhost"
            || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Returns whether this is where accounts are managed, rather than a workspace.
    pub fn is_account(&self) -> bool {
        self.is_encrypted()
            && ["accounts.", "accounts-dod."].iter().any(|start| self.name().starts_with(start))
    }

    /// Returns whether a credential may go there: encrypted, or without leaving the machine.
    pub fn is_safe(&self) -> bool {
        self.is_encrypted() || self.is_loopback()
    }
}

/// Splits a URL into its origin and everything behind; the error says what is wrong with it.
pub fn split_url(url: &str) -> Result<(Host, String), String> {
    let host = Host::parse(url)?;
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
    let path = path.split('#').next().unwrap_or(path);
    let slash = if path.starts_with('/') { "" } else { "/" };
    if path.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err("a space does not belong there".to_owned());
    }
    Ok((host, format!("{slash}{path}")))
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, self.authority)
    }
}

fn default_port(scheme: &str) -> &'static str {
    if scheme == "https" { ":443" } else { ":80" }
}

fn find_problem(authority: &str) -> Option<&'static str> {
    if authority.contains('@') {
        return Some("a user name does not belong there");
    }
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (authority, None),
    };
    if name.is_empty() {
        return Some("it has no name");
    }
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Some("the port is not a number from 0 to 65535");
    }
    let is_part_of_name = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    let is_plain = name.chars().all(is_part_of_name);
    let is_ipv6 = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match is_ipv6 {
        Some(address) if address.parse::<std::net::Ipv6Addr>().is_err() => {
            Some("that is no IPv6 address")
        }
        Some(_) => None,
        None if is_plain => None,
        None => Some("a name has letters, digits, `-` and `.`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_becomes_one_form() {
        let cases = [
            ("https://adb-1.5.azuredatabricks.net/?o=123", "https://adb-1.5.azuredatabricks.net"),
            ("Example.Cloud.Databricks.com", "https://example.cloud.databricks.com"),
            (" https://a.b:443/ ", "https://a.b"),
            ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ];
        for (text, host) in cases {
            assert_eq!(
                Host::parse(text).map(|host| host.to_string()),
                Ok(host.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "https://",
            "ftp://a",
            "https://u:p@a",
            "a b",
            "https://a:x",
            "https://[x]",
            "a\nb",
        ] {
            assert!(Host::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_http_is_safe_only_at_home() {
        let is_safe = |text| Host::parse(text).unwrap().is_safe();
        assert!(
            is_safe("https://a") && is_safe("http://localhost:1") && is_safe("http://127.9.9.9")
        );
        assert!(
            is_safe("http://[::1]:80")
                && !is_safe("http://127.0.0.1.evil.com")
                && !is_safe("http://a")
        );
    }
}
