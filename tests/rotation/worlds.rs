//! A world that does not stand still: somebody revokes, writes or restores while a run is under way, at each of its
//! requests; lists that are stale, tokens that are not ready or live too shortly, quotas and limits; clocks that are years
//! apart, ids that prove nothing, a credential that rotates itself, a service principal's token.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use nix::libc;
use patroll::sandbox::Sandbox;
use serde_json::json;

use super::api::Api;
use super::calls::Call;
use super::form::Size;
use super::invariants::Watch;
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::sink::Sink;
use super::sinks;
use super::subject::Subject;
use super::tracer::{Act, Side};
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "world", size: Size { short: 200, long: 2000 }, threads: 2 * super::CORES };

/// More requests than a run makes.
const REQUESTS: usize = 14;

/// What somebody does while a run is under way.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    /// An administrator revokes the token that the sinks held before.
    RevokeOld,
    /// An administrator revokes the token that the run has made, or an earlier one.
    RevokeNew,
    /// Another token is put into a sink.
    Replace,
    /// What a sink held before is put back.
    Restore,
    /// A sink is emptied.
    Empty,
}

const DEEDS: [Deed; 5] =
    [Deed::RevokeOld, Deed::RevokeNew, Deed::Replace, Deed::Restore, Deed::Empty];

/// What is odd about the workspace for a run or two: the trouble, and what is typed behind the usual.
const ODDITIES: [(&str, &[&str]); 14] = [
    ("create:unready=300ms", &[]),
    ("create:unready=1h", &["--timeout", "2s"]),
    ("create:unready=1h,always", &["--timeout", "2s"]),
    ("list:stale,always", &[]),
    ("list:stale,after=1,always", &[]),
    ("list:stale,times=1", &[]),
    ("create:cap=30d", &[]),
    ("create:cap=3d", &[]),
    ("create:cap=36h", &[]),
    ("create:cap=1h", &[]),
    ("create:status=400,code=QUOTA_EXCEEDED,always", &[]),
    ("conf:status=403,always", &["--lifetime", "800d"]),
    ("conf:late=1ms", &["--lifetime", "800d"]),
    ("list:huge", &[]),
];

fn draw_setup(rng: &mut Rng) -> Setup {
    let mut setup = match rng.u8(..4) {
        0 => Setup::own(rng.u64(..)),
        1 => Setup { is_on_behalf: true, ..Setup::simple(rng.u64(..)) },
        _ => Setup::simple(rng.u64(..)),
    };
    for sink in [Sink::File("second"), Sink::Secret("rotated"), Sink::Command("vault")] {
        if setup.sinks.len() < 3 && rng.bool() {
            setup.sinks.push(sink);
        }
    }
    setup.is_scoped = !setup.is_on_behalf && rng.bool();
    setup.has_random_ids = rng.u8(..3) == 0;
    setup.years = rng.i64(-20..=20);
    setup
}

fn told(setup: &Setup) -> String {
    let sinks: Vec<_> = setup.sinks.iter().map(Sink::word).collect();
    let own = if setup.is_own { ", its own credential" } else { "" };
    let behalf = if setup.is_on_behalf { ", a service principal's" } else { "" };
    let ids = if setup.has_random_ids { ", random ids" } else { "" };
    format!("{}{own}{behalf}{ids}, {} years ahead", sinks.join(" "), setup.years)
}

/// Somebody who does something once, while a run is under way.
struct Somebody {
    deed: Deed,
    root: PathBuf,
    api: Api,
    sandbox: Arc<Sandbox>,
    watch: Arc<Mutex<Watch>>,
    /// The sink that is meant, by place and name, and how many there are.
    place: usize,
    sink: Sink,
    count: usize,
    /// The token that the sinks held when the case began.
    first: String,
    /// A stranger's token, made beforehand.
    value: String,
    /// What the sink held when it was touched.
    kept: Option<String>,
}

impl Somebody {
    fn of(world: &World, deed: Deed, place: usize, first: String) -> Self {
        Self {
            deed,
            root: world.root.path().to_owned(),
            api: world.api.clone(),
            sandbox: Arc::clone(&world.sandbox),
            watch: Arc::clone(&world.watch),
            place,
            sink: world.sinks[place].clone(),
            count: world.sinks.len(),
            first,
            value: world.strangers_value(),
            kept: None,
        }
    }

