//! Whom a connection trusts, and who it says we are: the files that settings name, read and proven before they are used.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::error::{Error, reason};
use crate::files;
use crate::host::Host;
use crate::settings::{Identity, Network, Source};

/// Where Linux distributions keep the certificates they trust, in the order in which OpenSSL's own tools look.
const SYSTEM_BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// Makes the TLS settings of connections to `host`; where none are needed, no file is read.
pub fn configure(host: &Host, network: &Network) -> Result<TlsConfig, Error> {
    if !host.is_encrypted() {
        return Ok(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build());
    }
    let client = network.identity.as_ref().map(read_identity).transpose()?;
    Ok(TlsConfig::builder()
        .root_certs(find_roots(network)?)
        .client_cert(client)
        .disable_verification(network.unverified.is_some())
        .build())
}

/// Returns what is trusted: the system's, or that and what somebody named.
fn find_roots(network: &Network) -> Result<RootCerts, Error> {
    if network.authorities.is_empty() {
        return Ok(RootCerts::PlatformVerifier);
    }
    let mut roots = read_system();
    for (path, source) in &network.authorities {
        roots.extend(read_certificates(path, source)?);
    }
    Ok(RootCerts::Specific(Arc::new(roots)))
}

/// Reads the system's certificates; not through the library's own look-up, which `SSL_CERT_FILE` would replace.
fn read_system() -> Vec<Certificate<'static>> {
    let bundle = SYSTEM_BUNDLES.iter().map(Path::new).find(|path| path.exists());
    let loaded = match bundle {
        Some(path) => rustls_native_certs::load_certs_from_paths(Some(path), None),
        None => rustls_native_certs::load_native_certs(),
    };
    loaded.certs.iter().map(|known| Certificate::from_der(known.as_ref()).to_owned()).collect()
}

fn read_certificates(path: &Path, source: &Source) -> Result<Vec<Certificate<'static>>, Error> {
    let bytes = read_file(path, source)?;
    let items: Result<Vec<_>, _> = parse_pem(&bytes).collect();
    let items = items.map_err(|_| unusable(path, source, "it is no PEM file"))?;
    let certificates: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(unusable(path, source, "it holds no certificate in PEM form"));
    }
    Ok(certificates)
}

/// Reads a client certificate with its key; the HTTP client would panic at a pair that does not belong together.
fn read_identity(identity: &Identity) -> Result<ClientCert, Error> {
    let source = &identity.source;
    let chain = read_certificates(&identity.certificate, source)?;
    let bytes = read_file(&identity.key, source)?;
    let key = PrivateKey::from_pem(&bytes)
        .map_err(|_| unusable(&identity.key, source, "it holds no private key in PEM form"))?;
    let proven = chain.iter().map(|known| CertificateDer::from(known.der().to_vec())).collect();
    let der = PrivateKeyDer::from_pem_slice(&bytes)
        .map_err(|_| unusable(&identity.key, source, "it holds no private key in PEM form"))?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(proven, der, &provider).map_err(|error| {
        let problem = match error {
            rustls::Error::InconsistentKeys(_) => "the key is not that of the certificate",
            _ => "the certificate or its key cannot be used",
        };
        unusable(&identity.certificate, source, problem)
    })?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn read_file(path: &Path, source: &Source) -> Result<Vec<u8>, Error> {
    files::read_small(path).map_err(|error| unusable(path, source, &reason(&error)))
}

fn unusable(path: &Path, source: &Source, reason: &str) -> Error {
    Error::CertificateFile {
        path: path.to_owned(),
        source_name: source.to_string(),
        reason: reason.to_owned(),
    }
}
