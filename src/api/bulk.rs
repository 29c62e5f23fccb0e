//! Many tokens revoked at once: several requests on their way over kept connections, from threads of their own.
//!
//! All are admitted before the first request, or none is. How many may be on their way is `wire`'s.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;
use std::vec::IntoIter;

use super::Client;
use super::own::OwnRule;
use super::tokens::{self, Target, know_own, request_for};
use crate::error::{Error, Revocations, exit};
use crate::gate::{Batch, Origin, Outcome, Permit};
use crate::output::{Output, Work};
use crate::stop::Stop;
use crate::wire::{Request, Turn};

/// What takes no longer needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the bar is drawn.
const STEP: Duration = Duration::from_millis(200);

/// How often a log hears of it.
const SELDOM: Duration = Duration::from_secs(30);

/// Revokes tokens: the caller's, or as an administrator anybody's. Returns once each is revoked, gone, failed, or not
/// tried because it would have failed like one before; an end of the run is told of after what was on its way.
///
/// The credential in use is left alone, or comes last where `rule` lets it be revoked.
pub fn revoke_many(
    client: &Client,
    targets: Vec<Target>,
    as_admin: bool,
    rule: OwnRule,
    origin: &Origin,
) -> Result<Revocations, Error> {
    for target in &targets {
        request_for(&target.token_id, as_admin)?;
    }
    let (mut targets, own) = set_own_apart(client, targets, as_admin, rule, origin)?;
    let others = targets.len();
    targets.extend(own);
    if targets.is_empty() {
        return Ok(Revocations::default());
    }
    // Who cannot sign in has nothing to be admitted, and a sandbox is to be known as one by then.
    client.sign()?;
    if client.http.is_sandbox().is_none() {
        tokens::list(client)?;
    }
    let total = targets.len();
    let effects = targets.into_iter().map(|target| target.effect(as_admin)).collect();
    let Batch::Go(mut permits) = client.gate.admit_all(effects, &client.place(), origin)? else {
        return Ok(Revocations { revoked: total, ..Revocations::default() });
    };
    let last = permits.split_off(others);
    let crew = Crew::new(client, as_admin, total);
    crew.work_through(permits);
    crew.work_through(last);
    crew.conclude()
}

/// Takes the credential in use out of the targets: it is skipped with a warning, or returned to be the last.
fn set_own_apart(
    client: &Client,
    targets: Vec<Target>,
    as_admin: bool,
    rule: OwnRule,
    origin: &Origin,
) -> Result<(Vec<Target>, Vec<Target>), Error> {
    if rule == OwnRule::Refuse
        && let Some(first) = targets.first()
        && !know_own(client)?
    {
        let effect = first.effect(as_admin);
        return Err(client.gate.refuse(effect, &client.place(), origin, Error::OwnTokenUnknown));
    }
    let (own, others): (Vec<_>, Vec<_>) =
        targets.into_iter().partition(|target| client.own.could_be(&target.token_id));
    let Some(target) = own.first() else { return Ok((others, own)) };
    let what = format!("token {} is the credential in use", target.token_id);
    match rule {
        OwnRule::Refuse => {
            client.http.output().warn(&format!("{what}: it is left alone"));
            return Ok((others, Vec::new()));
        }
        OwnRule::Warn => {
            client.http.output().warn(&format!("{what}: it will not work afterwards"));
        }
        OwnRule::Allow => {}
    }
    Ok((others, own))
}

/// Those who work through the permits together, each of which is for one token.
struct Crew<'c> {
    client: &'c Client,
    as_admin: bool,
    queue: Mutex<IntoIter<Permit>>,
    report: Mutex<Revocations>,
    /// A failure that all others would share.
    shared: OnceLock<Error>,
    work: Arc<Work>,
}

impl<'c> Crew<'c> {
    fn new(client: &'c Client, as_admin: bool, total: usize) -> Self {
        client.http.begin_many();
        let work = client.http.output().activity().begin_work("revoking", total);
        let (queue, report) = (Mutex::new(Vec::new().into_iter()), Mutex::default());
        Self { client, as_admin, queue, report, shared: OnceLock::new(), work }
    }

