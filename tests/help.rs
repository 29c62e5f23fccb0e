//! Every `--help` explains itself: one line of what it does, its flags, and an example that is understood.

use std::process::Command;

use crate::support::Folder;

fn patroll(words: &[&str]) -> (String, bool) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_patroll")).args(words).env_clear().output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

/// Returns the commands that a help page lists.
fn commands_in(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    listed
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

fn each_page(path: &[&str], see: &mut impl FnMut(&[&str], &str)) {
    let words: Vec<_> = path.iter().copied().chain(["--help"]).collect();
    let (help, is_fine) = patroll(&words);
    assert!(is_fine, "{path:?}");
    see(path, &help);
    for command in commands_in(&help) {
        let deeper: Vec<_> = path.iter().copied().chain([command.as_str()]).collect();
        each_page(&deeper, see);
    }
}

#[test]
fn every_page_has_an_example_that_begins_with_its_command() {
    let mut pages = 0;
    each_page(&[], &mut |path, help| {
        pages += 1;
        let example = help.lines().find_map(|line| {
            line.strip_prefix("Example: ").or_else(|| line.strip_prefix("Try it: `"))
        });
        let example = example.unwrap_or_else(|| panic!("{path:?} has no example:\n{help}"));
        let command = path.iter().fold("patroll".to_owned(), |line, word| line + " " + word);
        assert!(example.starts_with(&command), "{path:?}: {example}");
        assert!(help.contains("--dry-run"), "{path:?} does not show the global flags");
    });
    assert!(pages >= 14, "only {pages} pages were found");
}

#[test]
fn the_short_flags_of_help_and_version_work() {
    let (version, is_fine) = patroll(&["-v"]);
    assert_eq!((version.as_str(), is_fine), ("patroll 0.1.0\n", true));
    assert_eq!(patroll(&["--version"]).0, version);
    assert!(patroll(&["-h"]).0.contains("Usage: patroll"));
    assert_eq!(patroll(&["help", "tokens", "list"]), patroll(&["tokens", "list", "--help"]));
    assert_eq!(patroll(&["help"]), patroll(&["--help"]));
}

#[test]
fn a_shell_understands_its_completion_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (script, is_fine) = patroll(&["completions", shell]);
        assert!(is_fine && script.contains("dry-run"), "{shell}");
    }
    let (script, _) = patroll(&["completions", "bash"]);
    let ask = "COMP_WORDS=(patroll tokens re) COMP_CWORD=2; _patroll patroll re tokens; echo \"${COMPREPLY[@]}\"";
    let folder = Folder::new();
    folder.write("asked.sh", format!("{script}\n{ask}"), 0o600);
    let output = Command::new("bash").arg(folder.work().join("asked.sh")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "revoke\n");
}
