//! Signing in as the managed identity of the Azure machine that a run is on.

use std::sync::Arc;

use super::Credential;
use super::access::Access;
use super::azure::{self, DATABRICKS, MANAGEMENT_HEADER, RESOURCE_HEADER};
use super::bearer::Bearer;
use super::kit::Kit;
use super::purse::Issuer;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::{Http, Request, Signature, encode};

const NAME: &str = "azure-msi";

/// The machine's metadata service, asked for the tokens of an identity.
pub struct Machine {
    /// The way to it.
    pub http: Arc<Http>,
    /// Which identity, where a machine has several.
    pub client_id: Option<String>,
    /// What tokens are for.
    pub resource: String,
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let switch = connection.attributes.value("azure_use_msi");
    let source = switch.map_or_else(|| NAME.to_owned(), |value| value.source.to_string());
    let management = azure::cloud(connection)?.management;
    let mut bearer = Bearer::new(NAME, source, issuer(connection, kit, DATABRICKS), kit).and(
        MANAGEMENT_HEADER,
        issuer(connection, kit, management),
        kit,
    );
    if let Some(id) = connection.attributes.text("azure_workspace_resource_id") {
        bearer = bearer.with(RESOURCE_HEADER, id);
    }
    Ok(Box::new(bearer))
}

/// Returns who hands out tokens for `resource`.
pub fn issuer(connection: &Connection, kit: &Kit, resource: &str) -> Box<dyn Issuer> {
    Box::new(Machine {
        http: Arc::new(Http::to_metadata_service(kit.means.clone())),
        client_id: connection.attributes.text("azure_client_id").map(str::to_owned),
        resource: resource.to_owned(),
    })
}

impl Issuer for Machine {
    fn issue(&self, _: bool) -> Result<Access, Error> {
        let identity = self.client_id.as_ref().map(|id| format!("&client_id={}", encode(id)));
        let path = format!(
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource={}{}",
            encode(&self.resource),
            identity.unwrap_or_default()
        );
        let signature = Signature::none().with("metadata", Secret::unregistered("true"));
        Access::read(&self.http.read(&signature, &Request::get(path))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Time};
    use crate::host::Host;
    use crate::output::{Format, LogFormat, Manner, Output};
    use crate::sandbox::{Options, Sandbox};
    use crate::stop::Stop;
    use crate::wire::{Means, Pace};

    #[test]
    fn the_machine_hands_out_tokens_for_each_resource() {
        let sandbox = Sandbox::start(Options { tokens: 1, ..Options::default() }).unwrap();
        let address = &sandbox.workspaces()[0];
        let stop = Arc::<Stop>::default();
        let manner = Manner {
            format: Format::Json,
            color: None,
            quiet: true,
            debug: false,
            log: LogFormat::Text,
        };
        let output = Arc::new(Output::new(manner, Arc::clone(&stop)));
        let clock = Arc::<Clock>::default();
        let means = Means {
            network: Arc::default(),
            automation: None,
            output,
            stop,
            clock,
            jobs: 1,
            pace: Pace::default(),
        };
        let machine = |client_id: Option<&str>, resource: &str| {
            // The metadata service's own address is nobody's in a test.
            let http = Http::new(Host::parse(&address.host).unwrap(), means.clone()).unwrap();
            let client_id = client_id.map(str::to_owned);
            Machine { http: Arc::new(http), client_id, resource: resource.to_owned() }.issue(false)
        };
        let access = machine(None, DATABRICKS).unwrap();
        assert!(access.expires > Time::now());
        assert!(machine(Some(&address.client_id), "https://management.core.windows.net/").is_ok());
        for (client_id, resource) in [(Some("nobody"), DATABRICKS), (None, "something else")] {
            let error = machine(client_id, resource).err().unwrap();
            assert_eq!(error.exit_code(), 1, "{error}");
        }
        assert_eq!(sandbox.requests_of("machine"), 4);
    }
}
