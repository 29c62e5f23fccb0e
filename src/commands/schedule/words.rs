//! How a command's words are written for each scheduler, so that it reads them as they are.

/// Returns the words as a shell reads them, on a line of a crontab, where `%` ends the command.
pub fn for_crontab(words: &[String]) -> String {
    let words: Vec<_> = words.iter().map(|word| quote_for_shell(word)).collect();
    words.join(" ").replace('%', "\\%")
}

fn quote_for_shell(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=./:,@+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Returns the words as systemd reads them in `ExecStart` (systemd.service(5), "Command lines").
pub fn for_systemd(words: &[String]) -> String {
    let quote = |word: &String| {
        let word = word.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let word = word.replace('%', "%%").replace('$', "$$");
        let is_plain =
            |letter: char| letter.is_ascii_alphanumeric() || "-_=./:,@+%$*?".contains(letter);
        if !word.is_empty() && word.chars().all(is_plain) { word } else { format!("\"{word}\"") }
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// Returns a path as systemd reads it in a list of them.
pub fn path_for_systemd(path: &str) -> String {
    let path = path.replace('%', "%%");
    if path.contains([' ', '"', '\\', '\'']) {
        return format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""));
    }
    path
}

/// Returns a text as YAML has it between quotation marks, which is as JSON has it.
pub fn for_yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn every_scheduler_reads_the_words_that_were_meant() {
        let strange = words(&["a b", "it's", "50%", "$HOME", "", "x\"y\\z", "prod-*"]);
        assert_eq!(for_crontab(&strange), r#"'a b' 'it'\''s' '50\%' '$HOME' '' 'x"y\z' 'prod-*'"#);
        assert_eq!(for_systemd(&strange), r#""a b" "it's" 50%% $$HOME "" "x\"y\\z" prod-*"#);
        assert_eq!(for_yaml("a\"b"), r#""a\"b""#);
    }
}
