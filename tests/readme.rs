//! README.md is a test: each session in it is run as it stands, and what it promises about itself holds.

use std::process::Command;

use pretty_assertions::assert_eq;

use crate::support::Folder;

const README: &str = include_str!("../README.md");

/// A session: what was there to read, and what it said.
struct Session {
    opening: Option<String>,
    steps: Vec<Step>,
}

struct Step {
    command: String,
    said: String,
}

/// Returns the blocks of a language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// Reads a session; a first command that ends in `-- bash` is the shell that the others are typed into.
fn read_session(block: &str) -> Session {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => {
                steps.push(Step { command: command.to_owned(), said: String::new() });
            }
            (None, Some(step)) => step.said.extend([line, "\n"]),
            (None, None) => panic!("a session begins with a command, not with {line:?}"),
        }
    }
    let is_shell = steps.first().is_some_and(|step| step.command.ends_with(" -- bash"));
    let opening = is_shell.then(|| steps.remove(0).command);
    Session { opening, steps }
}

/// Runs a session in one shell and returns it as it would be written down.
fn rerun(session: &Session) -> String {
    let folder = Folder::new();
    let typed: Vec<_> = session
        .steps
        .iter()
        .map(|step| format!("cat <<'TYPED'\n$ {}\nTYPED\n{}\n", step.command, step.command))
        .collect();
    let typed = format!("exec 2>&1\n{}", typed.concat());
    let shell = session.opening.as_deref().unwrap_or("bash");
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_patroll"));
    let output = Command::new("bash")
        .args(["-c", &format!("{shell} -c \"$TYPED_BY_READER\"")])
        .env_clear()
        .env("TYPED_BY_READER", typed)
        .env("PATH", format!("{}:/usr/bin:/bin", binary.parent().unwrap().display()))
        .env("HOME", folder.home())
        .current_dir(folder.work())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_session_says_what_it_says() {
    let sessions = blocks("console");
    assert!(sessions.len() >= 2, "README.md has lost its sessions");
    for block in sessions {
        let session = read_session(block);
        let steps = session.steps.iter();
        let written: Vec<_> =
            steps.map(|step| format!("$ {}\n{}", step.command, step.said)).collect();
        assert_eq!(rerun(&session), written.concat());
    }
}

#[test]
fn the_first_script_has_no_mistake() {
    for script in blocks("rhai") {
        let folder = Folder::new();
        let path = folder.work().join("readme.rhai");
        std::fs::write(&path, script).unwrap();
        for line in ["check", "--sandbox run"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_patroll"));
            command.args(line.split(' ')).arg(&path).env_clear().env("HOME", folder.home());
            let output = command.output().unwrap();
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn the_two_commands_are_there() {
    let shown = blocks("sh");
    for line in ["cargo run --release -- --sandbox run cleanup_expired\n", "cargo test\n"] {
        assert!(shown.contains(&line), "{line}");
    }
}

#[test]
fn the_table_of_speed_is_one_that_the_bench_has_printed() {
    let bench = include_str!("../benches/speed.rs");
    let table = README.split("## How fast").nth(1).unwrap().split("\n##").next().unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 1 + bench.matches("    Race {").count());
    for row in &rows[1..] {
        let [name, ours, theirs, ratio, bound] = row[..] else { panic!("{row:?} is no row") };
        assert!(bench.contains(&format!("name: \"{name}\"")), "{name}");
        assert!(bench.contains(&format!("bound: {bound},")), "{name}: {bound}");
        assert!(ours.contains(" ms") && theirs.ends_with(" ms"), "{row:?}");
        let (ratio, is_missed) = match ratio.strip_suffix(" (missed)") {
            Some(ratio) => (ratio, true),
            None => (ratio, false),
        };
        let is_kept = ratio.parse::<f64>().unwrap() <= bound.parse::<f64>().unwrap();
        assert!(is_kept != is_missed, "a bound that is missed is said to be: {row:?}");
    }
}

#[test]
fn the_table_of_many_revocations_is_one_that_the_bench_has_printed() {
    let bench = include_str!("../benches/bulk.rs");
    let table = README.split("### Many revocations").nth(1).unwrap().split("\n##").next().unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).collect();
    let head = format!("println!(\"{}\")", rows[0]);
    assert!(bench.contains(&head), "the bench prints no {head}");
    let printed = bench.split("let kept =").nth(1).unwrap().split("];").next().unwrap();
    assert_eq!(
        rows.len() - 1,
        printed.matches("()").count() + printed.matches("in_a_storm(").count()
    );
    for row in &rows[1..] {
        let columns: Vec<_> = row.trim_matches('|').split('|').collect();
        assert_eq!(columns.len(), 5, "{row}");
    }
}

#[test]
fn the_figures_of_a_fleet_are_those_that_the_bench_prints() {
    let bench = include_str!("../benches/fleet.rs");
    let table = README.split("### Fleets").nth(1).unwrap().split("\n##").next().unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).collect();
    let [head, row] = rows[..] else { panic!("{rows:?}") };
    assert!(bench.contains(&head.replace("2 at a time", "{WORKERS} at a time")), "{head}");
    let columns: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
    let [what, _, _, memory, ratio, bound] = columns[..] else { panic!("{row} is no row") };
    let what = what.replace("200", "{WORKSPACES}").replace("500", "{TOKENS}");
    assert!(bench.contains(&what), "{what}");
    assert!(bench.contains(&format!("const BOUND: f64 = {bound};")), "{bound}");
    let megabytes = memory.strip_suffix(" MB").unwrap().parse::<f64>().unwrap();
    assert!(ratio.parse::<f64>().unwrap() <= bound.parse().unwrap() && megabytes <= 150.0, "{row}");
}

#[test]
fn the_map_names_every_module_in_order() {
    let library = include_str!("../src/lib.rs");
    let modules = library.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    let map = README.split("main · ").nth(1).unwrap().split("```").next().unwrap();
    let map: Vec<_> =
        map.split(['·', '\n']).map(str::trim).filter(|name| !name.is_empty()).collect();
    assert_eq!(modules.collect::<Vec<_>>(), map);
}
