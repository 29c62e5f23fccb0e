//! A token's record, and how the two APIs show it: the caller's own in short, the administrator's
//! with owner and use.

use serde::{Deserialize, Serialize};

/// The scope that stands for no restriction.
pub(super) const ALL_APIS: &str = "all-apis";

/// What is kept of a token; never its value.
#[derive(Serialize, Deserialize, Clone)]
#[allow(clippy::struct_field_names, reason = "token_id is the API's word")]
pub(super) struct Token {
    /// 64 hexadecimal digits.
    pub(super) token_id: String,
    /// Birth, in milliseconds since 1970.
    pub(super) creation_time: i64,
    /// Death, in milliseconds since 1970; -1 for never.
    pub(super) expiry_time: i64,
    /// What its creator said of it.
    pub(super) comment: Option<String>,
    /// The scopes it was given; empty if it was given none, which means all.
    pub(super) scopes: Vec<String>,
    /// Whom it signs in.
    pub(super) owner_id: i64,
    /// Who made it.
    pub(super) created_by_id: i64,
    /// The start of the day on which it was last used, in milliseconds since 1970.
    pub(super) last_used_day: Option<i64>,
}

impl Token {
    /// Tells whether the token no longer signs anybody in.
    pub(super) fn is_expired(&self, now: i64) -> bool {
        self.expiry_time != -1 && self.expiry_time <= now
    }

    /// Gives the instant at which the token is forgotten, `linger` milliseconds after its death.
    pub(super) fn vanishes_at(&self, linger: i64) -> i64 {
        if self.expiry_time == -1 { i64::MAX } else { self.expiry_time.saturating_add(linger) }
    }

    /// Shows the token to its owner.
    pub(super) fn show(&self, report_scopes: bool) -> TokenView<'_> {
        let scopes = match self.scopes.as_slice() {
            [] if report_scopes => vec![ALL_APIS],
            scopes => scopes.iter().map(String::as_str).collect(),
        };
        TokenView {
            token_id: &self.token_id,
            creation_time: self.creation_time,
            expiry_time: self.expiry_time,
            comment: self.comment.as_deref(),
            scopes,
        }
    }

    /// Shows the token to an administrator.
    pub(super) fn show_to_admin<'a>(
        &'a self,
        report_scopes: bool,
        creator: &'a str,
        workspace_id: i64,
    ) -> AdminView<'a> {
        AdminView {
            token: self.show(report_scopes),
            created_by_id: self.created_by_id,
            created_by_username: creator,
            owner_id: self.owner_id,
            last_used_day: self.last_used_day,
            workspace_id,
        }
    }
}

/// A token as the Token API shows it, in the API's key order.
#[derive(Serialize)]
pub(super) struct TokenView<'a> {
    token_id: &'a str,
    creation_time: i64,
    expiry_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<&'a str>,
}

/// A token as the Token Management API shows it.
#[derive(Serialize)]
pub(super) struct AdminView<'a> {
    #[serde(flatten)]
    token: TokenView<'a>,
    created_by_id: i64,
    created_by_username: &'a str,
    owner_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_day: Option<i64>,
    workspace_id: i64,
}