    fn act(&mut self) {
        self.kept = self.sink.read(&self.root, &self.api);
        let first = self.api.id_of(&self.first);
        match self.deed {
            Deed::RevokeOld => self.revoke(|id| id == first),
            Deed::RevokeNew => self.revoke(|id| id != first),
            Deed::Replace => self.sink.write(&self.root, &self.api, &self.value),
            Deed::Restore => self.disturb(|sink, root, api| sink.write(root, api, &self.first)),
            Deed::Empty => self.disturb(Sink::empty),
        }
    }

    /// Revokes tokens of the slot, of which sinks may hold one: that is dead then.
    fn revoke(&self, is_meant: impl Fn(&str) -> bool) {
        for token in self.api.living(self.sandbox.now_ms()) {
            let id = token["token_id"].as_str().unwrap();
            let mut watch = self.watch.lock().unwrap();
            if watch.slot.contains(id) && is_meant(id) {
                watch.broken.extend(0..self.count);
                watch.revoked_by_stranger(id);
                drop(watch);
                self.api.revoke(id);
            }
        }
    }

    /// Does something to the sink that leaves it without a living token.
    fn disturb(&self, how: impl Fn(&Sink, &Path, &Api)) {
        let mut watch = self.watch.lock().unwrap();
        watch.broken.insert(self.place);
        if let Some(value) = &self.kept {
            watch.taken_out_by_stranger(self.api.id_of(value));
        }
        drop(watch);
        how(&self.sink, &self.root, &self.api);
    }

    /// Puts back what was there, unless a run has put something better in its place meanwhile.
    fn repent(&self) {
        let now = self.sink.read(&self.root, &self.api);
        let is_well = now.is_some_and(|value| value != self.value && self.api.accepts(&value));
        if let (Deed::Replace | Deed::Restore | Deed::Empty, false, Some(kept)) =
            (self.deed, is_well, &self.kept)
        {
            self.sink.write(&self.root, &self.api, kept);
        }
    }
}

/// Tells whether a request is about to be sent.
fn is_request(call: &Call) -> bool {
    let sends = matches!(call.number, libc::SYS_sendto | libc::SYS_sendmsg) || call.writes();
    call.is_network() && sends
}

/// Sees that all is well again once nobody disturbs any more.
fn finish(mut world: World, subject: &Subject, what: String) -> Case {
    world.advance(1);
    world.run(subject, true);
    world.watch.lock().unwrap().broken.clear();
    world.look("a run after the trouble");
    world.settle(subject);
    Case { what, starts: world.starts, violations: world.violations() }
}

/// Somebody does something before or while the n-th request is made.
fn meddled(number: usize, rng: &mut Rng, subject: &Subject) -> Case {
    let setup = draw_setup(rng);
    let mut deed = DEEDS[number % DEEDS.len()];
    let wanted = number / DEEDS.len() % REQUESTS;
    let side = if rng.bool() { Side::Before } else { Side::After };
    let is_late = rng.bool();
    // Who revokes what a credential rotates itself by has to sign in anew by hand.
    if setup.is_own && matches!(deed, Deed::RevokeOld | Deed::RevokeNew) {
        deed = Deed::Replace;
    }
    let mut world = World::new(&setup);
    let first = world.sinks[0].read(world.root.path(), &world.api).unwrap();
    if is_late {
        world.run(subject, false);
        world.advance(25);
    }
    // The profile that a run signs in by is left alone.
    let place = rng.usize(usize::from(setup.is_own)..world.sinks.len());
    let mut somebody = Somebody::of(&world, deed, place, first);
    let (mut count, mut is_done) = (0, false);
    let ran = world.trace(subject, |call, at| {
        if is_request(call) && at == side {
            if count == wanted {
                somebody.act();
                is_done = true;
            }
            count += 1;
        }
        Act::Go
    });
    if !is_done {
        somebody.act();
    }
    somebody.repent();
    if deed == Deed::RevokeOld && !world.journal().exists() {
        // What was gone before anybody had heard of it is made anew by hand.
        world.begin_anew(setup.is_scoped);
    }
    let when = if is_done { format!("{side:?} request {wanted}") } else { "afterwards".to_owned() };
    let what = format!(
        "{}, late {is_late}, {deed:?} at {place} {when}: exit {:?}",
        told(&setup),
        ran.code
    );
    finish(world, subject, what)
}

