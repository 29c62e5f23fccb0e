//! Rotation as people meet it; what faults and crashes do to it is `rotation`'s.

use std::rc::Rc;

use crate::support::{DAY, Folder, Outcome, Patroll, World};

/// `rotations list | plan | resume | abort | adopt`.
mod commands;
/// Giving up and taking over in odd moments.
mod ending;
/// What is left out, given up, forgotten.
mod forgetting;
/// A script's functions that look on.
mod hooks;
/// How often a token is asked for.
mod mints;
/// What is kept and what can be chosen.
mod options;
/// Files, profiles, secrets, commands.
mod places;
/// What is said before anything is changed.
mod refusals;
/// Several slots beside each other.
mod slots;
/// What others do to a rotation that is under way.
mod strangers;

const HOUR: i64 = 60 * 60 * 1000;

/// A workspace whose token `deploy`, 61 days old, lies in the file `token.txt` of a folder.
struct Place {
    world: World,
    folder: Rc<Folder>,
}

impl Place {
    fn new() -> Self {
        Self::on(World::new())
    }

    fn on(world: World) -> Self {
        let folder = Rc::new(Folder::new());
        let (_, value) = world.mint("deploy", 90 * DAY);
        folder.write("token.txt", format!("{value}\n"), 0o600);
        world.advance(61 * DAY * HOUR);
        Self { world, folder }
    }

    fn patroll(&self) -> Patroll<'_> {
        self.knowing().on(&self.world)
    }

    /// A run that is told nothing about how to sign in.
    fn knowing(&self) -> Patroll<'_> {
        let run = Patroll::within(&self.folder).beside(&self.world);
        run.keeps("token.txt").keeps(".databrickscfg").keeps("held")
    }

    /// A run that signs in by a token of somebody else's.
    fn patroll_by(&self, value: &str) -> Patroll<'_> {
        let run = self.knowing().secret(value).env("DATABRICKS_TOKEN", value);
        run.env("DATABRICKS_HOST", &self.world.address().host)
    }

    fn run(&self, args: &str) -> Outcome {
        self.patroll().args(args).run()
    }

    fn rotate(&self, args: &str) -> Outcome {
        self.run(&format!("tokens rotate --slot deploy {args}"))
    }

    fn pass(&self, hours: i64) {
        self.world.advance(hours * HOUR);
    }

    /// Gives the record of the token that a value is.
    fn token_of(&self, value: &str) -> serde_json::Value {
        let own = "to_json(tokens_list().find(|t| t.is_own))";
        let run = self.knowing().env("DATABRICKS_HOST", &self.world.address().host);
        let run = run.env("DATABRICKS_TOKEN", value.trim()).arg("eval").arg(own);
        let outcome = run.args("-o json").run();
        let text: String = serde_json::from_str(outcome.stdout()).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}
