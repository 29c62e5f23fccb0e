//! No secret gets out but where it was asked for. Every run of every test is searched (`support::secrecy`); here are the
//! runs that would be most likely to tell one.

/// What a workspace says back, and what `--debug` tells of it.
mod answers;
/// What is asked to be shown, and what comes of values that nobody saw.
mod reveal;
/// Everything a script can do with a secret but hand it on.
mod scripts;
/// That the search finds what it looks for.
mod search;
