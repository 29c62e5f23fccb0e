//! A home and a working folder of their own for some runs, gone at the end of the test.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A home, a working folder and a place for temporary files.
pub struct Folder {
    root: TempDir,
    written: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
}

impl Folder {
    /// Makes them, empty.
    pub fn new() -> Self {
        let folder =
            Self { root: tempfile::tempdir().unwrap(), written: RefCell::new(BTreeMap::new()) };
        for path in [folder.home(), folder.work(), folder.temporary()] {
            fs::create_dir(path).unwrap();
        }
        folder
    }

    /// Tells the home: where `~/.databrickscfg` and the state folder lie.
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// Tells the folder that runs start in.
    pub fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    /// Tells where temporary files go.
    pub fn temporary(&self) -> PathBuf {
        self.root().join("tmp")
    }

    /// Writes a file for runs to read, with the folders above it; a relative path begins in the working folder.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>, mode: u32) {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content.as_ref()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        self.written.borrow_mut().insert(path, content.as_ref().to_vec());
    }

    /// Gives a file's text; a relative path begins in the working folder.
    #[track_caller]
    pub fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.work().join(path)).unwrap()
    }

    /// Gives the audit log's lines; none if there is no log.
    pub fn audit(&self) -> Vec<serde_json::Value> {
        let log = fs::read_to_string(self.home().join(".local/state/patroll/audit.jsonl"));
        let log = log.unwrap_or_default();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Gives every file that runs have left or changed, with its content.
    pub fn left(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        walk(self.root(), &mut files);
        files.retain(|(path, content)| self.written.borrow().get(path) != Some(content));
        files
    }

    fn root(&self) -> &Path {
        self.root.path()
    }
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    // A folder that a test has locked holds nothing that a run could have left.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            walk(&path, files);
        } else if kind.is_file() {
            let is_small = entry.metadata().unwrap().len() < 100 << 20;
            files.extend(fs::read(&path).ok().filter(|_| is_small).map(|content| (path, content)));
        }
    }
}
