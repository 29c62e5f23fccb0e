//! Shows results: tokens as a table coloured by how soon they expire, and no more than the terminal has lines for.

use std::borrow::Borrow;

use crate::clock::Duration;
use crate::error::Error;
use crate::output::{Column, Format, Output, Table, readable_table, visible};
use crate::script::{Interactive, Shown};
use crate::token::Token;

const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const DIM: &str = "\x1b[2m";
const END: &str = "\x1b[0m";

/// The lines of the terminal that a result leaves to the input, the note below it and the next prompt.
const LEFT: usize = 3;

/// So many lines are written at once.
const PORTION: usize = 200;

/// Shows the last result; in part, unless the `whole` of it is wanted.
pub fn result(interactive: &Interactive, output: &Output, whole: bool) -> Result<(), Error> {
    if output.asked_format() == Format::Json {
        return json(interactive, output);
    }
    let width = output.width().map_or(80, usize::from);
    let lines = match output.height() {
        Some(height) if !whole => usize::from(height).saturating_sub(LEFT).max(4),
        _ => usize::MAX,
    };
    match interactive.shown(width, lines) {
        None => {
            nothing(output);
            Ok(())
        }
        Some(Shown::Tokens(tokens)) => show_tokens(&tokens, output, lines),
        Some(Shown::Rows(table)) => show_rows(table, output, lines),
        Some(Shown::Text(text, left_out)) => show_text(&text, left_out, output, lines),
    }
}

/// Shows the last result as JSON.
pub fn json(interactive: &Interactive, output: &Output) -> Result<(), Error> {
    let Some(json) = interactive.json() else {
        nothing(output);
        return Ok(());
    };
    pour(&json.lines().collect::<Vec<_>>(), output, Output::line)
}

/// Lists the variables.
pub fn variables(interactive: &Interactive, output: &Output) -> Result<(), Error> {
    let mut table = Table::new(["variable", "holds"]);
    table.rows.extend(
        interactive.variables().into_iter().map(|variable| vec![variable.name, variable.kind]),
    );
    if table.rows.is_empty() {
        output.note("there are no variables yet");
        return Ok(());
    }
    output.line(&table.draw(output.width()))
}

fn nothing(output: &Output) {
    output.note("no input has had a result yet");
}

fn show_tokens(tokens: &[Token], output: &Output, lines: usize) -> Result<(), Error> {
    // As every row has a line of its own, more rows than lines cannot be shown.
    let drawn = &tokens[..tokens.len().min(lines)];
    let table = readable_table(drawn, &Column::usual(), output.width());
    let paint = |row: Option<usize>| row.and_then(|row| tokens.get(row)).map_or("", color);
    show_table(&table, tokens.len(), output, lines, paint)
}

fn show_rows(mut table: Table, output: &Output, lines: usize) -> Result<(), Error> {
    let count = table.rows.len();
    table.rows.truncate(lines);
    show_table(&table, count, output, lines, |_| "")
}

fn show_table(
    table: &Table,
    count: usize,
    output: &Output,
    lines: usize,
    paint: impl Fn(Option<usize>) -> &'static str,
) -> Result<(), Error> {
    let drawn = table.lines(output.width());
    // A row is shown with all of its lines or not at all.
    let end = drawn.len().min(lines);
    let cut = drawn.get(end).and_then(|(row, _)| *row);
    let shown: Vec<_> =
        drawn[..end].iter().filter(|(row, _)| row.is_none() || *row != cut).collect();
    let rows = shown.last().and_then(|(row, _)| *row).map_or(0, |row| row + 1);
    let painted: Vec<String> = shown
        .iter()
        .map(|(row, line)| match paint(*row) {
            "" => line.clone(),
            color => format!("{color}{line}{END}"),
        })
        .collect();
    pour(&painted, output, Output::painted)?;
    tell_rest(count - rows, output);
    Ok(())
}

fn show_text(text: &str, left_out: usize, output: &Output, lines: usize) -> Result<(), Error> {
    let text = visible(text);
    let all: Vec<&str> = text.lines().collect();
    pour(&all[..all.len().min(lines)], output, Output::painted)?;
    match (all.len().saturating_sub(lines), left_out) {
        (0, left_out) => tell_rest(left_out, output),
        (hidden, 0) => output.note(&format!("… {hidden} more lines, :all")),
        (_, left_out) => output.note(&format!("… and {left_out} elements more, :all")),
    }
    Ok(())
}

/// Writes lines in portions, between which Ctrl-C is heard.
fn pour<T: Borrow<str>>(
    lines: &[T],
    output: &Output,
    write: fn(&Output, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    for portion in lines.chunks(PORTION) {
        output.check_stop()?;
        write(output, &portion.join("\n"))?;
    }
    Ok(())
}

fn tell_rest(count: usize, output: &Output) {
    if count > 0 {
        output.note(&format!("… {count} more, :all"));
    }
}

/// Returns how a token is coloured: the sooner it expires, the louder.
fn color(token: &Token) -> &'static str {
    match token.expires_in() {
        _ if token.is_expired() => DIM,
        left if left < Duration::from_days(7) => RED,
        left if left < Duration::from_days(30) => YELLOW,
        _ => "",
    }
}
