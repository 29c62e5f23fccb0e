//! Makes the HTTP client's proxy of what somebody wrote; which one it is was decided by `settings`.

use ureq::Proxy;

use crate::error::Error;
use crate::settings;

/// Makes the proxy; one that cannot be used is a mistake, never a reason to go directly.
pub fn make(written: &settings::Proxy) -> Result<Proxy, Error> {
    let url = written.url.expose();
    let scheme = url.split_once("://").map_or("http", |(scheme, _)| scheme);
    if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Err(invalid(
            written,
            format!("{scheme} is no scheme of a proxy here: write http://"),
        ));
    }
    let proxy = Proxy::new(url).map_err(|_| invalid(written, "it is no URL".to_owned()))?;
    if proxy.host().is_empty() {
        return Err(invalid(written, "it names no host".to_owned()));
    }
    Ok(proxy)
}

/// Returns a proxy's address without the one who signs in to it.
pub fn describe(proxy: &Proxy, variable: &str) -> String {
    format!("{}:{} ({variable})", proxy.host(), proxy.port())
}

fn invalid(written: &settings::Proxy, reason: String) -> Error {
    Error::ProxyInvalid { source_name: written.variable.to_owned(), reason }
}
