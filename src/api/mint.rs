//! One token, made by one request that is never repeated: what a rotation needs, whose journal remembers the request.
//!
//! The gate is asked first, so that what it refuses leaves no trace in a journal. Listing and revoking are `tokens`'.

use super::Client;
use super::tokens::{Minted, NewToken, read_minted};
use crate::error::Error;
use crate::gate::{Admission, Effect, Origin, Permit};
use crate::wire::Request;

/// Asks the gate whether the token may be made: for whoever signs in, or on behalf of a service principal's application.
pub fn admit(
    client: &Client,
    new: &NewToken,
    on_behalf_of: Option<&str>,
    origin: &Origin,
) -> Result<Admission, Error> {
    // What the API would refuse is told before anything is asked.
    new.body()?;
    let effect = Effect::CreateToken {
        comment: new.comment.clone(),
        lifetime: new.lifetime,
        on_behalf_of: on_behalf_of.map(str::to_owned),
    };
    client.gate.admit(effect, &client.place(), origin)
}

/// Makes the token. `Error::OutcomeUnknown` says that it may live all the same; every other error that it does not, as far
/// as the workspace's own word goes.
pub fn mint(
    client: &Client,
    permit: Permit,
    new: &NewToken,
    on_behalf_of: Option<&str>,
) -> Result<Minted, Error> {
    let mut body = new.body()?;
    let path = match on_behalf_of {
        None => "/api/2.0/token/create",
        Some(application_id) => {
            body["application_id"] = application_id.into();
            "/api/2.0/token-management/on-behalf-of/tokens"
        }
    };
    let request =
        Request::post(path, &body).naming("/token_info/token_id").doing("creating a token");
    read_minted(&client.write_once(permit, &request)?)
}
