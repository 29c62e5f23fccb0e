//! What is wrong with a certificate, in words, and what to do about it.

use rustls::{AlertDescription, CertificateError};
use ureq::Error;

const COMPANY: &str = "if your company's proxy or CA signs here, name its certificate: --ca-file FILE (or SSL_CERT_FILE)";
const CLOCK: &str = "is this machine's clock right? Otherwise the server needs a new certificate";
const NAME: &str = "is the host right? A network's login page may be answering in its place";
const OURS: &str = "name a certificate the server trusts: --client-cert FILE --client-key FILE";
const ODD: &str = "is there a proxy, a firewall or a plain-http server at this address and port?";

/// Returns why no trusted connection came about and what to do, if that is what `error` says.
pub fn explain(error: &Error) -> Option<(String, &'static str)> {
    let error = match error {
        Error::Rustls(error) => error,
        Error::Io(error) => error.get_ref()?.downcast_ref::<rustls::Error>()?,
        _ => return None,
    };
    let (words, cure) = match error {
        rustls::Error::InvalidCertificate(problem) => explain_certificate(problem),
        rustls::Error::AlertReceived(alert) => explain_alert(*alert),
        _ => return Some((format!("the server does not speak TLS as it should ({error})"), ODD)),
    };
    Some((words.to_owned(), cure))
}

fn explain_certificate(problem: &CertificateError) -> (&'static str, &'static str) {
    match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("its certificate has expired", CLOCK)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("its certificate is not valid yet", CLOCK)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("its certificate is for another host", NAME)
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            ("its certificate is signed by nobody this machine trusts", COMPANY)
        }
        CertificateError::Revoked => ("its certificate was revoked", NAME),
        _ => ("its certificate cannot be trusted", COMPANY),
    }
}

fn explain_alert(alert: AlertDescription) -> (&'static str, &'static str) {
    match alert {
        AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure => {
            ("it wants to see a client certificate", OURS)
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnknownCA
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::DecryptError
        | AlertDescription::AccessDenied => ("it does not trust our client certificate", OURS),
        _ => ("it broke the handshake off", ODD),
    }
}
