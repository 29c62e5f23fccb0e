//! A value written as a script would write it, over several lines where one is too short.

use rhai::{Array, Dynamic, Engine, Map};

use super::convert;

const STEP: usize = 4;

/// Returns `value` within `width` columns where that can be done; of a long array the first `most` elements at most,
/// with the number of those left out.
pub fn pretty(engine: &Engine, value: &Dynamic, width: usize, most: usize) -> (String, usize) {
    let mut page = Page { engine, width, text: String::new() };
    let left_out = value.read_lock::<Array>().map_or(0, |array| array.len().saturating_sub(most));
    if left_out > 0 {
        let first: Array =
            value.read_lock::<Array>().map_or_else(Array::new, |array| array[..most].to_vec());
        page.write(&first.into(), 0, 0);
    } else {
        page.write(value, 0, 0);
    }
    (page.text, left_out)
}

struct Page<'e> {
    engine: &'e Engine,
    width: usize,
    text: String,
}

impl Page<'_> {
    /// Writes a value that begins at `column` of a line indented by `indent`.
    fn write(&mut self, value: &Dynamic, indent: usize, column: usize) {
        let flat = self.flat(value);
        if column + flat.chars().count() <= self.width {
            self.text.push_str(&flat);
        } else if let Some(items) = value.read_lock::<Array>() {
            self.write_all("[", items.iter().map(|item| (String::new(), item)), "]", indent);
        } else if let Some(map) = value.read_lock::<Map>() {
            let items = map.iter().map(|(key, item)| (format!("{}: ", key_text(key)), item));
            self.write_all("#{", items, "}", indent);
        } else {
            self.text.push_str(&flat);
        }
    }

    fn write_all<'v>(
        &mut self,
        open: &str,
        items: impl Iterator<Item = (String, &'v Dynamic)>,
        close: &str,
        indent: usize,
    ) {
        self.text.push_str(open);
        for (key, item) in items {
            self.new_line(indent + STEP);
            self.text.push_str(&key);
            self.write(item, indent + STEP, indent + STEP + key.chars().count());
            self.text.push(',');
        }
        self.new_line(indent);
        self.text.push_str(close);
    }

    fn new_line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    /// Returns the value on one line.
    fn flat(&self, value: &Dynamic) -> String {
        if let Some(items) = value.read_lock::<Array>() {
            let items: Vec<_> = items.iter().map(|item| self.flat(item)).collect();
            return format!("[{}]", items.join(", "));
        }
        if let Some(map) = value.read_lock::<Map>() {
            let item = |(key, item): (&rhai::Identifier, &Dynamic)| {
                format!("{}: {}", key_text(key), self.flat(item))
            };
            return format!("#{{{}}}", map.iter().map(item).collect::<Vec<_>>().join(", "));
        }
        convert::debug(self.engine, value)
    }
}

/// Returns a key as one writes it: quoted only where it is no name.
fn key_text(key: &str) -> String {
    let is_name = key.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if is_name { key.to_owned() } else { format!("{key:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_written_below_each_other() {
        let engine = Engine::new();
        let text = "#{ a: 1, \"b c\": [1, 2, \"three\"], deep: #{ x: [\"a long text\", \"another long text\"] } }";
        let value: Dynamic = engine.eval(text).unwrap();
        let wide =
            r#"#{a: 1, "b c": [1, 2, "three"], deep: #{x: ["a long text", "another long text"]}}"#;
        assert_eq!(pretty(&engine, &value, 100, 9).0, wide);
        let narrow = "#{\n    a: 1,\n    \"b c\": [1, 2, \"three\"],\n    deep: #{\n        x: [\n            \"a long text\",\n            \
                      \"another long text\",\n        ],\n    },\n}";
        assert_eq!(pretty(&engine, &value, 40, 9).0, narrow);
    }

    #[test]
    fn of_a_long_array_the_beginning_is_shown() {
        let engine = Engine::new();
        let value: Dynamic = engine.eval("[1, 2, 3, 4, 5]").unwrap();
        assert_eq!(pretty(&engine, &value, 80, 2), ("[1, 2]".to_owned(), 3));
    }
}
