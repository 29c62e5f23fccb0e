//! A text as Rhai's own lexer sees it: the pieces an editor colours, and whether the text goes on.
//!
//! What a finished text means is the engine's; what could follow is `complete`'s.

use std::ops::Range;

use rhai::{Engine, LexError, OptimizationLevel, ParseErrorType, Position, Token};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PieceKind,
}

/// What a piece of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// `let`, `if`, `true`, …
    Keyword,
    /// A name.
    Word,
    /// A string, or the part of one that is no interpolation.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// A bracket, an operator, a comma.
    Symbol,
    /// Something that is no Rhai; the lexer makes nothing of what follows.
    Broken,
}

/// Returns the pieces of `text`, white space left out.
pub fn pieces(text: &str) -> Vec<Piece> {
    lex(text).pieces
}

/// Returns whether `text` goes on: a bracket, a string or a comment is open, or an operator wants more.
pub fn is_unfinished(text: &str) -> bool {
    let lexed = lex(text);
    if lexed.is_comment_open {
        return true;
    }
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_expr_depths(128, 64);
    let Err(error) = engine.compile(text) else { return false };
    match *error.0 {
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            let opener = Places::of(text).byte(error.1).and_then(|at| text[at..].chars().next());
            // A string in plain quotes ends with its line.
            opener != Some('"')
        }
        _ => error.1 >= lexed.end || error.1.is_none(),
    }
}

/// Returns where the last statement of `text` begins, if it stands behind a `;` outside of all brackets.
pub fn last_statement(text: &str) -> usize {
    let (mut depth, mut start) = (0_i32, 0);
    let pieces = pieces(text);
    for (at, piece) in
        pieces.iter().enumerate().filter(|(_, piece)| piece.kind == PieceKind::Symbol)
    {
        match &text[piece.range.clone()] {
            ";" if depth == 0 && at + 1 < pieces.len() => start = piece.range.end,
            symbol if is_opening(symbol) => depth += 1,
            symbol if is_closing(symbol) => depth -= 1,
            _ => {}
        }
    }
    start
}

/// Returns whether a symbol opens a bracket.
pub fn is_opening(symbol: &str) -> bool {
    symbol.ends_with(['(', '[', '{'])
}

/// Returns whether a symbol closes a bracket.
pub fn is_closing(symbol: &str) -> bool {
    symbol.starts_with([')', ']', '}'])
}

struct Lexed {
    pieces: Vec<Piece>,
    end: Position,
    is_comment_open: bool,
}

fn lex(text: &str) -> Lexed {
    let engine = Engine::new_raw();
    let places = Places::of(text);
    let inputs = [text];
    let (mut tokens, control) = engine.lex(&inputs);
    tokens.state.include_comments = true;
    let mut found: Vec<(usize, PieceKind)> = Vec::new();
    // For each interpolation that is open, the braces open in it, its own included.
    let mut interpolations: Vec<usize> = Vec::new();
    // Where the text goes on behind an interpolation; the lexer's own position for it can be too late.
    let mut resumed: Option<usize> = None;
    let mut end = Position::START;
    while let Some((token, position)) = tokens.next() {
        let start = resumed.take().or_else(|| places.byte(position));
        let mut closes_interpolation = false;
        match &token {
            Token::EOF => {
                end = position;
                break;
            }
            Token::InterpolatedString(..) => interpolations.push(0),
            Token::LeftBrace | Token::MapStart => {
                if let Some(open) = interpolations.last_mut() {
                    *open += 1;
                }
            }
            Token::RightBrace => {
                if let Some(open) = interpolations.last_mut() {
                    *open = open.saturating_sub(1);
                }
                if interpolations.last() == Some(&0) {
                    interpolations.pop();
                    control.borrow_mut().is_within_text = true;
                    closes_interpolation = true;
                }
            }
            _ => {}
        }
        found.extend(start.map(|at| (at, kind_of(&token))));
        resumed = start.filter(|_| closes_interpolation).map(|at| at + 1);
        // Behind these the lexer gives the same again and again.
        if matches!(token, Token::LexError(..)) || tokens.state.comment_level > 0 {
            break;
        }
    }
    let is_comment_open = tokens.state.comment_level > 0;
    let ends: Vec<usize> = found.iter().skip(1).map(|(at, _)| *at).chain([text.len()]).collect();
    let piece = |((start, kind), end): ((usize, PieceKind), usize)| {
        let range = start..start + text.get(start..end)?.trim_end().len();
        Some(Piece { range, kind }).filter(|piece| !piece.range.is_empty())
    };
    let pieces = found.into_iter().zip(ends).filter_map(piece).collect();
    Lexed { pieces, end, is_comment_open }
}

