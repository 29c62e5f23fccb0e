//! The one call that cannot be undone: what is proven before it, how it is remembered, and what is proven of its answer.

use std::collections::BTreeSet;
use std::time::{Duration as Span, Instant};

use super::desk::Standing;
use super::identify::refuse_what_others_have;
use super::journal::{Holding, Mint, Progress, State, Step};
use super::run::{Next, Rotation, short};
use super::slot::Stamp;
use super::store::Store;
use crate::api::identity;
use crate::api::tokens::{Minted, NewToken};
use crate::clock::{Duration, Time};
use crate::error::{Error, RotationTrouble};
use crate::gate::{Admission, Outcome, Permit};
use crate::secret::Secret;
use crate::token::Token;

/// More tokens than this are not made for a slot within a day, unless they live so shortly that more are needed.
const MOST_A_DAY: usize = 3;

/// A token is replaced no more often than this in its lifetime.
const MOST_A_LIFE: i64 = 2;

/// How long the third is waited with after two that came to nothing.
const PAUSE: Duration = Duration::from_minutes(15);

/// How long a new token may take to be accepted.
const PATIENCE: Span = Span::from_secs(60);

/// How much shorter a life may be than it was asked for before that is worth a word.
const ROUNDING: Duration = Duration::from_seconds(60);

/// What a token without scopes may do.
const EVERYTHING: &str = "all-apis";

