//! Puts the questions before a revocation and at a brake to the person at the terminal.

use std::sync::Arc;

use rustyline::history::MemHistory;
use rustyline::{Behavior, Config, Editor};

use crate::gate::{Answer, Ask, Place, Question};
use crate::output::Output;
use crate::secret::redact;

/// The tokens that are named at most.
const MOST_NAMED: usize = 10;

/// The person at the terminal.
pub struct Person {
    output: Arc<Output>,
}

impl Person {
    /// Takes hold of where the question is shown.
    pub fn new(output: Arc<Output>) -> Self {
        Self { output }
    }
}

impl Ask for Person {
    fn ask(&self, question: &Question<'_>) -> Answer {
        match question {
            Question::Revoke { place, tokens } => self.ask_to_revoke(&name(place), tokens),
            Question::PassBrake { place, reached } => {
                let problem = reached.error();
                self.output.summary(&format!("{problem}; go on at {}?", name(place)));
                read("[y]es, [a]ll that follow, [N]o: ", true)
            }
        }
    }
}

impl Person {
    fn ask_to_revoke(&self, place: &str, tokens: &[(String, Option<String>)]) -> Answer {
        if let [(token_id, comment)] = tokens {
            let token = describe(token_id, comment.as_deref());
            self.output.summary(&format!("revoke {token} on {place}?"));
            return read("[y]es, [a]ll that follow, [N]o: ", true);
        }
        self.output.summary(&format!("revoke these {} tokens on {place}?", tokens.len()));
        for (token_id, comment) in tokens.iter().take(MOST_NAMED) {
            self.output.summary(&format!("  {}", describe(token_id, comment.as_deref())));
        }
        if tokens.len() > MOST_NAMED {
            self.output.summary(&format!("  … {} more", tokens.len() - MOST_NAMED));
        }
        read("[y]es, [N]o: ", false)
    }
}

fn name(place: &Place) -> String {
    match &place.profile {
        Some(profile) => format!("{profile} ({})", place.host),
        None => place.host.clone(),
    }
}

fn describe(token_id: &str, comment: Option<&str>) -> String {
    let id: String = token_id.chars().take(12).collect();
    match comment {
        Some(comment) if !comment.is_empty() => {
            // Struck out before it is cut: half a secret is one that nobody would find.
            let comment = redact(comment);
            format!("{id} {}", comment.chars().take(64).collect::<String>())
        }
        _ => id,
    }
}

/// Reads the answer; Ctrl-C, Ctrl-D and anything that is not clearly a yes are a no.
fn read(prompt: &str, offers_all: bool) -> Answer {
    // The question goes to the terminal even if stdout does not.
    let config = Config::builder().behavior(Behavior::PreferTerm).build();
    let editor = Editor::<(), MemHistory>::with_history(config, MemHistory::new());
    let answer = editor.and_then(|mut editor| editor.readline(prompt)).unwrap_or_default();
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        "a" | "all" if offers_all => Answer::YesToAll,
        _ => Answer::No,
    }
}
