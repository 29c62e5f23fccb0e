//! One page of the manual: all ways to call one function, with what its doc comments say.

use rhai::FuncMetadata;

use super::signature;

/// What there is to know about one name.
#[derive(Clone, Debug)]
pub struct Page {
    /// The heading it stands under.
    pub topic: &'static str,
    /// The name: `tokens_list`, `token.age` or `+`.
    pub name: String,
    /// The ways to call it, the one with most to say first.
    pub forms: Vec<Form>,
}

/// What a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A function.
    Function,
    /// A property or method of a value.
    Member,
    /// An operator.
    Operator,
}

/// One way to call a function.
#[derive(Clone, Debug)]
pub struct Form {
    /// How it is written, with what it takes and returns.
    pub signature: String,
    /// What it does, in paragraphs.
    pub paragraphs: Vec<String>,
    /// Something to try.
    pub example: Option<String>,
}

impl Form {
    /// Returns the first sentence, without its full stop.
    pub fn summary(&self) -> &str {
        let text = self.paragraphs.first().map_or("", String::as_str);
        text.split_once(". ").map_or(text, |(sentence, _)| sentence).trim_end_matches('.')
    }
}

impl Page {
    /// Puts the forms in order.
    pub fn new(topic: &'static str, name: String, mut forms: Vec<Form>) -> Self {
        let said = |form: &Form| form.paragraphs.iter().map(String::len).sum::<usize>();
        forms.sort_by(|one, other| {
            said(other).cmp(&said(one)).then_with(|| one.signature.cmp(&other.signature))
        });
        Self { topic, name, forms }
    }

    /// Returns whether somebody who asks about `name` means this page.
    pub fn is_about(&self, name: &str) -> bool {
        self.name == name || self.short_name() == name
    }

    /// Returns what it is: functions come first, then what values have, then operators.
    pub fn subject(&self) -> Subject {
        match self.name.chars().find(|letter| !letter.is_alphanumeric() && *letter != '_') {
            None => Subject::Function,
            Some('.' | '[') => Subject::Member,
            Some(_) => Subject::Operator,
        }
    }

    /// Returns the name without its owner.
    pub fn short_name(&self) -> &str {
        self.name.rsplit_once('.').map_or(&self.name, |(_, name)| name)
    }
}

/// Reads what a function says of itself; nothing if it has no doc comment.
pub fn read(function: &FuncMetadata) -> Option<(String, Form)> {
    let comment: Vec<&str> = function.comments.iter().flat_map(|comment| comment.lines()).collect();
    let lines = comment.iter().map(|line| {
        let line = line.trim_start().trim_start_matches("///");
        line.strip_prefix(' ').unwrap_or(line)
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    if text.is_empty() {
        return None;
    }
    let (prose, example) = match text.split_once("```rhai\n") {
        Some((prose, rest)) => (prose, rest.split_once("\n```").map(|(code, _)| code.to_owned())),
        None => (text.as_str(), None),
    };
    let paragraphs = prose.trim().split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    let (name, signature) = signature::of(function);
    Some((name, Form { signature, paragraphs: paragraphs.collect(), example }))
}
