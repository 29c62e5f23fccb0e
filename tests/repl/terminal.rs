//! A session on a pseudo-terminal: keys go in, and what the screen then shows is compared.

use std::io::{Read, Write};
use std::process::Child;
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::process::{Pid, kill_process};

use crate::support::{Expect, Folder, Secrets, Signal, Words, World};

/// No screen takes this long to show something; it is only reached by a failing test.
const PATIENCE: Duration = Duration::from_secs(30);

/// A session about to be opened.
pub struct Setup<'w> {
    folder: Rc<Folder>,
    world: Option<&'w World>,
    host: Option<String>,
    args: Vec<String>,
    env: Vec<(String, String)>,
    size: (u16, u16),
}

impl<'w> Setup<'w> {
    /// Prepares a session in new folders, on 24 lines of 80 columns.
    pub fn new() -> Self {
        Self::within(&Rc::new(Folder::new()))
    }

    /// Prepares a session in folders that an earlier one may have used.
    pub fn within(folder: &Rc<Folder>) -> Self {
        Self {
            folder: Rc::clone(folder),
            world: None,
            host: None,
            args: Vec::new(),
            env: Vec::new(),
            size: (24, 80),
        }
    }

    /// Signs in to a world by the profile `dev`.
    pub fn on(self, world: &'w World) -> Self {
        let host = world.address().host.clone();
        self.through(world, &host)
    }

    /// Signs in to a world that is reached at another address.
    pub fn through(mut self, world: &'w World, host: &str) -> Self {
        self.world = Some(world);
        self.host = Some(host.to_owned());
        self.profile("dev")
    }

    /// Adds a profile for the same workspace.
    pub fn profile(self, name: &str) -> Self {
        let (world, host) = (self.world.unwrap(), self.host.clone().unwrap());
        let path = self.folder.home().join(".databrickscfg");
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        let token = &world.address().token;
        self.folder.write(
            path,
            format!("{before}[{name}]\nhost = {host}\ntoken = {token}\n"),
            0o600,
        );
        self
    }

    /// Writes a file into the working folder.
    pub fn file(self, path: &str, content: &str) -> Self {
        self.folder.write(path, content, 0o600);
        self
    }

    /// Adds arguments, separated by white space.
    pub fn args(mut self, line: &str) -> Self {
        self.args.extend(line.split_whitespace().map(str::to_owned));
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets how many lines and columns there are.
    pub fn size(mut self, lines: u16, columns: u16) -> Self {
        self.size = (lines, columns);
        self
    }

    /// Starts the binary.
    pub fn start(self) -> Terminal<'w> {
        let (pty, pts) = open().unwrap();
        let (lines, columns) = self.size;
        pty.resize(Size::new(lines, columns)).unwrap();
        let args: Vec<String> = match &self.world {
            Some(_) => ["-p".to_owned(), "dev".to_owned()].into_iter().chain(self.args).collect(),
            None => self.args,
        };
        let command = Command::new(env!("CARGO_BIN_EXE_patroll"))
            .args(args)
            .env_clear()
            .env("HOME", self.folder.home())
            .env("TMPDIR", self.folder.temporary())
            .env("TERM", "xterm-256color")
            .envs(self.env)
            .current_dir(self.folder.work());
        let child = command.spawn(pts).unwrap();
        let screen = Screen {
            parser: vt100::Parser::new(lines, columns, 1000),
            said: Vec::new(),
            is_ended: false,
        };
        let shared = Arc::new((Mutex::new(screen), Condvar::new()));
        let pty = Arc::new(pty);
        let (reader, theirs) = (Arc::clone(&pty), Arc::clone(&shared));
        thread::spawn(move || collect(&reader, &theirs));
        Terminal { child, pty, shared, folder: self.folder, world: self.world, host: self.host }
    }

    /// Starts a session and waits for its first prompt.
    pub fn open(self) -> Terminal<'w> {
        let terminal = self.start();
        terminal.await_prompt();
        terminal
    }
}

struct Screen {
    parser: vt100::Parser,
    said: Vec<u8>,
    is_ended: bool,
}

impl Screen {
    fn text(&self) -> String {
        self.parser.screen().contents()
    }
}

fn collect(pty: &Pty, shared: &(Mutex<Screen>, Condvar)) {
    let mut buffer = [0; 16_384];
    loop {
        let count = (&mut &*pty).read(&mut buffer).unwrap_or(0);
        let mut screen = shared.0.lock().unwrap();
        screen.parser.process(&buffer[..count]);
        screen.said.extend_from_slice(&buffer[..count]);
        screen.is_ended = count == 0;
        shared.1.notify_all();
        if count == 0 {
            break;
        }
    }
}

/// A session under way.
pub struct Terminal<'w> {
    child: Child,
    pty: Arc<Pty>,
    shared: Arc<(Mutex<Screen>, Condvar)>,
    folder: Rc<Folder>,
    world: Option<&'w World>,
    host: Option<String>,
}