/// The workspace is odd for a run or two.
fn odd(number: usize, rng: &mut Rng, subject: &Subject) -> Case {
    let setup = draw_setup(rng);
    let (fault, words) = ODDITIES[number % ODDITIES.len()];
    let prefix = if setup.is_on_behalf { "admin-" } else { "" };
    let fault = match fault.split_once(':') {
        Some((step @ ("create" | "list"), kind)) => format!("{prefix}{step}:{kind}"),
        _ => fault.to_owned(),
    };
    let mut world = World::new(&setup);
    let is_late = rng.bool();
    if is_late {
        world.run(subject, false);
        world.advance(25);
    }
    let writes = world.sandbox.writes().len();
    world.words = words.iter().map(|&word| word.to_owned()).collect();
    world.sandbox.inject(fault.parse().unwrap());
    world.keeps_trouble = rng.bool();
    let first = world.run(subject, true);
    world.advance(1);
    let second = world.run(subject, true);
    if words.contains(&"800d") && !is_late && world.sandbox.writes().len() != writes {
        world.break_promise(Promise::Refuses, "more than the workspace allows was asked for");
    }
    world.keeps_trouble = false;
    world.sandbox.calm();
    world.words.clear();
    let what = format!(
        "{}, late {is_late}, {fault} {}: exit {:?}, {:?}",
        told(&setup),
        words.join(" "),
        first.code,
        second.code
    );
    finish(world, subject, what)
}

/// There is no room for another token, until somebody makes some.
fn full(rng: &mut Rng, subject: &Subject) -> Case {
    let setup = draw_setup(rng);
    let mut world = World::new(&setup);
    let fill = || world.api.try_create_slots("filler", 90, &json!([]));
    let made = std::iter::from_fn(fill).map(|made| made["token_info"]["token_id"].clone());
    let fillers: Vec<_> = made.map(|id| id.as_str().unwrap().to_owned()).collect();
    for id in &fillers {
        world.watch.lock().unwrap().is_strangers(id);
    }
    let ran = world.run(subject, true);
    if ran.writes > 0 {
        world.break_promise(Promise::Refuses, &format!("exit {:?}\n{}", ran.code, ran.stderr));
    }
    world.watch.lock().unwrap().revoked_by_stranger(&fillers[0]);
    world.api.revoke(&fillers[0]);
    finish(world, subject, format!("{}, the quota is reached: exit {:?}", told(&setup), ran.code))
}

/// One of three sinks cannot be written.
fn one_of_three(rng: &mut Rng, subject: &Subject) -> Case {
    let mut setup = Setup::simple(rng.u64(..));
    setup.sinks = vec![Sink::File("token"), Sink::Secret("rotated"), Sink::Command("vault")];
    rng.shuffle(&mut setup.sinks);
    let mut world = World::new(&setup);
    let is_late = rng.bool();
    if is_late {
        world.run(subject, false);
        world.advance(25);
    }
    let struck = rng.usize(..setup.sinks.len());
    world.words = ["--timeout", "3s"].map(str::to_owned).to_vec();
    let repair = sinks::fail(&mut world, &setup.sinks[struck..=struck]);
    let ran = world.run(subject, true);
    world.words.clear();
    repair(&world);
    let what = format!("{}, late {is_late}, {struck} fails: exit {:?}", told(&setup), ran.code);
    finish(world, subject, what)
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    MATRIX.run(subject, cases, |number, mut rng| match number % 12 {
        0..7 => meddled(number / 12 * 7 + number % 12, &mut rng, subject),
        7..10 => odd(number / 12 * 3 + number % 12 - 7, &mut rng, subject),
        10 => one_of_three(&mut rng, subject),
        _ if number % 24 == 11 => full(&mut rng, subject),
        _ => odd(number / 24, &mut rng, subject),
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
