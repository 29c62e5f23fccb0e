//! Rotations with one mistake each, made from the source by replacing exact texts, built and put through the matrices: a
//! harness that lets one of them pass has a hole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::form::{self, Form, form};
use super::report::{Tally, say};
use super::subject::Subject;
use super::{kill, network, power, races, sinks};

/// A way to try a subject with so many cases.
type Trial = (fn(&Subject, usize) -> Tally, usize);

/// One mistake.
struct Mutant {
    name: &'static str,
    /// In which files which text, that is there once, becomes which.
    changes: &'static [(&'static str, &'static str, &'static str)],
    /// What is tried until a promise is broken.
    trials: &'static [Trial],
}

const MUTANTS: [Mutant; 13] = [
    Mutant {
        name: "no fsync of files",
        changes: &[(
            "src/durable.rs",
            "file.write_all(bytes)?;\n    file.sync_all()",
            "file.write_all(bytes)",
        )],
        trials: &[(power::run, 60)],
    },
    Mutant {
        name: "no fsync of folders",
        changes: &[("src/durable.rs", "File::open(folder_of(path))?.sync_all()", "Ok(())")],
        trials: &[(power::run, 60)],
    },
    Mutant {
        name: "retry the create",
        changes: &[(
            "src/api/mod.rs",
            "permit, request, Repeat::Never);",
            "permit, request, Repeat::Always);",
        )],
        trials: &[(network::run, 60)],
    },
    Mutant {
        name: "revoke first",
        changes: &[(
            "src/rotation/mint.rs",
            "        let minted = match self.desk.mint(permit, &new) {",
            "        let old = crate::api::tokens::Target { token_id: current.token_id.clone(), comment: None };\n\
             let _ = self.desk.revoke(&old, None);\n\
             let minted = match self.desk.mint(permit, &new) {",
        )],
        trials: &[(kill::run, 20)],
    },
    Mutant {
        name: "skip the read-back",
        changes: &[
            (
                "src/rotation/publish.rs",
                "self.sinks[at].put(value, &new.token_id)?;\n        let found = self.sinks[at].read()?;",
                "self.sinks[at].put(value, &new.token_id)?;\n\
                 let found = Reading::Holds { value: value.clone(), token_id: None };",
            ),
            (
                "src/rotation/finish.rs",
                "Reading::Absent => fallen.push(at),",
                "Reading::Absent => {}",
            ),
        ],
        trials: &[(sinks::run, 80)],
    },
    Mutant {
        name: "forget the stray",
        changes: &[("src/rotation/journal.rs", "self.strays.extend(stray);", "drop(stray);")],
        trials: &[(kill::run, 60), (network::run, 60)],
    },
    Mutant {
        name: "follow a redirect",
        changes: &[("src/wire/agent.rs", ".max_redirects(0)", ".max_redirects(3)")],
        trials: &[(network::run, 300)],
    },
    Mutant {
        name: "widen scopes",
        changes: &[
            (
                "src/rotation/mint.rs",
                "Some(current.scopes.clone()).filter(|scopes| !scopes.is_empty());",
                "None;",
            ),
            ("src/rotation/mint.rs", "self.prove_scopes(current, token)?;", ""),
        ],
        trials: &[(kill::run, 20)],
    },
    Mutant {
        name: "local clock",
        changes: &[("src/rotation/run.rs", "self.bench.session.clock().now()", "Time::now()")],
        trials: &[(kill::run, 20)],
    },
    Mutant {
        name: "no `minted` record",
        changes: &[
            (
                "src/rotation/mint.rs",
                "State::Minted { old: current.clone(), new, sinks };\n        self.save()",
                "State::Minted { old: current.clone(), new, sinks };\n        Ok(())",
            ),
            (
                "src/rotation/publish.rs",
                "self.journal.note(key, Step::Attempted, self.now());\n        self.save()?;",
                "self.journal.note(key, Step::Attempted, self.now());",
            ),
        ],
        trials: &[(kill::run, 100)],
    },
    Mutant {
        name: "no `minting` record",
        changes: &[(
            "src/rotation/mint.rs",
            "refuse_what_others_have(self.bench, &self.journal, &self.sinks)?;\n        self.save()",
            "refuse_what_others_have(self.bench, &self.journal, &self.sinks)",
        )],
        trials: &[(kill::run, 100), (network::run, 60)],
    },
    Mutant {
        name: "no grace",
        changes: &[(
            "src/rotation/finish.rs",
            "        if self.now() < end {\n            return Ok(self.wait(end));\n        }\n        if !self.hooks",
            "        if !self.hooks",
        )],
        trials: &[(sinks::run, 80)],
    },
    Mutant {
        name: "no lock",
        changes: &[(
            "src/rotation/store.rs",
            "match file.try_lock() {",
            "match Ok::<(), TryLockError>(()) {",
        )],
        trials: &[(races::run, 100)],
    },
];

/// What a build needs.
const PARTS: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "src",
    "scripts",
    "tests/main.rs",
    "benches/speed.rs",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a file or a folder; a file that is the same already is left, so that it is not built again.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            copy(&from.join(&name), &to.join(&name));
        }
        return;
    }
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let content = fs::read(from).unwrap();
    if fs::read(to).ok().as_ref() != Some(&content) {
        fs::write(to, content).unwrap();
    }
}

/// Builds a mutant; gives its binary.
fn build(mutant: &Mutant) -> PathBuf {
    let folder = root().join("target/mutants");
    let tree = folder.join("tree");
    for part in PARTS {
        copy(&root().join(part), &tree.join(part));
    }
    for (path, text, other) in mutant.changes {
        let path = tree.join(path);
        let content = fs::read_to_string(&path).unwrap();
        fs::write(&path, content.replace(text, other)).unwrap();
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "--bin", "patroll"]).current_dir(&tree);
    cargo.env("CARGO_TARGET_DIR", folder.join("target")).stderr(Stdio::piped());
    let built = cargo.output().unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{} does not build:\n{said}", mutant.name);
    // The next build must not change the binary under this one's runs.
    let binary = folder.join("patroll");
    fs::copy(folder.join("target/debug/patroll"), &binary).unwrap();
    binary
}

/// Tries a mutant until a promise is broken; tells which, in which matrix.
fn catch(mutant: &Mutant) -> Option<String> {
    let subject = Subject::mutant(build(mutant));
    mutant.trials.iter().find_map(|(run, count)| {
        let tally = run(&subject, *count);
        let promise = tally.broken.keys().next()?;
        Some(format!("{} ({promise:?})", tally.matrix))
    })
}

#[test]
fn every_mutant_changes_what_is_there() {
    for Mutant { name, changes, .. } in &MUTANTS {
        for (path, text, _) in *changes {
            let content = fs::read_to_string(root().join(path)).unwrap();
            assert_eq!(content.matches(text).count(), 1, "{name}: {text} in {path}");
        }
    }
}

#[test]
fn every_mutant_is_caught() {
    let wanted = form::mutant();
    if form() != Form::Long && wanted.is_none() {
        say("mutants    0 tried: each has to be built, which the long form does\n");
        return;
    }
    let mut escaped = Vec::new();
    let is_wanted =
        |mutant: &&Mutant| wanted.as_ref().is_none_or(|wanted| mutant.name.contains(wanted));
    for mutant in MUTANTS.iter().filter(is_wanted) {
        let caught = catch(mutant);
        let by = caught.as_deref().unwrap_or("nothing");
        say(&format!("mutant {:<24} caught by {by}\n", mutant.name));
        escaped.extend(caught.is_none().then_some(mutant.name));
    }
    assert_eq!(escaped, Vec::<&str>::new());
}
