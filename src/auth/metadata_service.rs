//! Signing in through a service on this machine that hands out tokens, as Databricks' editor extensions run one.

use super::Credential;
use super::access::Access;
use super::bearer::Bearer;
use super::kit::{Endpoint, Kit};
use super::methods::required;
use super::purse::Issuer;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::{Request, Signature};

const NAME: &str = "metadata-service";

struct Service {
    endpoint: Endpoint,
    host: String,
}

/// Makes the credential of a connection; a service on another machine could read for whom tokens are.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let url = required(connection, NAME, "metadata_service_url")?;
    let endpoint = kit.endpoint(url.text())?;
    if !endpoint.http.host().is_loopback() {
        return Err(Error::SettingInvalid {
            name: "metadata_service_url",
            text: url.text().to_owned(),
            source_name: url.source.to_string(),
            reason: "it must be on this machine, localhost or 127.0.0.1".to_owned(),
        });
    }
    let host = connection.host.as_ref().map(ToString::to_string).unwrap_or_default();
    let issuer = Service { endpoint, host };
    Ok(Box::new(Bearer::new(NAME, url.source.to_string(), Box::new(issuer), kit)))
}

impl Issuer for Service {
    fn issue(&self, _: bool) -> Result<Access, Error> {
        let signature = Signature::none()
            .with("x-databricks-metadata-version", Secret::unregistered("1"))
            .with("x-databricks-host", Secret::unregistered(self.host.as_str()));
        let request = Request::get(&self.endpoint.path);
        Access::read(&self.endpoint.http.read(&signature, &request)?)
    }
}
