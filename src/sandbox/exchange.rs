//! From a request to what is sent back: the door, the handler, the log, and whatever trouble was
//! asked for on the way.

use std::sync::Arc;
use std::time::Duration;

use super::answer::Answer;
use super::call::Call;
use super::control;
use super::errors::{ApiError, code_of};
use super::fault::{Fault, Trouble};
use super::log::Write;
use super::request::Request;
use super::routes::{self, Route};
use super::sign_in;
use super::world::World;

/// What is done about a request.
pub(super) enum Delivery {
    /// An answer is sent.
    Whole(Answer),
    /// Half of an answer is sent.
    Half(Answer),
    /// An answer is sent that goes on and on.
    Endless(Answer),
    /// An answer is sent so slowly that it takes this time.
    Drip(Answer, Duration),
    /// The connection is closed.
    Cut,
    /// The client waits.
    Hold,
}

/// A request that may be carried out.
struct Attempt<'a> {
    world: &'a World,
    workspace: usize,
    request: &'a Request,
    route: Option<(&'static Route, &'a str)>,
    request_id: String,
}

/// Decides what is done about a request to a workspace, and does it up to the sending.
pub(super) fn exchange(world: &World, workspace: usize, request: &Request) -> Delivery {
    let head = &request.head;
    if head.path.starts_with(control::PREFIX) {
        return Delivery::Whole(control::answer(world, request));
    }
    let route = routes::find(&head.method, &head.path);
    let operation = route.map_or(routes::UNKNOWN, |(route, _)| route.operation);
    world.log.count(operation);
    let refusal = world.bear(workspace).err();
    let strikes = || world.faults.draw(operation, &head.method, &head.path);
    let fault = if refusal.is_none() { strikes() } else { None };
    world.lobby.wait(world.options.latency);
    let request_id = world.next_request_id(workspace);
    let attempt = Attempt { world, workspace, request, route, request_id };
    if let Some(refusal) = refusal {
        return Delivery::Whole(attempt.identified(refusal.answer(&attempt.request_id)));
    }
    match fault {
        None => Delivery::Whole(attempt.make(None)),
        Some(fault) => attempt.make_with(&fault),
    }
}

impl Attempt<'_> {
    /// Makes the call, as some trouble changes it.
    fn make(&self, trouble: Option<&Trouble>) -> Answer {
        let answer = self.call(trouble).unwrap_or_else(|error| error.answer(&self.request_id));
        self.identified(answer)
    }

    fn call(&self, trouble: Option<&Trouble>) -> Result<Answer, ApiError> {
        let head = &self.request.head;
        let (route, id) =
            self.route.ok_or_else(|| ApiError::no_endpoint(&head.method, &head.path))?;
        let now = self.world.clock.now();
        let mut stores = self.world.stores();
        let caller = sign_in::admit(&stores, self.workspace, head, route.access, now)?;
        let options = &self.world.options;
        let store = &mut stores[self.workspace];
        let is_stale = matches!(trouble, Some(Trouble::Stale)) && head.method == "GET";
        if is_stale {
            store.exchange_lists();
        }
        let cap = match trouble {
            Some(Trouble::Cap(length)) => i64::try_from(length.as_millis()).ok(),
            _ => None,
        };
        let changes = Vec::new();
        let mut call =
            Call { request: self.request, id, caller, now, options, store, cap, changes };
        let answer = (route.handler)(&mut call);
        let changes = call.changes;
        if is_stale {
            store.exchange_lists();
        }
        let answer = answer?;
        if let Some(Trouble::Unready(length)) = trouble {
            let ids = changes.iter().filter_map(|change| change.token_id.as_deref());
            ids.for_each(|id| store.hold_back(id, *length));
        }
        let writes = changes.into_iter().map(|change| Write {
            at_ms: now,
            workspace: self.workspace,
            method: head.method.clone(),
            path: head.path.clone(),
            what: change.what,
            token_id: change.token_id,
            request_id: self.request_id.clone(),
        });
        let writes = writes.collect();
        let saved = if head.method == "GET" { Ok(()) } else { self.world.save(&stores) };
        // Whoever watches may ask in turn.
        drop(stores);
        self.world.log.add(writes);
        saved.map_err(|error| ApiError::unsaved(&error))?;
        Ok(answer)
    }

    /// Makes the call as far as a fault lets it.
    fn make_with(&self, fault: &Fault) -> Delivery {
        match &fault.trouble {
            Trouble::CutBefore => Delivery::Cut,
            Trouble::CutAfter => {
                self.make(None);
                Delivery::Cut
            }
            Trouble::Late(length) => {
                let answer = self.make(None);
                self.world.lobby.wait(*length);
                Delivery::Whole(answer)
            }
            Trouble::Slow(length) => Delivery::Drip(self.make(None), *length),
            Trouble::Truncate => Delivery::Half(self.make(None)),
            Trouble::Duplicate => {
                self.make(None);
                Delivery::Whole(self.make(None))
            }
            trouble @ (Trouble::Stale | Trouble::Cap(_) | Trouble::Unready(_)) => {
                Delivery::Whole(self.make(Some(trouble)))
            }
            trouble => {
                if fault.has_effect {
                    self.make(None);
                }
                let answer = self.false_answer(trouble).map(|answer| self.identified(answer));
                match (trouble, answer) {
                    (_, None) => Delivery::Hold,
                    (Trouble::Huge, Some(answer)) => Delivery::Endless(answer),
                    (_, Some(answer)) => Delivery::Whole(answer),
                }
            }
        }
    }

    /// Gives what is answered in place of the truth, if anything.
    fn false_answer(&self, trouble: &Trouble) -> Option<Answer> {
        Some(match trouble {
            Trouble::Status { status, code, retry_after } => {
                let code = code.clone().unwrap_or_else(|| code_of(*status).to_owned());
                let error = ApiError::new(*status, code, "This answer was asked for as a fault.");
                let answer = error.answer(&self.request_id);
                match retry_after {
                    Some(value) => answer.with("Retry-After", value),
                    None => answer,
                }
            }
            Trouble::Redirect(target) => {
                let is_get = self.request.head.method == "GET";
                let status = if is_get { 302 } else { 307 };
                Answer::bytes(status, Arc::default()).with("Location", target)
            }
            Trouble::Garbage => {
                Answer::bytes(200, Arc::new(b"{\"token_infos\": [{\"token_id\": ]".to_vec()))
            }
            Trouble::Empty | Trouble::Huge => Answer::bytes(200, Arc::default()),
            Trouble::Html => {
                let page = "<!doctype html><html><head><title>Sign in to Databricks</title></head>\
                            <body><form action=\"/login.html\"></form></body></html>\n";
                let mut answer = Answer::bytes(200, Arc::new(page.as_bytes().to_vec()));
                answer.media_type = "text/html;charset=utf-8";
                answer
            }
            _ => return None,
        })
    }

    fn identified(&self, answer: Answer) -> Answer {
        answer.with("x-request-id", &self.request_id)
    }
}
