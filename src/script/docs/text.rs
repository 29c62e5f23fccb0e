//! The manual as text: an overview by topic, and the page of one name.

use super::page::{Form, Page};

/// Lists the functions under the headings of their topics.
pub fn overview(pages: &[Page], width: usize) -> String {
    let mut lines = Vec::new();
    let mut topic = "";
    for page in pages {
        if page.topic != topic {
            if !topic.is_empty() {
                lines.push(String::new());
            }
            topic = page.topic;
            lines.push(topic.to_owned());
        }
        for form in &page.forms {
            lines.push(format!("  {}", form.signature));
            lines.extend(wrap(form.summary(), 6, width));
        }
    }
    lines.join("\n")
}

/// Explains all that is called by one name.
pub fn manual(page: &Page, width: usize) -> String {
    let explain = |form: &Form| {
        let mut lines = vec![form.signature.clone()];
        for paragraph in &form.paragraphs {
            lines.extend(wrap(paragraph, 4, width));
            lines.push(String::new());
        }
        if let Some(example) = &form.example {
            lines.push("    Example:".to_owned());
            lines.extend(
                example.lines().map(|line| format!("        {line}").trim_end().to_owned()),
            );
        }
        lines.join("\n").trim_end().to_owned()
    };
    page.forms.iter().map(explain).collect::<Vec<_>>().join("\n\n")
}

/// Breaks a paragraph into indented lines that fit.
fn wrap(text: &str, indent: usize, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{:indent$}{word}", "")),
        }
    }
    lines
}
