//! A certificate authority, and a front that speaks TLS under any name for a server that does not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
};

/// A certificate authority that no machine trusts unasked.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    /// Makes one with a key of its own.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two that bear one name could not be told apart.
        params
            .distinguished_name
            .push(DnType::CommonName, format!("authority {}", fastrand::u64(..)));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Gives its certificate in PEM form.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Signs a certificate for these names.
    pub fn sign(&self, names: &[&str]) -> Identity {
        self.sign_until(names, 4096)
    }

    /// Signs a certificate that ends with the year before `year`.
    pub fn sign_until(&self, names: &[&str], year: i32) -> Identity {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity { certificate, key }
    }
}

impl Identity {
    /// Makes a certificate that is signed by nobody but itself.
    pub fn alone(names: &[&str]) -> Self {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "alone");
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, key }
    }

    /// Gives the certificate in PEM form.
    pub fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    /// Gives the key in PEM form.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }
}

/// What a front does to a connection instead of serving it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// It hangs up before a word of TLS.
    Closed,
    /// It answers with something that is no TLS.
    Plain,
    /// It shows a certificate that nobody vouches for.
    Stranger,
    /// It hears the request, and passes it on to nobody.
    Unheard,
    /// It passes the request on, and half of the answer back, and hangs up without a word of TLS.
    Half,
}

/// Connections that are to break: how, how many go well first, and how many break then.
struct Breaks {
    how: Break,
    after: usize,
    times: usize,
    stranger: Arc<ServerConfig>,
}

/// A server that speaks TLS and passes each request on to another that does not.
pub struct Front {
    port: u16,
    target: Arc<Mutex<String>>,
    requests: Arc<Mutex<Vec<String>>>,
    breaks: Arc<Mutex<Option<Breaks>>>,
}

impl Front {
    /// Shows `identity`, and passes on to `host`, an address with `http://`.
    pub fn new(identity: &Identity, host: &str) -> Self {
        Self::start(configure(identity, None, rustls::DEFAULT_VERSIONS), host)
    }

    /// Does so by one version of the protocol alone.
    pub fn speaking(
        version: &'static SupportedProtocolVersion,
        identity: &Identity,
        host: &str,
    ) -> Self {
        Self::start(configure(identity, None, &[version]), host)
    }

    /// Does so only for clients with a certificate of `authority`.
    pub fn guarded(identity: &Identity, host: &str, authority: &Authority) -> Self {
        Self::start(configure(identity, Some(authority), rustls::DEFAULT_VERSIONS), host)
    }

    fn start(config: ServerConfig, host: &str) -> Self {
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let target = Arc::new(Mutex::new(String::new()));
        let breaks = Arc::new(Mutex::new(None));
        let front = Self {
            port,
            target: Arc::clone(&target),
            requests: Arc::clone(&requests),
            breaks: Arc::clone(&breaks),
        };
        front.turn_to(host);
        // It ends with the test's process: a thread that waits costs nothing.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut config, requests) = (Arc::clone(&config), Arc::clone(&requests));
                let target = target.lock().unwrap().clone();
                let how = breaks.lock().unwrap().as_mut().and_then(Breaks::draw);
                if let (Some(Break::Stranger), Some(breaks)) = (how, &*breaks.lock().unwrap()) {
                    config = Arc::clone(&breaks.stranger);
                }
                thread::spawn(move || serve(stream.unwrap(), config, &requests, &target, how));
            }
        });
        front
    }

    /// Passes on to another host from now on.
    pub fn turn_to(&self, host: &str) {
        host.trim_start_matches("http://").clone_into(&mut self.target.lock().unwrap());
    }

    /// Breaks `times` connections once `after` of them have gone well.
    pub fn break_connections(&self, how: Break, after: usize, times: usize) {
        let identity = Authority::new().sign(&["127.0.0.1", "localhost"]);
        let stranger = Arc::new(configure(&identity, None, rustls::DEFAULT_VERSIONS));
        *self.breaks.lock().unwrap() = Some(Breaks { how, after, times, stranger });
    }

    /// Breaks none any more.
    pub fn mend(&self) {
        *self.breaks.lock().unwrap() = None;
    }

    /// Tells the port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Gives the heads of all requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Breaks {
    /// Counts a connection; tells how it is to break, if it is.
    fn draw(&mut self) -> Option<Break> {
        if self.after > 0 {
            self.after -= 1;
            return None;
        }
        self.times = self.times.checked_sub(1)?;
        Some(self.how)
    }
}

fn configure(
    identity: &Identity,
    guard: Option<&Authority>,
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap();
    let builder = match guard {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(authority.0.der().to_vec())).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let chain = vec![CertificateDer::from(identity.certificate.der().to_vec())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
    builder.with_single_cert(chain, key).unwrap()
}

/// Serves one connection; a client that breaks off is the client's business.
fn serve(
    mut stream: TcpStream,
    config: Arc<ServerConfig>,
    requests: &Mutex<Vec<String>>,
    target: &str,
    how: Option<Break>,
) {
    match how {
        Some(Break::Closed) => return,
        Some(Break::Plain) => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
            return;
        }
        _ => {}
    }
    let mut client = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let Some(request) = read_request(&mut client) else { return };
    let end = find(&request, b"\r\n\r\n").unwrap();
    requests.lock().unwrap().push(String::from_utf8_lossy(&request[..end]).into_owned());
    if how == Some(Break::Unheard) {
        return;
    }
    let mut server = TcpStream::connect(target).unwrap();
    let closing = [&request[..end], b"\r\nConnection: close", &request[end..]].concat();
    server.write_all(&closing).unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    if how == Some(Break::Half) {
        let _ = client.write_all(&answer[..answer.len() / 2]).and_then(|()| client.flush());
        return;
    }
    let _ = client.write_all(&answer);
    client.conn.send_close_notify();
    let _ = client.flush();
}

fn read_request(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = find(&bytes, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some(bytes);
            }
        }
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
