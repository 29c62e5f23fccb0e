//! Colours an input as Rhai's own lexer reads it, and the bracket that belongs to the one at the cursor.

use super::commands;
use crate::script::{Piece, PieceKind, pieces};

const END: &str = "\x1b[0m";
const BRACKET: &str = "\x1b[1;4m";
const COMMAND: &str = "\x1b[36m";

/// Returns `line` with colours; `cursor` is none once it is entered.
pub fn paint(line: &str, cursor: Option<usize>, is_function: impl Fn(&str) -> bool) -> String {
    if commands::is_command(line) {
        return format!("{COMMAND}{line}{END}");
    }
    let pieces = pieces(line);
    let pair = cursor.and_then(|cursor| find_pair(line, &pieces, cursor));
    let mut painted = String::with_capacity(line.len() * 2);
    let mut end = 0;
    for (at, piece) in pieces.iter().enumerate() {
        painted.push_str(&line[end..piece.range.start]);
        let text = &line[piece.range.clone()];
        let color = match piece.kind {
            _ if pair.is_some_and(|(one, other)| at == one || at == other) => BRACKET,
            PieceKind::Keyword => "\x1b[35m",
            PieceKind::Text => "\x1b[32m",
            PieceKind::Number => "\x1b[36m",
            PieceKind::Comment => "\x1b[2m",
            PieceKind::Word if is_function(text) => "\x1b[34m",
            PieceKind::Word | PieceKind::Symbol | PieceKind::Broken => "",
        };
        if color.is_empty() {
            painted.push_str(text);
        } else {
            painted.extend([color, text, END]);
        }
        end = piece.range.end;
    }
    painted.push_str(&line[end..]);
    painted
}

/// Returns the brackets of a pair of which one is at the cursor or right before it.
fn find_pair(line: &str, pieces: &[Piece], cursor: usize) -> Option<(usize, usize)> {
    let mut open: Vec<usize> = Vec::new();
    for (at, piece) in
        pieces.iter().enumerate().filter(|(_, piece)| piece.kind == PieceKind::Symbol)
    {
        let symbol = &line[piece.range.clone()];
        if symbol.ends_with(['(', '[', '{']) {
            open.push(at);
        } else if symbol.starts_with([')', ']', '}'])
            && let Some(opening) = open.pop()
        {
            let touches = |at: usize| {
                let range = &pieces[at].range;
                range.contains(&cursor) || range.end == cursor
            };
            if touches(opening) || touches(at) {
                return Some((opening, at));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, cursor: Option<usize>) -> String {
        paint(line, cursor, |name| name == "days").replace(END, ">").replace("\x1b[", "<")
    }

    #[test]
    fn each_kind_has_its_colour() {
        let line = "let e = days(90) + f(`a ${b}`); // no";
        let painted = "<35mlet> e = <34mdays>(<36m90>) + f(<32m`a $>{b}<32m`>); <2m// no>";
        assert_eq!(shown(line, None), painted);
    }

    #[test]
    fn a_bracket_in_a_text_is_none() {
        assert_eq!(shown("f(\")\")", Some(6)), "f<1;4m(><32m\")\"><1;4m)>");
    }
}
