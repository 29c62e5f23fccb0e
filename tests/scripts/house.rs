//! What all bundled scripts have in common: how they are written, listed, shown and refused.

use std::fs;
use std::path::{Path, PathBuf};

use pretty_assertions::assert_eq;

use crate::support::{Patroll, World, expect};

/// Returns the scripts in `scripts/` that are run by name, with their texts.
fn scripts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_script = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rhai");
    let mut paths: Vec<PathBuf> = paths.filter(is_script).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn each_is_bundled_as_it_lies_there() {
    let listed = Patroll::new().args("scripts list -o csv").run();
    let listed: Vec<_> =
        listed.stdout().lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    let names: Vec<_> = scripts().into_iter().map(|(name, _)| name).collect();
    assert_eq!(listed, names);
    for (name, text) in scripts() {
        let shown = Patroll::new().args("scripts show").arg(&name).run();
        assert_eq!(shown.stdout(), text, "{name}");
    }
}

#[test]
fn they_are_listed_with_what_they_do() {
    Patroll::new().args("scripts list").run().expect(expect![[r#"
        script           what it does
        audit_policy     Reports tokens that break the rules; exits with 10 if any do.
        cleanup_expired  Revokes expired tokens, and by option old or endless ones.
        cleanup_leavers  Revokes the tokens of those who are no longer active.
        cleanup_unused   Revokes the tokens that nobody has used for a long time.
        inventory        Counts tokens and their ages by the first word of the comment.
        report_expiring  Reports tokens that expire soon, and exits with 10 if any do.
        rotate           Replaces a token everywhere it lives, when it is due.
        rotate_all       Replaces the tokens of several files, each when it is due.
        --- exit 0
    "#]]);
    Patroll::new().args("scripts list -o json").run().expect(expect![[r#"
        [
          {
            "script": "audit_policy",
            "summary": "Reports tokens that break the rules; exits with 10 if any do."
          },
          {
            "script": "cleanup_expired",
            "summary": "Revokes expired tokens, and by option old or endless ones."
          },
          {
            "script": "cleanup_leavers",
            "summary": "Revokes the tokens of those who are no longer active."
          },
          {
            "script": "cleanup_unused",
            "summary": "Revokes the tokens that nobody has used for a long time."
          },
          {
            "script": "inventory",
            "summary": "Counts tokens and their ages by the first word of the comment."
          },
          {
            "script": "report_expiring",
            "summary": "Reports tokens that expire soon, and exits with 10 if any do."
          },
          {
            "script": "rotate",
            "summary": "Replaces a token everywhere it lives, when it is due."
          },
          {
            "script": "rotate_all",
            "summary": "Replaces the tokens of several files, each when it is due."
          }
        ]
        --- exit 0
    "#]]);
}

#[test]
fn each_opens_with_what_why_options_and_a_cron_line_and_is_short() {
    for (name, text) in scripts() {
        let header: Vec<_> = text.lines().map_while(|line| line.strip_prefix("//")).collect();
        assert!(header[0].trim().ends_with('.'), "{name}: {}", header[0]);
        for start in [" Why: ", " --", " Cron: "] {
            assert!(header.iter().any(|line| line.starts_with(start)), "{name} has no `{start}`");
        }
        let cron = header.iter().find(|line| line.starts_with(" Cron: ")).unwrap();
        assert!(cron.contains(&format!("patroll run {name} ")), "{name}: {cron}");
        let lines = text.lines().count();
        assert!((15..=50).contains(&lines), "{name} has {lines} lines");
    }
}

#[test]
fn the_readme_beside_them_has_a_row_for_each() {
    let readme = include_str!("../../scripts/README.md");
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let told: Vec<_> = rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    let names: Vec<_> = scripts().into_iter().map(|(name, _)| name).collect();
    assert_eq!(told, names);
    for (row, (name, text)) in rows.iter().zip(scripts()) {
        let cron = text.lines().find_map(|line| line.strip_prefix("// Cron: ")).unwrap();
        assert_eq!(row[3].trim_matches('`'), cron, "{name}");
        let granted = cron.split(' ').filter(|word| word.starts_with("--allow-"));
        let needed = text.lines().filter_map(|line| line.strip_prefix("// needs: allow-"));
        for flag in granted.map(str::to_owned).chain(needed.map(|name| format!("--allow-{name}"))) {
            assert!(row[2].contains(&format!("`{flag}`")), "{name} needs {flag}");
        }
        assert_eq!(row[2] == "none", !text.contains("--allow-"), "{name}: {}", row[2]);
        let changes = ["_revoke(", "_create(", "_rotate("].iter().any(|call| text.contains(call));
        assert_eq!(row[1].starts_with("nothing"), !changes, "{name}: {}", row[1]);
    }
}

#[test]
fn each_option_is_explained() {
    for (name, _) in scripts() {
        let help = Patroll::new().args("run").arg(&name).args("--help").run();
        let options = help.stdout().split("Options:\n").nth(1).unwrap();
        for line in options.lines().take_while(|line| !line.is_empty()) {
            let words: Vec<_> = line.split("  ").filter(|part| !part.is_empty()).collect();
            assert!(words.len() > 1 && !words[1].trim_start().starts_with('['), "{name}: {line}");
        }
    }
}

#[test]
fn each_passes_its_own_check() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    for (name, _) in scripts() {
        let path = folder.join(format!("{name}.rhai"));
        let outcome = Patroll::new().args("check").arg(path.to_str().unwrap()).run();
        assert_eq!(outcome.code(), 0, "{name}: {outcome}");
    }
}

#[test]
fn none_goes_on_without_a_credential_or_with_a_mistyped_option() {
    for (name, _) in scripts() {
        let run = |args: &str| {
            let run = Patroll::new().args("run").arg(&name);
            run.args("--allow-write . --allow-admin").args(args).run().code()
        };
        assert_eq!(run("--no-such-option"), 2, "{name}");
        // Its arguments are files, and one that fails does not keep the others waiting.
        if name == "rotate_all" {
            assert_eq!((run(""), run("file")), (1, 1));
            continue;
        }
        assert_eq!(run("stray"), 2, "{name}");
        let needed = if name == "rotate" { "--slot x --to-file y" } else { "" };
        assert_eq!(run(needed), 3, "{name}");
    }
}

#[test]
fn an_empty_workspace_is_no_trouble() {
    let world = World::new();
    world.revoke(&world.id("own"));
    let address = world.address();
    for (name, _) in scripts().into_iter().filter(|(name, _)| !name.starts_with("rotate")) {
        let run = Patroll::new().beside(&world).env("DATABRICKS_HOST", &address.host);
        let run = run.env("DATABRICKS_USERNAME", &address.user);
        let run = run.env("DATABRICKS_PASSWORD", &address.password);
        let outcome = run.args("run --allow-admin").arg(&name).run();
        assert_eq!(outcome.to_string(), "--- exit 0\n", "{name}");
    }
}
