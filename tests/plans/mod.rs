//! Plans: written by a dry run, read by people, carried out as they stand or not at all.

/// What a plan says.
mod writing;
/// What is done, and what is not.
mod applying;
/// Plans that are none, and flags that make no sense.
mod refusals;

use std::rc::Rc;

use sha2::{Digest, Sha256};

use crate::support::{DAY, Folder, Patroll, World};

/// A world with two tokens for the clean-up.
fn world() -> World {
    let world = World::new();
    world.token("deploy", 80 * DAY, 90 * DAY);
    world.token("ci-api-7", 10 * DAY, 12 * DAY);
    world.token("fresh", DAY, 30 * DAY);
    world
}

fn patroll<'w>(folder: &Rc<Folder>, world: &'w World, args: &str) -> Patroll<'w> {
    Patroll::within(folder).on(world).args(args)
}

/// Plans a clean-up in which two tokens go.
#[track_caller]
fn plan(folder: &Rc<Folder>, world: &World) {
    let args = "run cleanup_expired --older-than 9d --plan plan.json";
    patroll(folder, world, args).run().expect_success();
}

/// Writes the plan anew with something in it changed, its checksum included.
fn forge(folder: &Folder, change: impl FnOnce(&mut serde_json::Value)) {
    let mut plan: serde_json::Value = serde_json::from_str(&folder.read("plan.json")).unwrap();
    change(&mut plan);
    plan["sha256"] = "".into();
    let digest = Sha256::digest(plan.to_string());
    let digits = digest.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
    plan["sha256"] = digits.into();
    folder.write("plan.json", plan.to_string(), 0o600);
}
