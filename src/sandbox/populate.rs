//! Believable data for a new workspace: who works there, and tokens as years of use leave them. All
//! of it follows from the random numbers and the time it is given.

use fastrand::Rng;

use super::options::Options;
use super::record::Token;
use super::store::{Credential, Principal, Store, hex, token_value};

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;

/// Users beside the administrator: name, what people call them, whether they still work here.
const USERS: [(&str, &str, bool); 5] = [
    ("data.engineer@example.com", "Data Engineer", true),
    ("analyst@example.com", "Analyst", true),
    ("ml.engineer@example.com", "ML Engineer", true),
    ("former.contractor@example.com", "Former Contractor", false),
    ("former.employee@example.com", "Former Employee", false),
];

/// Service principals beside the one that signs in with OAuth.
const SERVICES: [&str; 2] = ["nightly-etl", "bi-refresh"];

const REPOSITORIES: [&str; 6] = ["api", "billing", "ingest", "models", "reports", "web"];

const COMMENTS: [&str; 12] = [
    "airflow",
    "airflow backfill",
    "terraform",
    "deploy bot",
    "dbt prod",
    "grafana",
    "jenkins agent",
    "laptop",
    "tableau refresh",
    "Zoë's notebook",
    "données météo",
    "夜間バッチ",
];

const LIFETIMES_DAYS: [i64; 5] = [30, 90, 180, 365, 730];

/// Where in its life a token is.
#[derive(Clone, Copy)]
enum Stage {
    /// Dead for less than a day.
    Expired,
    /// To die within a week.
    Ending,
    /// To live on.
    Living,
    /// Made without an end.
    Endless,
}

/// Makes a workspace as it is at `now`.
pub(super) fn populate(mut rng: Rng, options: &Options, now: i64) -> Store {
    let credential = credential(&mut rng);
    let principals = principals(&mut rng, &credential);
    let mut store = Store::new(uuid(&mut rng), credential, principals, rng.fork());
    let caller = store.principals[0].id;
    let own = Token {
        creation_time: now - 12 * DAY,
        expiry_time: now + 78 * DAY,
        comment: Some("patroll sandbox".to_owned()),
        last_used_day: Some(start_of_day(now)),
        ..token(&mut rng, Stage::Living, now, caller, caller)
    };
    let value = store.credential.token.clone();
    store.add_token(&value, own, options.random_ids);
    for number in 1..options.tokens {
        let token = token(&mut rng, stage(number), now, caller, caller);
        store.tokens.insert(token.token_id.clone(), token);
    }
    for number in 0..options.tokens / 4 {
        let owner = &store.principals[rng.usize(1..store.principals.len())];
        let creator = if owner.is_service { caller } else { owner.id };
        let token = token(&mut rng, stage(number), now, owner.id, creator);
        store.tokens.insert(token.token_id.clone(), token);
    }
    store
}

fn credential(rng: &mut Rng) -> Credential {
    Credential {
        token: token_value(rng),
        client_id: uuid(rng),
        client_secret: format!("dose{}", hex(rng, 32)),
        user: "admin@example.com".to_owned(),
        password: hex(rng, 24),
    }
}

fn principals(rng: &mut Rng, credential: &Credential) -> Vec<Principal> {
    let mut principal =
        |name: String, display_name: &str, is_service, is_active, is_admin| Principal {
            id: rng.i64(1_000_000_000_000_000..9_000_000_000_000_000),
            name,
            display_name: display_name.to_owned(),
            is_service,
            is_active,
            is_admin,
        };
    let administrator =
        principal(credential.user.clone(), "Workspace Administrator", false, true, true);
    let automation = principal(credential.client_id.clone(), "automation", true, true, true);
    let mut all = vec![administrator, automation];
    all.extend(USERS.map(|(name, display, is_active)| {
        principal(name.to_owned(), display, false, is_active, false)
    }));
    all.extend(SERVICES.map(|name| principal(String::new(), name, true, true, false)));
    for service in all.iter_mut().filter(|principal| principal.name.is_empty()) {
        service.name = uuid(rng);
    }
    all
}

/// Spreads the stages evenly, so that even a few tokens show all of them: of 25, two have died and
/// three will soon.
fn stage(number: usize) -> Stage {
    match number % 25 {
        7 | 19 => Stage::Expired,
        5 | 13 | 21 => Stage::Ending,
        3 | 11 | 16 | 22 => Stage::Endless,
        _ => Stage::Living,
    }
}

fn token(rng: &mut Rng, stage: Stage, now: i64, owner_id: i64, created_by_id: i64) -> Token {
    let lifetime = rng.choice(LIFETIMES_DAYS).unwrap_or(90) * DAY;
    let left = match stage {
        Stage::Expired => -rng.i64(HOUR / 4..23 * HOUR),
        Stage::Ending => rng.i64(HOUR..7 * DAY),
        Stage::Living | Stage::Endless => rng.i64(7 * DAY..lifetime - HOUR),
    };
    let creation_time = now + left - lifetime;
    let idle = rng.i64(0..=(now - creation_time) / DAY);
    Token {
        token_id: hex(rng, 64),
        creation_time,
        expiry_time: if matches!(stage, Stage::Endless) { -1 } else { creation_time + lifetime },
        comment: comment(rng),
        scopes: Vec::new(),
        owner_id,
        created_by_id,
        last_used_day: (rng.u8(..) > 40).then(|| start_of_day(now - idle * DAY)),
    }
}

fn comment(rng: &mut Rng) -> Option<String> {
    match rng.u32(0..100) {
        0..40 => {
            let repository = rng.choice(REPOSITORIES).unwrap_or_default();
            Some(format!("ci-{repository}-{}", rng.u32(1..100)))
        }
        40..92 => rng.choice(COMMENTS).map(str::to_owned),
        92..97 => Some(String::new()),
        _ => None,
    }
}

fn uuid(rng: &mut Rng) -> String {
    let digits = hex(rng, 32);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

fn start_of_day(ms: i64) -> i64 {
    ms - ms.rem_euclid(DAY)
}
