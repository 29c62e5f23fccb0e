//! Odd files where patroll expects plain ones, journals that are lost, masks that would hide or bare everything: refused
//! or harmless, and once all is as it should be, all is well.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use fastrand::Rng;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use rustix::process::geteuid;
use sha2::{Digest, Sha256};

use super::form::Size;
use super::journals::{STAGES, reach};
use super::matrix::{Case, Matrix};
use super::report::{Promise, Tally};
use super::sink::Sink;
use super::subject::Subject;
use super::world::{Setup, World};

const MATRIX: Matrix =
    Matrix { name: "paths", size: Size { short: 150, long: 900 }, threads: super::CORES };

/// The files that a run may meet, from the world's root; `[LOCK]` is the lock of the first sink.
const PATHS: [&str; 11] = [
    "work/token",
    "home/.databrickscfg",
    "home/.local/state/patroll/rotations/deploy.json",
    "home/.local/state/patroll/rotations/deploy.lock",
    "home/.local/state/patroll/rotations",
    "home/.local/state/patroll/audit.jsonl",
    "home/.local/state/patroll",
    "home/.local",
    "work/.token.patroll-new",
    "home/.local/state/patroll/rotations/.deploy.json.patroll-new",
    "home/.local/state/patroll/rotations/[LOCK]",
];

/// Who owns a file that is somebody else's.
const SOMEBODY: u32 = 12_345;

const MASKS: [&str; 6] = ["000", "022", "077", "0177", "0277", "0777"];

/// What lies where a plain file should.
#[derive(Clone, Copy, Debug)]
enum Odd {
    Link,
    DanglingLink,
    Pipe,
    Folder,
    File,
    /// What was there, and somebody else's; only an administrator can try that.
    Stranger,
}

const ODDITIES: [Odd; 6] =
    [Odd::Link, Odd::DanglingLink, Odd::Pipe, Odd::Folder, Odd::File, Odd::Stranger];

impl Odd {
    /// Lies down at `path`; what was there lies at `aside` until it gets up again.
    fn lie_down(self, path: &Path, aside: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if !matches!(self, Self::Stranger) {
            let _ = fs::rename(path, aside);
        }
        match self {
            Self::Stranger => {
                if !path.exists() {
                    fs::write(path, "").unwrap();
                }
                // Who is no administrator tries a plain file instead.
                let _ = chown(path, Some(SOMEBODY), None);
            }
            Self::Link => symlink(aside, path).unwrap(),
            Self::DanglingLink => symlink("nowhere", path).unwrap(),
            Self::Pipe => mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap(),
            Self::Folder => fs::create_dir(path).unwrap(),
            Self::File => fs::write(path, "what is this?\n").unwrap(),
        }
    }

    /// Gets up. What a run has put in its place stays, if it went well.
    fn get_up(self, path: &Path, aside: &Path, went_well: bool) {
        if matches!(self, Self::Stranger) && path.exists() {
            let _ = chown(path, Some(geteuid().as_raw()), None);
            if !fs::read(path).is_ok_and(|content| content.is_empty()) {
                return;
            }
        }
        if went_well && !matches!(self, Self::Link) && path.exists() {
            return;
        }
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path).unwrap(),
            Ok(_) => fs::remove_file(path).unwrap(),
            Err(_) => {}
        }
        let _ = fs::rename(aside, path);
    }
}

fn odd_file(world: &mut World, subject: &Subject, number: usize, rng: &mut Rng) -> String {
    let name = PATHS[number % PATHS.len()];
    let odd = ODDITIES[number / PATHS.len() % ODDITIES.len()];
    let stage = STAGES[rng.usize(..STAGES.len())];
    let is_begun = rng.bool();
    if is_begun {
        reach(world, subject, stage);
        world.advance(25);
    }
    let root = world.root.path().to_owned();
    let (path, aside) = (root.join(name.replace("[LOCK]", &lock(&root))), root.join("vault/aside"));
    // A sink that is no file holds nothing, and none of that is patroll's doing.
    let places = world.sinks.iter().enumerate();
    let struck = places.filter(|(_, sink)| sink.path(&root).as_ref() == Some(&path));
    let struck: Vec<_> = struck.map(|(place, _)| place).collect();
    world.watch.lock().unwrap().broken.extend(struck);
    odd.lie_down(&path, &aside);
    let ran = world.run(subject, true);
    if ran.code.is_none() {
        world.break_promise(Promise::Ends, "it hung");
    }
    odd.get_up(&path, &aside, ran.code == Some(0));
    world.watch.lock().unwrap().broken.clear();
    world.look("the odd file is gone");
    let told = ran.stderr.lines().next().unwrap_or_default().to_owned();
    let begun = if is_begun { format!("at {stage:?}") } else { "at the start".to_owned() };
    format!("{odd:?} at {name} {begun}: exit {:?} {told}", ran.code)
}

