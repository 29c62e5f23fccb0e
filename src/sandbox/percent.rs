//! Percent-decoding of paths, queries and forms.

/// Decodes `%XX`; nothing if that is malformed or not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?,
            _ => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

/// Decodes `a=1&b=x+y`, as queries and forms are written.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    text.split('&').filter(|pair| !pair.is_empty()).map(decode_pair).collect()
}

fn decode_pair(pair: &str) -> Option<(String, String)> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let decode_plus = |part: &str| decode(&part.replace('+', " "));
    Some((decode_plus(name)?, decode_plus(value)?))
}

fn hex_digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}
