//! The session in README.md, typed as it stands.

use pretty_assertions::assert_eq;

use super::terminal::Setup;

const README: &str = include_str!("../../README.md");
const PROMPT: &str = "sandbox › ";

#[test]
fn the_session_in_the_readme_says_what_it_says() {
    let block = README.split("```session\n").nth(1).unwrap().split("```").next().unwrap();
    let (command, written) = block.split_once('\n').unwrap();
    let args = command.strip_prefix("$ patroll ").unwrap();
    let session = Setup::new().size(60, 100).args(args).args("--quiet").open();
    for input in written.lines().filter_map(|line| line.strip_prefix(PROMPT)) {
        session.input(input);
    }
    assert_eq!(session.text(), format!("{written}{}", PROMPT.trim_end()));
    assert_eq!(session.leave(), 0);
}