impl Rotation<'_> {
    /// Makes the token that replaces `current`.
    pub(super) fn mint(&mut self, current: &Holding, lifetime: Duration) -> Result<Next, Error> {
        let current = Holding { scopes: self.scopes_now(current), ..current.clone() };
        self.refuse_unfit(&current, lifetime)?;
        let current = &Holding { principal: self.prove_owner(&current)?, ..current };
        self.reserve()?;
        let stamp = Stamp::new(self.bench.slot);
        let scopes = Some(current.scopes.clone()).filter(|scopes| !scopes.is_empty());
        let comment = if self.bench.session.gate().is_dry() {
            current.comment.clone()
        } else {
            stamp.sign(&current.comment)
        };
        let new = NewToken { comment, lifetime, scopes };
        let permit = match self.desk.admit_mint(&new)? {
            Admission::Go(permit) => permit,
            Admission::Dry(_) => return self.plan_rest(current),
        };
        let permit = self.remember_intent(permit, current, &stamp, lifetime)?;
        self.has_minted = true;
        let minted = match self.desk.mint(permit, &new) {
            Ok(minted) => minted,
            Err(error @ Error::OutcomeUnknown { .. }) => return Err(error),
            Err(error) => {
                self.journal.note_refusal();
                self.save()?;
                return Err(error);
            }
        };
        self.remember_answer(current, &stamp, &minted)?;
        self.tell(format!("created token {}", short(minted.token.token_id())));
        if let Err(error) = self.prove(current, lifetime, &minted.token, &minted.value) {
            return Err(self.give_up(error));
        }
        self.value = Some(minted.value);
        Ok(Next::GoOn)
    }

    /// Refuses what is known beforehand to come to nothing, or to more than was there.
    fn refuse_unfit(&self, current: &Holding, lifetime: Duration) -> Result<(), Error> {
        let refuse = |trouble| Err(self.bench.slot.error(trouble));
        if current.scopes.is_empty() && self.reports_scopes() {
            let token_id = current.token_id.clone();
            return refuse(RotationTrouble::ScopesUnreadable { token_id });
        }
        if let Some(from) = self.next_mint(lifetime) {
            let count = self.journal.mints.len();
            return refuse(RotationTrouble::Enough { count, from: from.to_string() });
        }
        let policy = identity::policy(self.desk.client()?);
        let maximum = policy.and_then(|policy| policy.max_lifetime_days).map(Duration::from_days);
        match maximum {
            Some(maximum) if lifetime > maximum => {
                let (asked, maximum) = (lifetime.to_string(), maximum.to_string());
                refuse(RotationTrouble::TooLong { asked, maximum })
            }
            _ => Ok(()),
        }
    }

    /// Returns when the next token may be made, if not now: too many in a day, or two that came to nothing.
    fn next_mint(&self, lifetime: Duration) -> Option<Time> {
        let mints = &self.journal.mints;
        let lives = Duration::from_days(1).ms() / lifetime.ms().max(1);
        let most = MOST_A_DAY + usize::try_from(MOST_A_LIFE * lives).unwrap_or(usize::MAX / 2);
        let failed = mints.iter().rev().take_while(|mint| !mint.has_settled).count();
        let from = match mints.len() {
            count if count >= most => mints[count - most].at.plus(Duration::from_days(1)),
            count if failed >= 2 => mints[count - 1].at.plus(PAUSE),
            _ => return None,
        };
        (from > self.now()).then_some(from)
    }

    fn reports_scopes(&self) -> bool {
        self.tokens.iter().any(|token| !token.scopes().is_empty())
    }

    /// Returns what a token may do: as the list says it now, or else as it was when it was made.
    fn scopes_now(&self, current: &Holding) -> Vec<String> {
        let listed = self.tokens.iter().find(|token| token.token_id() == current.token_id);
        let scopes = listed.map(Token::scopes).filter(|scopes| !scopes.is_empty());
        scopes.unwrap_or(&current.scopes).to_vec()
    }

    /// Proves that every sink may and can be written.
    fn reserve(&self) -> Result<(), Error> {
        let (gate, origin) = (self.bench.session.gate(), self.bench.origin);
        for sink in &self.sinks {
            let (effect, place) = sink.effect();
            if let Err(error) = gate.check_grants(&effect, origin) {
                return Err(gate.refuse(effect, &place, origin, error));
            }
            if !gate.is_dry() {
                sink.reserve()?;
            }
        }
        Ok(())
    }

    /// Writes down that a token is about to be asked for.
    fn remember_intent(
        &mut self,
        permit: Permit,
        current: &Holding,
        stamp: &Stamp,
        lifetime: Duration,
    ) -> Result<Permit, Error> {
        let now = self.now();
        self.journal.sinks.clone_from(&self.request.sinks);
        self.journal.policy.clone_from(&self.request.policy);
        self.journal.hooks = self.hooks.names().into_iter().map(str::to_owned).collect();
        self.journal.mints.push(Mint { at: now, has_settled: false });
        let asked_expiry = now.plus(lifetime);
        let (old, stamp) = (current.clone(), stamp.clone());
        self.journal.state = State::Minting { old, stamp, asked_expiry };
        match self.claim() {
            Ok(()) => Ok(permit),
            Err(error) => {
                let code = error.code().to_owned();
                permit.close(&Outcome::Refused { code, request_id: None });
                Err(error)
            }
        }
    }

    /// Saves the journal, unless another slot has the token or a sink by now: of two that begin at once, one goes on.
    fn claim(&self) -> Result<(), Error> {
        let _lock = self.store.as_ref().map(Store::lock_claims).transpose()?;
        refuse_what_others_have(self.bench, &self.journal, &self.sinks)?;
        self.save()
    }

    /// Writes down the token that was made, before anything else is done with it.
    fn remember_answer(
        &mut self,
        current: &Holding,
        stamp: &Stamp,
        minted: &Minted,
    ) -> Result<(), Error> {
        let fingerprint = self.journal.salt.fingerprint(&minted.value);
        let new = current.heir(&minted.token, fingerprint, stamp);
        let sinks: Progress = self.sinks.iter().map(|sink| (sink.key(), Step::Untouched)).collect();
        self.journal.state = State::Minted { old: current.clone(), new, sinks };
        self.save()
    }

    /// Proves that the new token may do what the old one may, lives as long as asked, and is accepted.
    fn prove(
        &mut self,
        current: &Holding,
        lifetime: Duration,
        token: &Token,
        value: &Secret,
    ) -> Result<(), Error> {
        self.prove_scopes(current, token)?;
        self.prove_lifetime(lifetime, token)?;
        self.prove_accepted(current, token, value)?;
        if self.hooks.verify(token)? {
            return Ok(());
        }
        Err(self.bench.slot.error(RotationTrouble::Vetoed { hook: "verify" }))
    }

    fn prove_scopes(&mut self, current: &Holding, token: &Token) -> Result<(), Error> {
        let mut got = token.scopes().to_vec();
        if got.is_empty() && self.reports_scopes() {
            // The answer need not name them; the list does.
            let listed = self.desk.list(self.readings.values())?;
            let same = listed.iter().find(|listed| listed.token_id() == token.token_id());
            got = same.map(|listed| listed.scopes().to_vec()).unwrap_or_default();
        }
        let set = |scopes: &[String]| -> BTreeSet<String> {
            let everything = [EVERYTHING.to_owned()];
            let scopes = if scopes.is_empty() { &everything[..] } else { scopes };
            scopes.iter().cloned().collect()
        };
        let is_silent = got.is_empty() && !self.reports_scopes();
        if (got.is_empty() == current.scopes.is_empty() || is_silent)
            && set(&got) == set(&current.scopes)
        {
            return Ok(());
        }
        let words = |scopes: &[String]| match scopes {
            [] => "what nobody says".to_owned(),
            scopes => scopes.join(", "),
        };
        Err(self.bench.slot.error(RotationTrouble::ScopesDiffer {
            token_id: token.token_id().to_owned(),
            wanted: words(&current.scopes),
            got: words(&got),
        }))
    }

    /// A life that the workspace cut short is taken as long as grace and policy fit into it.
    fn prove_lifetime(&self, asked: Duration, token: &Token) -> Result<(), Error> {
        if token.lifetime().plus(ROUNDING) >= asked {
            return Ok(());
        }
        self.bench.session.output().warn(&format!(
            "slot {}: the workspace made the new token live for {}, not {asked}",
            self.bench.slot,
            token.lifetime()
        ));
        self.request.policy.check_lengths(token.lifetime(), self.bench.slot)
    }

    /// Signs in with the new value, again for a while where it takes its time.
    fn prove_accepted(
        &self,
        current: &Holding,
        token: &Token,
        value: &Secret,
    ) -> Result<(), Error> {
        let begun = Instant::now();
        let mut pause = Span::from_millis(250);
        loop {
            match self.desk.standing(value)? {
                Standing::Accepted(name) => {
                    return self.refuse_other_owner(current.principal.as_deref(), name.as_deref());
                }
                Standing::Refused if begun.elapsed() + pause < PATIENCE => {
                    self.bench.session.stop().sleep(pause)?;
                    pause *= 2;
                }
                Standing::Refused => {
                    let token_id = token.token_id().to_owned();
                    return Err(self.bench.slot.error(RotationTrouble::NotAccepted { token_id }));
                }
            }
        }
    }

    /// Gives the new token up, which no sink was given, and revokes it if that can be done now; returns the reason.
    pub(super) fn give_up(&mut self, reason: Error) -> Error {
        self.journal.fall_back();
        match self.save().and_then(|()| self.revoke_strays()) {
            // The reason tells more than what came after it.
            Ok(()) | Err(_) => reason,
        }
    }
}
