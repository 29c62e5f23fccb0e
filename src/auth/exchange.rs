//! Trades a token that somebody else signed for an access token of the workspace (RFC 8693); who signed it is a `Voucher`.

use serde_json::Value;

use super::Credential;
use super::access::Access;
use super::bearer::Bearer;
use super::discovery::{self, Discovery};
use super::kit::Kit;
use super::methods::scopes;
use super::purse::Issuer;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::{Request, Signature};

/// Whoever signs tokens about the machine or job that a run is on.
pub trait Voucher: Send + Sync {
    /// Returns a signed token; `audience` says for whom, where that can be chosen.
    fn vouch(&self, audience: &dyn Fn() -> Result<String, Error>) -> Result<Secret, Error>;
}

struct Exchange {
    voucher: Box<dyn Voucher>,
    discovery: Discovery,
    kit: Kit,
    scopes: String,
    client_id: Option<String>,
    audience: Option<String>,
    account: Option<String>,
}

/// Makes the credential that trades what `voucher` signs.
pub fn make(
    auth_type: &'static str,
    source: String,
    voucher: Box<dyn Voucher>,
    connection: &Connection,
    kit: &Kit,
) -> Box<dyn Credential> {
    let attributes = &connection.attributes;
    let issuer = Exchange {
        voucher,
        discovery: Discovery::new(connection, kit),
        kit: kit.clone(),
        scopes: scopes(connection),
        client_id: attributes.text("client_id").map(str::to_owned),
        audience: attributes.text("audience").map(str::to_owned),
        account: discovery::account(connection).map(str::to_owned),
    };
    Box::new(Bearer::new(auth_type, source, Box::new(issuer), kit))
}

impl Issuer for Exchange {
    fn issue(&self, _: bool) -> Result<Access, Error> {
        let voucher = self.voucher.vouch(&|| self.choose_audience())?;
        let mut fields = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", voucher.expose()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            ("scope", self.scopes.as_str()),
        ];
        // Without a client the account's own federation policy decides.
        fields.extend(self.client_id.as_deref().map(|id| ("client_id", id)));
        self.discovery.ask(|endpoint| {
            let request = Request::form(&endpoint.path, &fields);
            Access::read(&endpoint.http.read(&Signature::none(), &request)?)
        })
    }
}

impl Exchange {
    /// Returns for whom tokens are signed: as configured, as the workspace says, else the account or the token endpoint.
    fn choose_audience(&self) -> Result<String, Error> {
        if let Some(audience) = &self.audience {
            return Ok(audience.clone());
        }
        match self.ask_workspace().or_else(|| self.account.clone()) {
            Some(audience) => Ok(audience),
            None => Ok(self.discovery.find()?.0.url),
        }
    }

    fn ask_workspace(&self) -> Option<String> {
        let http = self.kit.http.as_ref()?;
        let request = Request::get("/.well-known/databricks-config");
        let answer = http.read(&Signature::none(), &request).ok()?;
        let body: Value = serde_json::from_str(&answer.body).ok()?;
        let audience = body["token_federation_default_oidc_audiences"][0].as_str()?;
        Some(audience.to_owned())
    }
}
