//! How much memory the process has taken: every allocation is counted, so that a script can be stopped before the machine
//! runs out of it.

use std::alloc::System;

use cap::Cap;
use rustix::process::{Resource, getrlimit};

#[global_allocator]
static COUNTED: Cap<System> = Cap::new(System, usize::MAX);

/// What a script may make the process take if nobody says otherwise, and there is as much.
const USUAL: usize = 1 << 30;

/// Less than this is needed to begin at all.
const LEAST: usize = 16 << 20;

/// Returns what a script may make the process take if nobody says otherwise.
pub fn usual() -> usize {
    usual_within(getrlimit(Resource::As).current)
}

/// Returns what is usual where the process may have so many addresses: an eighth of them, as the engine's stack can take
/// half, and a single step several times what was there before it. An allocation that the limit refuses would end the
/// process without a word.
fn usual_within(limit: Option<u64>) -> usize {
    let part = limit.and_then(|limit| usize::try_from(limit / 8).ok());
    part.map_or(USUAL, |part| part.clamp(LEAST, USUAL))
}

/// Returns how many bytes are taken now.
pub fn taken() -> usize {
    usize::MAX - COUNTED.remaining()
}

/// Returns how many bytes of memory the process has held at most, as the system counts them; only Linux tells.
pub fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<usize>().ok()? << 10)
}

/// Reads a size: a whole number of K, M or G. The error says what is wrong with it.
pub fn parse(text: &str) -> Result<usize, String> {
    let wrong = || "write a size such as 512M or 2G".to_owned();
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match text[number.len()..].to_ascii_uppercase().as_str() {
        "K" | "KB" => 10,
        "M" | "MB" => 20,
        "G" | "GB" => 30,
        _ => return Err(wrong()),
    };
    let size = number.parse::<usize>().ok().and_then(|number| number.checked_mul(1 << shift));
    match size.ok_or_else(wrong)? {
        size if size < LEAST => Err(format!("at least {} are needed", show(LEAST))),
        size => Ok(size),
    }
}

/// Returns a size as `parse` reads it.
pub fn show(size: usize) -> String {
    match size {
        size if size >= 1 << 30 && size.is_multiple_of(1 << 30) => format!("{}G", size >> 30),
        size => format!("{}M", size >> 20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit() {
        let sizes = [("64M", 64 << 20), ("1G", 1 << 30), ("2gb", 2 << 30), ("65536K", 64 << 20)];
        for (text, size) in sizes {
            assert_eq!(parse(text), Ok(size), "{text}");
        }
        let wrong = ["", "M", "64", "1.5G", "-1G", "1T", "1 G", "15M", "0G", "99999999999999G"];
        for text in wrong {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_usual_fits_into_the_addresses() {
        assert_eq!(usual_within(None), USUAL);
        assert_eq!(usual_within(Some(1 << 40)), USUAL);
        assert_eq!(usual_within(Some(2 << 30)), 256 << 20);
        assert_eq!(usual_within(Some(64 << 20)), LEAST);
    }

    #[test]
    fn what_is_taken_is_counted() {
        let before = taken();
        let bytes = vec![1_u8; 8 << 20];
        assert!(taken() >= before + bytes.len() / 2);
    }
}
