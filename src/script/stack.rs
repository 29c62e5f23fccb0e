//! How much stack an engine gets, and how much of it a script may use.
//!
//! The language copies and drops what a script has nested by calling itself once for each level, and asks nobody before;
//! so the stack has room for as many levels as there can be in memory. It is only promised: what is never that deep never
//! takes it.

use std::cell::Cell;
use std::iter;
use std::thread::Builder;

/// The least that an engine is given.
const LEAST: usize = 64 << 20;

/// Holds what the engine's own limits allow, with room to spare, in debug builds too.
const STEPS: usize = 48 << 20;

/// More than this no machine can use.
const MOST: usize = 1 << 40;

/// How many times its memory a level takes of the stack at most, with room to spare: an array of one element is 40 bytes,
/// and takes 133 when it is dropped, in a debug build several times that.
const TIMES: usize = if cfg!(debug_assertions) { 32 } else { 8 };

thread_local! {
    /// The address below which no step of a script may begin.
    static FLOOR: Cell<usize> = const { Cell::new(0) };
}

/// Returns the largest stack that the system promises a thread, up to what may be needed with so much memory.
pub fn size(memory: usize) -> usize {
    let most = memory.saturating_mul(TIMES).clamp(LEAST, MOST);
    let smaller = |size: &usize| (*size > LEAST).then_some((*size / 2).max(LEAST));
    iter::successors(Some(most), smaller).find(|size| is_given(*size)).unwrap_or(LEAST)
}

/// Remembers where this thread's stack of such a size begins.
pub fn begin(size: usize) {
    FLOOR.set(here().saturating_sub(STEPS.max(size / 4)));
}

/// Returns what tells whether this thread's stack is so deep that no step may begin, as the rest is for what is nested.
pub fn watch() -> impl Fn() -> bool {
    let floor = FLOOR.get();
    move || here() < floor
}

/// Returns about where the stack ends now.
fn here() -> usize {
    let local = 0_u8;
    std::ptr::from_ref(&local).addr()
}

/// Limits of the process, and systems that promise no more than they have, refuse a large stack.
fn is_given(size: usize) -> bool {
    let thread = Builder::new().name("engine".to_owned()).stack_size(size).spawn(|| ());
    thread.is_ok_and(|thread| thread.join().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_system_promises_is_made_smaller() {
        assert_eq!(size(0), LEAST);
        assert!(size(usize::MAX) >= LEAST);
    }

    #[test]
    fn a_part_is_for_steps() {
        fn fill(is_deep: &dyn Fn() -> bool, levels: usize) -> bool {
            let page = std::hint::black_box([0_u8; 4096]);
            (levels == 0 && is_deep()) || (levels > 0 && fill(is_deep, levels - 1) && page[0] == 0)
        }
        let work = || {
            begin(LEAST);
            let is_deep = watch();
            (fill(&is_deep, 1000), fill(&is_deep, 14_000))
        };
        let thread = Builder::new().stack_size(2 * LEAST).spawn(work).unwrap();
        assert_eq!(thread.join().unwrap(), (false, true));
    }
}
