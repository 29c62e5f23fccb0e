//! Draws where a script failed: the source line with a caret, then the calls that led there, over all files.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Renderer, Snippet, renderer::DecorStyle,
};
use rhai::Position;

/// The calls shown at most: a runaway recursion has thousands.
const MOST_FRAMES: usize = 6;

/// The texts of all scripts of a run, by name; filled as they are loaded.
#[derive(Clone, Default)]
pub struct Sources(Rc<RefCell<HashMap<String, Rc<str>>>>);

impl Sources {
    /// Remembers a script's text.
    pub fn insert(&self, name: &str, text: &str) {
        self.0.borrow_mut().insert(name.to_owned(), text.into());
    }

    fn text(&self, name: &str) -> Option<Rc<str>> {
        self.0.borrow().get(name).cloned()
    }
}

/// A place on the way to a failure.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The script.
    pub source: String,
    /// Where in it.
    pub position: Position,
    /// What happened there; none where it failed.
    pub label: Option<String>,
}

/// What is drawn.
pub struct Report<'a> {
    /// What failed.
    pub message: &'a str,
    /// Where, innermost first.
    pub frames: &'a [Frame],
    /// The texts.
    pub sources: &'a Sources,
}

impl Report<'_> {
    /// Returns the drawing, with colours that the stream may take out.
    pub fn draw(&self) -> String {
        let texts: Vec<_> = self
            .frames
            .iter()
            .take(MOST_FRAMES)
            .map(|frame| self.sources.text(&frame.source))
            .collect();
        let mut elements: Vec<Element<'_>> = Vec::new();
        for (frame, text) in self.frames.iter().zip(&texts) {
            if let Some(text) = text {
                elements.extend(snippet(frame, text));
            }
        }
        let group = Level::ERROR.primary_title(self.message);
        let group: Group<'_> = elements.into_iter().fold(Group::with_title(group), Group::element);
        Renderer::styled().decor_style(DecorStyle::Ascii).render(&[group])
    }
}

fn snippet<'t>(frame: &'t Frame, text: &'t str) -> Option<Element<'t>> {
    let span = span(text, frame.position)?;
    let annotation = match &frame.label {
        None => AnnotationKind::Primary.span(span),
        Some(label) => AnnotationKind::Context.span(span).label(label.as_str()),
    };
    Some(Snippet::source(text).path(frame.source.as_str()).annotation(annotation).into())
}

/// Returns the bytes of the word at a position, whose columns count characters from 1.
fn span(text: &str, position: Position) -> Option<Range<usize>> {
    let line = position.line()?;
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let line = text[start..].lines().next().unwrap_or("");
    let column = position.position().unwrap_or(1).saturating_sub(1);
    let offset = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let word = line[offset..]
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(line.len() - offset);
    let begin = start + offset;
    Some(begin..begin + word.max(usize::from(offset < line.len())))
}