fn kind_of(token: &Token) -> PieceKind {
    match token {
        Token::Identifier(..) | Token::Custom(..) => PieceKind::Word,
        Token::StringConstant(..) | Token::InterpolatedString(..) | Token::CharConstant(..) => {
            PieceKind::Text
        }
        Token::IntegerConstant(..) | Token::FloatConstant(..) => PieceKind::Number,
        Token::Comment(..) => PieceKind::Comment,
        Token::LexError(..) => PieceKind::Broken,
        Token::Reserved(word) if word.starts_with(char::is_alphabetic) => PieceKind::Word,
        other if other.is_standard_keyword() => PieceKind::Keyword,
        _ => PieceKind::Symbol,
    }
}

/// Finds the byte of a position, whose columns count characters.
struct Places<'t> {
    text: &'t str,
    lines: Vec<usize>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(breaks).collect() }
    }

    fn byte(&self, position: Position) -> Option<usize> {
        let start = *self.lines.get(position.line()? - 1)?;
        let column = position.position().unwrap_or(1).saturating_sub(1);
        let line = &self.text[start..];
        Some(start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let pieces = pieces(text);
        let shown: Vec<_> = pieces
            .iter()
            .map(|piece| format!("{:?} {}", piece.kind, &text[piece.range.clone()]))
            .collect();
        shown.join(" | ")
    }

    #[test]
    fn an_interpolation_is_code_within_text() {
        assert_eq!(
            shown("let s = `日本 ${#{a: f(1)}.a} b`; // é"),
            "Keyword let | Word s | Symbol = | Text `日本 $ | Symbol { | Symbol #{ | Word a | Symbol : | Word f | Symbol ( | \
             Number 1 | Symbol ) | Symbol } | Symbol . | Word a | Symbol } | Text  b` | Symbol ; | Comment // é"
        );
    }

    #[test]
    fn what_is_open_goes_on() {
        let open = [
            "f(",
            "f(1,",
            "[1, 2",
            "if x {",
            "#{ a: 1,",
            "let x =",
            "1 +",
            "`a",
            "`a ${x",
            "/* a",
            "x.",
            "fn f(a)",
            "f(1\n",
            "if x",
            "#\"raw",
            "let",
            "a && ",
            "x /* a",
            "while true",
            "tokens_list()\n    .filter(|t|",
        ];
        let shut = [
            "",
            "1",
            "f()",
            "let x = 1",
            "let x = 1;",
            "1 )",
            "f())",
            "\"a",
            "`a ${x} b`",
            "// a",
            "let x = ;",
            "if x { 1 }",
            "}",
            "a b",
            "/* a */",
            "1 +)",
            "#\"raw\"#",
            "?",
            "let 1",
        ];
        let wrong: Vec<_> = open.iter().filter(|text| !is_unfinished(text)).collect();
        assert_eq!(wrong, Vec::<&&str>::new(), "these go on");
        let wrong: Vec<_> = shut.iter().filter(|text| is_unfinished(text)).collect();
        assert_eq!(wrong, Vec::<&&str>::new(), "these do not");
    }

    #[test]
    fn the_last_statement_is_behind_the_last_semicolon_outside() {
        assert_eq!(&"let a = 1; a + 1"[last_statement("let a = 1; a + 1")..], " a + 1");
        assert_eq!(last_statement("f(|x| { a; b })"), 0);
        assert_eq!(last_statement("a;"), 0);
    }
}
