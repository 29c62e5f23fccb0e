//! The permissions given on the command line: what a script may do beyond the tokens of its own workspace.

use std::path::{Component, Path, PathBuf};

use super::effect::{Effect, Origin};
use crate::error::Error;

/// What was granted.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// `--allow-write`: the files and folders that a script may write.
    pub write: Vec<PathBuf>,
    /// `--allow-admin`: whether a script may see and change the tokens of others.
    pub admin: bool,
}

impl Grants {
    /// Refuses an effect that a script asks for without the grant it needs; what was typed needs none.
    pub fn check(&self, effect: &Effect, origin: &Origin) -> Result<(), Error> {
        match effect {
            Effect::WriteFile { path } if origin.script.is_some() => {
                self.check_write(Path::new(path))
            }
            Effect::CreateToken { on_behalf_of: Some(_), .. }
            | Effect::RevokeToken { is_by_admin: true, .. } => {
                self.check_admin("changing the tokens of others", origin)
            }
            _ => Ok(()),
        }
    }

    /// Refuses a script what only an administrator can do, unless that was granted.
    pub fn check_admin(&self, action: &str, origin: &Origin) -> Result<(), Error> {
        if self.admin || origin.script.is_none() {
            return Ok(());
        }
        Err(Error::NotGranted { action: action.to_owned(), flag: "--allow-admin".to_owned() })
    }

    fn check_write(&self, path: &Path) -> Result<(), Error> {
        let real = resolve(path);
        let is_granted = |granted: &PathBuf| {
            real.as_ref().is_some_and(|real| real.starts_with(resolve_or_keep(granted)))
        };
        if self.write.iter().any(is_granted) {
            return Ok(());
        }
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Err(Error::NotGranted {
            action: format!("writing {}", path.display()),
            flag: format!("--allow-write {}", folder.display()),
        })
    }
}

/// Returns where a file that may not exist yet really lies: its folder with every link resolved.
fn resolve(path: &Path) -> Option<PathBuf> {
    let Some(Component::Normal(name)) = path.components().next_back() else { return None };
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(name))
}

fn resolve_or_keep(path: &Path) -> PathBuf {
    path.canonicalize().ok().or_else(|| resolve(path)).unwrap_or_else(|| path.to_owned())
}