/// Tells what the lock of the first sink is called.
fn lock(root: &Path) -> String {
    let digest = Sha256::digest(format!("file {}", root.join("work/token").display()));
    let digits =
        digest.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    format!(".{digits}.lock")
}

/// Nobody says where home is, or it is none: then something else says where things lie, or nothing is changed.
fn homeless(world: &mut World, subject: &Subject, number: usize) -> String {
    let root = world.root.path().to_owned();
    let is_told = number.is_multiple_of(3);
    let home = [None, Some(root.join("keep")), Some(root.join("keep/nowhere"))][number % 3].clone();
    world.variables = vec![("HOME", home.clone())];
    if is_told {
        let state = root.join("home/.local/state");
        world.variables.push(("XDG_STATE_HOME", Some(state)));
        world.variables.push(("DATABRICKS_CONFIG_FILE", Some(root.join("home/.databrickscfg"))));
    }
    let ran = world.run(subject, true);
    world.variables.clear();
    if (ran.code == Some(0)) != is_told || (!is_told && ran.writes > 0) {
        world.break_promise(Promise::Refuses, &format!("exit {:?}\n{}", ran.code, ran.stderr));
    }
    format!("home is {home:?}: exit {:?}", ran.code)
}

fn lost_journal(world: &mut World, subject: &Subject, rng: &mut Rng) -> String {
    let stage = STAGES[rng.usize(..STAGES.len())];
    reach(world, subject, stage);
    let kept = fs::read(world.journal());
    fs::remove_file(world.journal()).unwrap();
    let ran = world.run(subject, true);
    if ran.code != Some(0) && ran.writes > 0 {
        world.break_promise(Promise::Refuses, &format!("exit {:?}\n{}", ran.code, ran.stderr));
    }
    if !world.journal().exists() {
        fs::write(world.journal(), kept.unwrap()).unwrap();
    }
    format!("lost at {stage:?}: exit {:?}", ran.code)
}

fn odd_mask(world: &mut World, subject: &Subject, number: usize) -> String {
    let mask = MASKS[number % MASKS.len()];
    world.before = Some(format!("umask {mask}"));
    let ran = world.run(subject, true);
    world.before = None;
    let root = world.root.path().to_owned();
    let mode =
        |path: &PathBuf| fs::metadata(path).map_or(0, |file| file.permissions().mode() & 0o777);
    let state = root.join("home/.local/state/patroll");
    for path in [world.journal(), root.join("work/token"), state.join("audit.jsonl"), state] {
        if path.exists() && mode(&path) & 0o077 != 0 {
            let what = format!("{} has mode {:o}", path.display(), mode(&path));
            world.break_promise(Promise::SecretNowhere, &what);
        }
    }
    format!("umask {mask}: exit {:?}", ran.code)
}

/// Tries the matrix on a subject.
pub fn run(subject: &Subject, cases: usize) -> Tally {
    MATRIX.run(subject, cases, |number, mut rng| {
        let mut setup = Setup::simple(rng.u64(..));
        setup.sinks.push(Sink::Profile("rotated".to_owned()));
        let mut world = World::new(&setup);
        let what = match number % 6 {
            5 => homeless(&mut world, subject, number / 6),
            3 => odd_mask(&mut world, subject, number / 6),
            4 => lost_journal(&mut world, subject, &mut rng),
            _ => odd_file(&mut world, subject, number / 6 * 3 + number % 6, &mut rng),
        };
        world.settle(subject);
        Case { what, starts: world.starts, violations: world.violations() }
    })
}

#[test]
fn ours_keeps_every_promise() {
    super::expect_none_broken(&MATRIX, run);
}