impl Terminal<'_> {
    /// Presses keys.
    pub fn keys(&self, keys: &str) -> &Self {
        (&mut &*self.pty).write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Types an input and waits until it is done.
    #[track_caller]
    pub fn input(&self, text: &str) -> &Self {
        self.keys(text).await_typed(text).keys("\r").await_prompt()
    }

    /// Waits until the last line is a prompt with nothing behind it.
    #[track_caller]
    pub fn await_prompt(&self) -> &Self {
        self.wait("a prompt", |text| text.lines().last().is_some_and(|line| line.ends_with('›')))
    }

    /// Waits until `text` stands behind the last prompt.
    #[track_caller]
    pub fn await_typed(&self, text: &str) -> &Self {
        let wanted = bare(text);
        self.wait(text, |shown| {
            shown.rsplit('›').next().is_some_and(|typed| bare(typed).contains(&wanted))
        })
    }

    /// Waits until the screen ends with `text`.
    #[track_caller]
    pub fn await_end(&self, text: &str) -> &Self {
        self.wait(text, |shown| shown.ends_with(text))
    }

    /// Waits until the screen shows `text`.
    #[track_caller]
    pub fn await_text(&self, text: &str) -> &Self {
        let wanted = bare(text);
        self.wait(text, |shown| bare(shown).contains(&wanted))
    }

    /// Waits until the screen does not show `text`.
    #[track_caller]
    pub fn await_absence(&self, text: &str) -> &Self {
        self.wait(&format!("no {text}"), |shown| !shown.contains(text))
    }

    #[track_caller]
    fn wait(&self, what: &str, is_so: impl Fn(&str) -> bool) -> &Self {
        let goes_on = |screen: &mut Screen| !is_so(screen.text().trim_end()) && !screen.is_ended;
        let (screen, _) = self.shared.1.wait_timeout_while(self.lock(), PATIENCE, goes_on).unwrap();
        let text = screen.text();
        assert!(is_so(text.trim_end()), "no {what} is shown:\n{text}");
        drop(screen);
        self
    }

    fn lock(&self) -> MutexGuard<'_, Screen> {
        self.shared.0.lock().unwrap()
    }

    /// Returns what the screen shows.
    pub fn text(&self) -> String {
        self.settled(self.lock().text().trim_end())
    }

    /// Compares the whole screen.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "`expect![…]` is written in the call")]
    pub fn shows(&self, expected: Expect) -> &Self {
        expected.assert_eq(&format!("{}\n", self.text()));
        self
    }

    /// Returns what stands before the first place where the screen shows `text`: colours as the terminal got them.
    #[track_caller]
    pub fn color_of(&self, text: &str) -> vt100::Color {
        let screen = self.lock();
        let (lines, columns) = screen.parser.screen().size();
        for line in 0..lines {
            for column in 0..columns {
                let here = screen.parser.screen().contents_between(line, column, line, columns);
                if here.starts_with(text) {
                    return screen.parser.screen().cell(line, column).unwrap().fgcolor();
                }
            }
        }
        panic!("{text} is not shown:\n{}", screen.text());
    }

    /// Returns everything on the screen that is underlined.
    pub fn underlined(&self) -> String {
        let screen = self.lock();
        let (lines, columns) = screen.parser.screen().size();
        let cells = (0..lines).flat_map(|line| (0..columns).map(move |column| (line, column)));
        cells
            .filter_map(|(line, column)| screen.parser.screen().cell(line, column))
            .filter(|cell| cell.underline())
            .map(vt100::Cell::contents)
            .collect()
    }

    /// Waits until `text` and nothing else is underlined.
    #[track_caller]
    pub fn await_underlined(&self, text: &str) -> &Self {
        let begun = Instant::now();
        while self.underlined() != text {
            assert!(begun.elapsed() < PATIENCE, "{} is underlined, not {text}", self.underlined());
            thread::yield_now();
        }
        self
    }

    /// Returns whether `text` has been shown at any time.
    pub fn has_said(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.lock().said).contains(text)
    }

    /// Returns whether anything that was said has a colour.
    pub fn has_escapes_of_colour(&self) -> bool {
        let said = String::from_utf8_lossy(&self.lock().said).into_owned();
        let codes = said.split("\x1b[").skip(1);
        let mut ends = codes.filter_map(|code| {
            code.split_once(|letter: char| letter.is_alphabetic() || letter == '~')
        });
        let colours = ["31", "32", "33", "34", "35", "36", "1;31", "2", "1"];
        ends.any(|(code, _)| colours.contains(&code))
    }

    /// Tells the session that the terminal has another size.
    pub fn resize(&self, lines: u16, columns: u16) -> &Self {
        self.lock().parser.screen_mut().set_size(lines, columns);
        self.pty.resize(Size::new(lines, columns)).unwrap();
        self
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Returns the text of a file in the state folder.
    pub fn state(&self, name: &str) -> String {
        let path = self.folder.home().join(".local/state/patroll").join(name);
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// Waits for its end, looks for secrets in all it said and left, and returns its exit code.
    #[track_caller]
    pub fn end(mut self) -> i32 {
        let goes_on = |screen: &mut Screen| !screen.is_ended;
        let (screen, _) = self.shared.1.wait_timeout_while(self.lock(), PATIENCE, goes_on).unwrap();
        assert!(screen.is_ended, "the session does not end:\n{}", screen.text());
        let said = String::from_utf8_lossy(&screen.said).into_owned();
        drop(screen);
        let secrets = Secrets::of(self.world);
        assert_eq!(secrets.find(&said), None, "it shows a secret:\n{said}");
        secrets.assert_none_left(&self.folder, &[]);
        self.child.wait().unwrap().code().unwrap()
    }

    /// Leaves by Ctrl-D.
    #[track_caller]
    pub fn leave(self) -> i32 {
        self.keys("\x04");
        self.end()
    }

    fn settled(&self, text: &str) -> String {
        // Whether the terminal's echo of Ctrl-C is still there is a matter of timing.
        let text = text.replace("^C", "");
        Words::of(self.world, self.host.as_slice(), &self.folder).settle(&text)
    }
}

/// Returns `text` without what changes when a long line is folded.
fn bare(text: &str) -> String {
    text.replace(['\n', ' '], "")
}

impl Drop for Terminal<'_> {
    /// Ends what a failed test has left running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
