//! Who is tried: patroll's own rotation, and three orders in common use, all as scripts that take the same words.

use std::path::PathBuf;

use super::form;
use super::report::Promise;
use super::sink::Sink;
use super::world::{Setup, World};

/// An order of steps that replaces a token, and the binary that runs it.
#[derive(Clone)]
pub struct Subject {
    pub name: &'static str,
    pub script: &'static str,
    pub binary: PathBuf,
    /// Whether it is held to every invariant; of the others it is only counted how often they fail.
    pub is_ours: bool,
    /// Whether broken cases are told of, not only counted.
    pub is_told: bool,
}

impl Subject {
    /// Gives patroll's own rotation.
    pub fn ours() -> Self {
        Self::of("patroll", include_str!("orders/patroll.rhai"))
    }

    /// Gives it with a mistake, as another binary has it.
    pub fn mutant(binary: PathBuf) -> Self {
        Self { name: "a mutant", binary, is_told: false, ..Self::ours() }
    }

    /// Gives the orders in common use.
    pub fn common() -> [Self; 3] {
        [
            Self::of("revoke first", include_str!("orders/revoke_first.rhai")),
            Self::of("warn only", include_str!("orders/warn_only.rhai")),
            Self::of("no journal", include_str!("orders/no_journal.rhai")),
        ]
    }

    fn of(name: &'static str, script: &'static str) -> Self {
        let is_ours = name == "patroll";
        Self { name, script, binary: form::binary(), is_ours, is_told: is_ours }
    }
}

#[test]
fn ours_replaces_a_token_in_every_kind_of_sink() {
    let mut setup = Setup::simple(3);
    setup.sinks.extend([
        Sink::Profile("rotated".to_owned()),
        Sink::Secret("rotated"),
        Sink::Command("vault"),
        Sink::Blind("blind"),
    ]);
    let mut world = World::new(&setup);
    let before = world.held();
    let ran = world.run(&Subject::ours(), false);
    assert_eq!((ran.code, ran.creations), (Some(0), 1), "{}", ran.stderr);
    assert!(world.held().iter().zip(before).all(|(now, before)| *now != before));
    world.settle(&Subject::ours());
    let broken = world.violations();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn each_order_replaces_a_token_when_nothing_happens() {
    for subject in Subject::common() {
        let mut world = World::new(&Setup::simple(3));
        let before = world.held();
        let ran = world.run(&subject, false);
        assert_eq!((ran.code, ran.creations), (Some(0), 1), "{}: {}", subject.name, ran.stderr);
        assert_ne!(world.held(), before);
        world.settle(&subject);
        let mut broken = world.violations();
        if subject.name == "revoke first" {
            assert!(!broken.is_empty());
            broken.retain(|violation| violation.promise != Promise::Available);
        }
        assert!(broken.is_empty(), "{}: {broken:?}", subject.name);
    }
}
