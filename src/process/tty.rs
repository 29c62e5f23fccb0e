//! The terminal as it was found, for an end that comes while it is set up for editing.

use std::sync::OnceLock;

use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

static FOUND: OnceLock<Option<Termios>> = OnceLock::new();

/// Remembers how the terminal is set up, once.
pub fn remember_terminal() {
    FOUND.get_or_init(|| tcgetattr(stdin()).ok());
}

/// Sets the terminal up as it was, if that was ever changed.
pub fn restore_terminal() {
    if let Some(Some(found)) = FOUND.get() {
        // One that cannot be restored is gone.
        let _ = tcsetattr(stdin(), OptionalActions::Now, found);
    }
}
