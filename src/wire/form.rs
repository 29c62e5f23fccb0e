//! Text in the form that URLs and HTML forms take it (WHATWG URL, application/x-www-form-urlencoded).

use std::fmt::Write as _;

/// Returns `text` with everything but letters, digits and `-._~` written as percent codes.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Returns `fields` as the body of a form.
pub fn body(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_form_is_encoded() {
        let fields = [("grant_type", "urn:ietf:x"), ("scope", "a b&c=d+é~")];
        assert_eq!(body(&fields), "grant_type=urn%3Aietf%3Ax&scope=a%20b%26c%3Dd%2B%C3%A9~");
    }
}
