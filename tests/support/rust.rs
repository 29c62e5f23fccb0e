//! Rust source as words, for the tests that look at patroll's own; just enough to tell code from comments and strings.

/// Returns the names and signs of `source` in order, without comments, strings and numbers; `::` is one word.
pub fn words(source: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest).unwrap_or_else(|| {
            let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
            let length = match rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()) {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                length => length,
            };
            words.push(&rest[..length]);
            length
        });
        rest = &rest[length..];
    }
    words
}

/// Returns the length of what is no word at the start of `rest`: white space, a comment, a string, a lifetime.
fn skipped(rest: &str) -> Option<usize> {
    let until = |end: &str, from: usize| {
        rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len())
    };
    let first = rest.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if rest.starts_with("//") {
        return Some(until("\n", 2));
    }
    if rest.starts_with("/*") {
        return Some(until("*/", 2));
    }
    if let Some(hashes) =
        rest.strip_prefix('r').map(|rest| rest.len() - rest.trim_start_matches('#').len())
        && rest[1 + hashes..].starts_with('"')
    {
        return Some(until(&format!("\"{}", "#".repeat(hashes)), hashes + 2));
    }
    if first == '"' {
        return Some(string_length(rest));
    }
    if first == '\'' {
        return Some(letter_length(rest));
    }
    None
}

fn string_length(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Returns the length of a letter in quotes, or of a lifetime's sign.
fn letter_length(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    let is_escaped = letters.next().is_some_and(|(_, letter)| letter == '\\');
    if is_escaped {
        return rest[3..].find('\'').map_or(1, |at| at + 4);
    }
    match letters.next() {
        Some((at, '\'')) => at + 1,
        _ => 1,
    }
}

/// Returns `words` without the modules that only tests have.
pub fn without_tests<'s>(words: &[&'s str]) -> Vec<&'s str> {
    let mut kept = Vec::new();
    let mut rest = words;
    while let [word, others @ ..] = rest {
        if let ["#", "[", "cfg", "(", "test", ")", "]", ..] = rest {
            rest = &rest[7..];
            rest = &rest[item_length(rest)..];
        } else {
            kept.push(*word);
            rest = others;
        }
    }
    kept
}

/// Returns how many words the item at the start has, up to its `;` or the end of its braces.
fn item_length(words: &[&str]) -> usize {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        match *word {
            "{" => depth += 1,
            "}" if depth == 1 => return at + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    words.len()
}

/// Returns the modules at the crate's root that `words`, from a file `depth` modules below it, name.
pub fn named_modules<'s>(words: &[&'s str], depth: usize) -> Vec<&'s str> {
    let mut named = Vec::new();
    // How many braces are open, and at which counts a module was opened.
    let (mut braces, mut opened) = (0_usize, Vec::new());
    for (at, word) in words.iter().enumerate() {
        match *word {
            "{" => {
                braces += 1;
                if at >= 2 && words[at - 2] == "mod" {
                    opened.push(braces);
                }
            }
            "}" => {
                if opened.last() == Some(&braces) {
                    opened.pop();
                }
                braces = braces.saturating_sub(1);
            }
            "crate" if at == 0 || words[at - 1] != "(" => named.extend(heads(&words[at + 1..])),
            "super" if at == 0 || words[at - 1] != "::" => {
                let climb =
                    words[at..].chunks(2).take_while(|pair| **pair == ["super", "::"]).count();
                if climb == depth + opened.len() {
                    named.extend(heads(&words[at + 2 * climb - 1..]));
                }
            }
            _ => {}
        }
    }
    named
}

/// Returns the first name of every path in what follows `crate`: `::a::b`, `::{a::b, c}`.
fn heads<'s>(words: &[&'s str]) -> Vec<&'s str> {
    match words {
        ["::", "{", rest @ ..] => {
            let mut depth = 1_usize;
            let mut heads = Vec::new();
            let mut is_head = true;
            for word in rest {
                match *word {
                    "{" => depth += 1,
                    "}" if depth == 1 => break,
                    "}" => depth -= 1,
                    "," => is_head = depth == 1,
                    name if is_head => {
                        heads.push(name);
                        is_head = false;
                    }
                    _ => {}
                }
            }
            heads
        }
        ["::", name, ..] => vec![name],
        _ => Vec::new(),
    }
}
