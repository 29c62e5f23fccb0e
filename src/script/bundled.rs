//! The scripts that come with the binary, from `scripts/`, and the `lib/` they share.

/// A script in the binary.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// The word that runs it.
    pub name: &'static str,
    /// Its text, as in `scripts/`.
    pub text: &'static str,
}

macro_rules! bundle {
    ($($name:literal),* $(,)?) => {
        [$(Bundled { name: $name, text: include_str!(concat!("../../scripts/", $name, ".rhai")) }),*]
    };
}

static SCRIPTS: &[Bundled] = &bundle![
    "audit_policy",
    "cleanup_expired",
    "cleanup_leavers",
    "cleanup_unused",
    "inventory",
    "report_expiring",
    "rotate",
    "rotate_all",
];
static LIBRARY: &[Bundled] = &bundle!["lib/policy"];

/// Returns every bundled script.
pub fn all() -> &'static [Bundled] {
    SCRIPTS
}

/// Returns the bundled script of that name.
pub fn find(name: &str) -> Option<&'static Bundled> {
    SCRIPTS.iter().find(|script| script.name == name)
}

/// Returns the library script that `import "lib/…"` names.
pub fn find_library(path: &str) -> Option<&'static Bundled> {
    LIBRARY.iter().find(|script| script.name == path)
}
