//! The networks between here and a workspace: whom to trust, who vouches for us, and through which proxy.
//!
//! Files are named here and read by `wire`.

use std::path::PathBuf;

use super::proxies::Proxies;
use super::value::Source;
use super::{Connection, Settings};
use crate::error::Error;

/// How connections to a workspace are made.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Files with certificates to trust beside the system's, and who named each.
    pub authorities: Vec<(PathBuf, Source)>,
    /// Who we are to a server that asks for a certificate.
    pub identity: Option<Identity>,
    /// Who said that certificates are not to be looked at, if somebody did.
    pub unverified: Option<Source>,
    /// The proxies.
    pub proxies: Proxies,
}

/// A client certificate and its key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The file with the certificate, and what stands between it and the authority.
    pub certificate: PathBuf,
    /// The file with the key; the certificate's own if it holds both.
    pub key: PathBuf,
    /// Who named the certificate.
    pub source: Source,
}

impl Settings {
    /// Returns how `connection` is made.
    pub fn network(&self, connection: &Connection) -> Result<Network, Error> {
        Ok(Network {
            authorities: self.authorities(connection),
            identity: self.identity(connection),
            unverified: find_unverified(connection)?,
            proxies: Proxies::read(&self.environment),
        })
    }

    /// Returns how a host that is no workspace is reached: nobody vouches for us there, and certificates are looked at.
    pub fn network_elsewhere(&self) -> Network {
        Network {
            authorities: self.authorities_of_run(),
            identity: None,
            unverified: None,
            proxies: Proxies::read(&self.environment),
        }
    }

    fn authorities(&self, connection: &Connection) -> Vec<(PathBuf, Source)> {
        let profile = connection.attributes.value("ca_file");
        let profile = profile.map(|value| (self.expand(value.text()), value.source.clone()));
        let mut authorities = self.authorities_of_run();
        let flags = self.asked().ca_file.len();
        authorities.splice(flags..flags, profile);
        authorities
    }

    /// Returns the files that flags and variables name.
    fn authorities_of_run(&self) -> Vec<(PathBuf, Source)> {
        let flags =
            self.asked().ca_file.iter().map(|path| (path.clone(), Source::Flag("--ca-file")));
        let variables = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"].into_iter().filter_map(|name| {
            let path = self.environment.variable(name)?;
            Some((PathBuf::from(path), Source::Variable(name.to_owned())))
        });
        flags.chain(variables).collect()
    }

    fn identity(&self, connection: &Connection) -> Option<Identity> {
        let asked = self.asked();
        if let Some(certificate) = &asked.client_cert {
            let key = asked.client_key.clone().unwrap_or_else(|| certificate.clone());
            let source = Source::Flag("--client-cert");
            return Some(Identity { certificate: certificate.clone(), key, source });
        }
        let certificate = connection.attributes.value("client_cert")?;
        let key = connection.attributes.text("client_key").unwrap_or(certificate.text());
        Some(Identity {
            certificate: self.expand(certificate.text()),
            key: self.expand(key),
            source: certificate.source.clone(),
        })
    }
}

fn find_unverified(connection: &Connection) -> Result<Option<Source>, Error> {
    let Some(value) = connection.attributes.value("skip_verify") else { return Ok(None) };
    let is_on = value.is_true("skip_verify")?;
    Ok(is_on.then(|| value.source.clone()))
}
