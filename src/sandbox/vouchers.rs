//! Signed tokens (JWT, RFC 7519) as the runners of GitHub and Azure DevOps hand them out, and the check that one is ours.
//!
//! The signature is a hash over something only this sandbox knows: enough to tell a forged one, and no more than that.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::store::Store;

/// How long one holds.
const LIFETIME_SECONDS: i64 = 600;

/// Signs a token for `audience`.
pub(super) fn sign(store: &Store, audience: &str, now: i64) -> String {
    let claims = json!({
        "iss": "https://runner.sandbox",
        "sub": "repo:sandbox/jobs",
        "aud": audience,
        "exp": now / 1000 + LIFETIME_SECONDS,
    });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(&claims));
    format!("{signed}.{}", signature(store, &signed))
}

/// Tells why a token is not accepted by one who is called by any of `names`.
pub(super) fn check(
    store: &Store,
    token: &str,
    names: &[&str],
    now: i64,
) -> Result<(), &'static str> {
    let (signed, seal) = token.rsplit_once('.').ok_or("it is no JWT")?;
    if seal != signature(store, signed) {
        return Err("its signature does not fit");
    }
    let claims = signed.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Value =
        claims.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or("it is no JWT")?;
    if claims["exp"].as_i64().is_none_or(|end| end * 1000 <= now) {
        return Err("it has expired");
    }
    let is_for_us = claims["aud"].as_str().is_some_and(|audience| names.contains(&audience));
    if is_for_us { Ok(()) } else { Err("it is for another audience") }
}

fn signature(store: &Store, signed: &str) -> String {
    let known = &store.credential.client_secret;
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{known}.{signed}")))
}