    fn work_through(&self, permits: Vec<Permit>) {
        let hands = self.client.http.jobs().min(permits.len());
        *lock(&self.queue) = permits.into_iter();
        let turn = Stop::joined_turn();
        thread::scope(|scope| {
            let (at_work, ended) = mpsc::channel::<()>();
            for hand in 0..hands {
                let at_work = at_work.clone();
                let help = move || {
                    let _until_the_end = at_work;
                    if let Some(turn) = turn {
                        Stop::join_turn(turn);
                    }
                    self.help();
                };
                let thread = thread::Builder::new().name("revoke".to_owned());
                if thread.spawn_scoped(scope, help).is_err() {
                    // Without a thread to spare there are fewer, down to this one.
                    if hand == 0 {
                        self.help();
                    }
                    break;
                }
            }
            drop(at_work);
            show_progress(self.client.http.output(), &self.work, |wait| {
                ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout)
            });
        });
        self.leave_rest();
    }

    /// Revokes one after the other until there are none, or no sense in going on.
    fn help(&self) {
        while let Some(mut turn) = self.client.http.take_turn()
            && self.shared.get().is_none()
        {
            let Some(permit) = lock(&self.queue).next() else { return };
            let token_id = permit.token_id().to_owned();
            let result = request_for(&token_id, self.as_admin)
                .and_then(|request| self.client.write_admitted(&mut turn, permit, &request));
            // Before the turn ends, so that what waits for the next hears of it.
            self.note(token_id, result);
            self.work.advance();
        }
    }

    fn note(&self, token_id: String, result: Result<(), Error>) {
        let mut report = lock(&self.report);
        match result {
            Ok(()) => report.revoked += 1,
            Err(error) if error.is_gone() => {
                report.already_gone += 1;
                report.one_gone.get_or_insert(token_id);
            }
            Err(_) if self.client.http.stop().is_set() => report.untried.push(token_id),
            Err(error) => {
                if matches!(error.exit_code(), exit::CREDENTIAL | exit::UNREACHABLE) {
                    let _ = self.shared.set(error.clone());
                }
                report.failures.push((token_id, error));
            }
        }
    }

    /// Closes what was not tried.
    fn leave_rest(&self) {
        let reason = self.client.http.stop().check().err().or_else(|| self.shared.get().cloned());
        let Some(reason) = reason else { return };
        for permit in lock(&self.queue).by_ref() {
            lock(&self.report).untried.push(permit.token_id().to_owned());
            permit.close(&refused(&reason));
        }
    }

    fn conclude(self) -> Result<Revocations, Error> {
        let output = self.client.http.output();
        output.activity().end_work();
        let report = self.report.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.client.http.stop().check() {
            output.warn(&format!("{error}: {}", report.counts()));
            return Err(error);
        }
        Ok(report)
    }
}

impl Client {
    /// Sends one of many requests that were admitted together, once more with a newer credential if that is refused.
    fn write_admitted(
        &self,
        turn: &mut Turn<'_>,
        permit: Permit,
        request: &Request,
    ) -> Result<(), Error> {
        let mut permit = Some(permit);
        let result =
            self.signed(|signature| self.http.write_in_turn(turn, signature, &mut permit, request));
        if let (Some(permit), Err(error)) = (permit, &result) {
            permit.close(&refused(error));
        }
        result.map(|_| ())
    }
}

/// Shows how far the work is while `goes_on`, which waits for at most so long.
fn show_progress(output: &Output, work: &Work, goes_on: impl Fn(Duration) -> bool) {
    if !output.is_watched() {
        while goes_on(SELDOM) {
            output.note(&work.line());
        }
        return;
    }
    let mut wait = PATIENCE;
    while goes_on(wait) {
        output.pass(&format!("{} (Ctrl-C stops)", work.bar()));
        wait = STEP;
    }
    output.pass("");
}

fn refused(error: &Error) -> Outcome {
    Outcome::Refused { code: error.code().to_owned(), request_id: None }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
