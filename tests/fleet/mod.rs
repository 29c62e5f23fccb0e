//! One script on several workspaces: which they are, what is said of them all, and what they share.

mod bad_input;
mod naming;
mod running;
mod sharing;

use crate::support::{Patroll, World};

/// Starts a workspace with tokens of its own.
fn world(seed: u64) -> World {
    World::of(|options| options.seed = seed)
}

/// Prepares a run that has a profile for each of these workspaces, and knows what each holds.
fn fleet<'w>(worlds: &[(&str, &World)]) -> Patroll<'w> {
    let mut run = Patroll::new();
    for (name, world) in worlds {
        let host = &world.address().host;
        run = run.profile(name, &lines(world, host)).secret(&world.address().token);
        run = run.word(host, &format!("[HOST of {name}]"));
        for (id, token) in world.names() {
            run = run.word(&id, &format!("[{name}'s {token}]"));
        }
    }
    run
}

/// Gives the lines of a profile that reaches a workspace at this host.
fn lines(world: &World, host: &str) -> String {
    format!("host = {host}\ntoken = {}", world.address().token)
}
