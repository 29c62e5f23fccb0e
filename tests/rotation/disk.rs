//! What a disk may hold after the power went: a model of what was made to last and what was not, kept call by call.
//!
//! What a file holds lasts once the file is synced; a name lasts once its folder is. Of all else any part may be there:
//! each change of a folder or not, of a file what it held before, nothing, a half, zeros, or everything.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use fastrand::Rng;

use super::calls::Call;

/// What of a world is on its disk.
const FOLDERS: [&str; 2] = ["home", "work"];

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Node {
    Folder,
    /// A file, by a number that it keeps under every name.
    File(usize),
}

type Tree = BTreeMap<PathBuf, Node>;

/// A name that now stands for something else, or nothing.
type Change = (PathBuf, Option<Node>);

/// What is known of a file.
struct Content {
    /// What it holds for certain.
    synced: Vec<u8>,
    /// What it was last seen to hold.
    latest: Vec<u8>,
    mode: u32,
}

/// A disk while a run changes it.
pub struct Disk {
    root: PathBuf,
    /// What everybody sees.
    seen: Tree,
    /// The file that each inode is now.
    inodes: HashMap<u64, usize>,
    /// The files that have no name yet.
    nameless: HashMap<u64, usize>,
    /// What is there for certain.
    lasting: Tree,
    /// Changes that may be there, each as a whole, oldest first.
    pending: Vec<Vec<Change>>,
    files: Vec<Content>,
}

impl Disk {
    /// Begins with everything that is there, for certain.
    pub fn of(root: &Path) -> Self {
        let mut disk = Self {
            root: root.to_owned(),
            seen: Tree::new(),
            inodes: HashMap::new(),
            nameless: HashMap::new(),
            lasting: Tree::new(),
            pending: Vec::new(),
            files: Vec::new(),
        };
        disk.scan();
        disk.pending.clear();
        disk.lasting = disk.seen.clone();
        for file in &mut disk.files {
            file.synced = file.latest.clone();
        }
        disk
    }

    /// Takes in a call that has been made.
    pub fn see(&mut self, call: &Call) {
        if call.result < 0 || !call.is_below(&self.root) {
            return;
        }
        if call.changes_folders() {
            self.scan();
        }
        let Some(descriptor) = call.descriptor else { return };
        let open = PathBuf::from(format!("/proc/{}/fd/{descriptor}", call.pid));
        let Ok(metadata) = fs::metadata(&open) else { return };
        if metadata.is_dir() && call.syncs() {
            let folder = call.path.clone().unwrap_or_default();
            self.sync_folder(&folder);
        }
        if !metadata.is_file() || !(call.writes() || call.syncs()) {
            return;
        }
        let known = self.inodes.get(&metadata.ino()).or(self.nameless.get(&metadata.ino()));
        let file = known.copied().unwrap_or_else(|| {
            self.files.push(Content { synced: Vec::new(), latest: Vec::new(), mode: 0 });
            self.nameless.insert(metadata.ino(), self.files.len() - 1);
            self.files.len() - 1
        });
        let file = &mut self.files[file];
        file.latest = fs::read(&open).unwrap_or_default();
        file.mode = metadata.permissions().mode();
        if call.syncs() {
            file.synced = file.latest.clone();
        }
    }

    /// Sees what the folders hold now, and notes what has changed as one change.
    fn scan(&mut self) {
        let (mut seen, mut inodes) = (Tree::new(), HashMap::new());
        let mut folders: Vec<_> = FOLDERS.iter().map(|name| self.root.join(name)).collect();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
                if metadata.is_dir() {
                    seen.insert(path.clone(), Node::Folder);
                    folders.push(path);
                } else if metadata.is_file() {
                    let file = self.file(&path, &metadata);
                    inodes.insert(metadata.ino(), file);
                    seen.insert(path, Node::File(file));
                }
            }
        }
        let gone = self.seen.keys().filter(|path| !seen.contains_key(*path));
        let mut changes: Vec<Change> = gone.map(|path| (path.clone(), None)).collect();
        let new = seen.iter().filter(|(path, node)| self.seen.get(*path) != Some(node));
        changes.extend(new.map(|(path, node)| (path.clone(), Some(*node))));
        self.pending.extend((!changes.is_empty()).then_some(changes));
        (self.seen, self.inodes) = (seen, inodes);
    }

    /// Finds the file that an inode is, or makes a new one.
    fn file(&mut self, path: &Path, metadata: &fs::Metadata) -> usize {
        let latest = fs::read(path).unwrap_or_default();
        let mode = metadata.permissions().mode();
        let named = self.nameless.remove(&metadata.ino());
        if let Some(file) = named.or(self.inodes.get(&metadata.ino()).copied()) {
            self.files[file].latest = latest;
            self.files[file].mode = mode;
            return file;
        }
        self.files.push(Content { synced: Vec::new(), latest, mode });
        self.files.len() - 1
    }

    fn sync_folder(&mut self, folder: &Path) {
        for changes in &mut self.pending {
            let (synced, rest): (Vec<_>, _) =
                changes.drain(..).partition(|(path, _)| path.parent() == Some(folder));
            *changes = rest;
            for change in synced {
                apply(&mut self.lasting, change);
            }
        }
        self.pending.retain(|changes| !changes.is_empty());
    }

    /// Puts one of the states that the disk may be in after a power cut in the place of what is there; tells which.
    pub fn lose_power(mut self, rng: &mut Rng) -> String {
        let chance = rng.choice([0, 50, 50, 100]).unwrap_or_default();
        let (mut told, mut tree) = (Vec::new(), self.lasting.clone());
        for changes in std::mem::take(&mut self.pending) {
            let is_there = rng.u8(..100) < chance;
            let names: Vec<_> = changes.iter().map(|(path, _)| self.name(path)).collect();
            told.push(format!("{}{}", if is_there { "+" } else { "-" }, names.join("/")));
            if is_there {
                for change in changes {
                    apply(&mut tree, change);
                }
            }
        }
        for name in FOLDERS {
            fs::remove_dir_all(self.root.join(name)).unwrap();
            fs::create_dir(self.root.join(name)).unwrap();
        }
        for (path, node) in tree {
            match node {
                // What lies in a folder that is lost is lost.
                Node::Folder => drop(fs::create_dir(&path)),
                Node::File(file) => {
                    let content = &self.files[file];
                    let (left, how) = left_of(content, rng);
                    if fs::write(&path, left).is_ok() {
                        fs::set_permissions(&path, fs::Permissions::from_mode(content.mode))
                            .unwrap();
                    }
                    told.extend(how.map(|how| format!("{} {how}", self.name(&path))));
                }
            }
        }
        told.join(" ")
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

fn apply(tree: &mut Tree, (path, node): Change) {
    match node {
        Some(node) => drop(tree.insert(path, node)),
        None => drop(tree.remove(&path)),
    }
}

/// Draws what is left of a file, and says so if it is not certain.
fn left_of(content: &Content, rng: &mut Rng) -> (Vec<u8>, Option<&'static str>) {
    let Content { synced, latest, .. } = content;
    if synced == latest {
        return (latest.clone(), None);
    }
    let (left, how) = match rng.u8(..5) {
        0 => (synced.clone(), "as it was synced"),
        1 => (Vec::new(), "empty"),
        2 => (latest[..latest.len() / 2].to_vec(), "half"),
        3 => (vec![0; latest.len()], "zeros"),
        _ => (latest.clone(), "whole"),
    };
    (left, Some(how))
}
