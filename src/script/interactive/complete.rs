//! What could be written next: functions, variables, a value's fields, the option keys of the call one is in.

use rhai::Map;

use super::Interactive;
use super::members::Member;
use super::receiver::{Pieces, What};
use crate::script::functions::keys_of;
use crate::script::syntax::{self, Piece, PieceKind};

const KEYWORDS: [&str; 20] = [
    "let", "const", "if", "else", "for", "in", "while", "loop", "break", "continue", "return",
    "fn", "throw", "try", "catch", "switch", "import", "true", "false", "do",
];

/// Something that could be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What is put in.
    pub text: String,
    /// What is listed.
    pub shown: String,
}

impl Candidate {
    fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), shown: text.to_owned() }
    }

    /// Makes the candidate for a member that is called with `given` arguments before the bracket.
    fn of(member: &Member, given: usize) -> Self {
        let open = match member {
            Member { is_property: true, .. } => "",
            Member { arity, .. } if *arity == given => "()",
            _ => "(",
        };
        Self { text: format!("{}{open}", member.name), shown: member.signature.clone() }
    }
}

impl Interactive {
    /// Returns where the word at the end of `text` begins, and what it could become.
    pub fn complete(&self, text: &str) -> (usize, Vec<Candidate>) {
        let list = syntax::pieces(text);
        let Some((start, list)) = split(text, &list) else { return (text.len(), Vec::new()) };
        let (word, pieces) = (&text[start..], Pieces { text, list });
        let mut candidates = self.candidates(pieces, word);
        candidates.retain(|candidate| candidate.text.starts_with(word));
        candidates.sort_by(|one, other| one.text.cmp(&other.text));
        candidates.dedup_by(|one, other| one.text == other.text);
        (start, candidates)
    }

    /// Returns how the function is called whose arguments the end of `text` is among.
    pub fn signatures_at(&self, text: &str) -> Vec<String> {
        let list = syntax::pieces(text);
        let pieces = Pieces { text, list: &list };
        let Some(name) = enclosing_call(pieces) else { return Vec::new() };
        let functions = self.members.named(&self.engine, name);
        // Where patroll replaces a function of the language, the old one is not to be shown.
        let has_own = functions.iter().any(|member| member.is_own);
        let mut signatures: Vec<String> = functions
            .iter()
            .filter(|member| !member.is_property && (member.is_own || !has_own))
            .map(|member| member.signature.clone())
            .collect();
        signatures.dedup();
        signatures
    }

    /// Returns whether a function of that name exists, of patroll's, of Rhai's or of this session's.
    pub fn has_function(&self, name: &str) -> bool {
        self.members.named(&self.engine, name).iter().any(|member| !member.is_property)
            || self.functions.iter_functions().any(|function| function.name == name)
    }

    /// Returns the names of the functions that patroll has and that begin with `prefix`.
    pub fn function_names(&self, prefix: &str) -> Vec<String> {
        let functions = self.members.functions(&self.engine, prefix);
        functions.filter(|member| member.is_own).map(|member| member.name.clone()).collect()
    }

    fn candidates(&self, pieces: Pieces<'_>, word: &str) -> Vec<Candidate> {
        if let Some(("." | "?.", _)) = pieces.last() {
            return self.members_of(pieces.before(1));
        }
        if let Some(keys) = keys_at(pieces) {
            return keys
                .iter()
                .map(|key| Candidate { text: format!("{key}: "), shown: (*key).to_owned() })
                .collect();
        }
        self.names(word)
    }

    fn members_of(&self, pieces: Pieces<'_>) -> Vec<Candidate> {
        let Some(what) = self.what_is(pieces) else { return Vec::new() };
        let mut candidates = match &what {
            What::Value(value) => value
                .read_lock::<Map>()
                .map(|map| map.keys().map(|key| Candidate::plain(key)).collect())
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        let members = self.members.of_type(&self.engine, &what.type_name());
        candidates.extend(members.into_iter().map(|member| Candidate::of(member, 1)));
        candidates
    }

    /// Returns what a bare word can be.
    fn names(&self, word: &str) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> = Vec::new();
        candidates.extend(self.variables().iter().map(|variable| Candidate::plain(&variable.name)));
        candidates.extend(self.functions.iter_functions().map(|function| Candidate {
            text: format!("{}(", function.name),
            shown: format!("{}({})", function.name, function.params.join(", ")),
        }));
        let functions = self.members.functions(&self.engine, word);
        let documented = functions.filter(|member| member.is_own || !word.is_empty());
        candidates.extend(documented.map(|member| Candidate::of(member, 0)));
        if !word.is_empty() {
            candidates.extend(KEYWORDS.map(Candidate::plain));
        }
        candidates
    }
}

/// Splits off the word at the end; nothing where one writes a string or a comment.
fn split<'p>(text: &str, pieces: &'p [Piece]) -> Option<(usize, &'p [Piece])> {
    let Some((word, before)) = pieces.split_last() else { return Some((text.len(), pieces)) };
    if word.range.end < text.len() {
        let is_open = matches!(word.kind, PieceKind::Broken | PieceKind::Comment);
        return if is_open { None } else { Some((text.len(), pieces)) };
    }
    match word.kind {
        PieceKind::Word | PieceKind::Keyword => Some((word.range.start, before)),
        PieceKind::Symbol => Some((text.len(), pieces)),
        _ => None,
    }
}

/// Returns the keys that fit where a key of a map of options is written.
fn keys_at(pieces: Pieces<'_>) -> Option<&'static [&'static str]> {
    let ("#{", before) = pieces.open_bracket()? else { return None };
    let Some(("#{" | ",", _)) = pieces.last() else { return None };
    keys_of(enclosing_call(before)?)
}

/// Returns the name of the call whose arguments the end of `pieces` is among.
fn enclosing_call(pieces: Pieces<'_>) -> Option<&str> {
    let mut inner = pieces;
    loop {
        let (bracket, before) = inner.open_bracket()?;
        match before.last() {
            Some((name, PieceKind::Word)) if bracket == "(" => return Some(name),
            _ => inner = before,
        }
    }
}
