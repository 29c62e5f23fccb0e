//! A child process: its streams collected as they come, and an end to it whatever happens.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

/// No run takes this long; it is only reached by a failing test.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a child reads from, line by line.
pub type Keyboard = Box<dyn Write + Send>;

/// A child in a process group of its own.
pub struct Process {
    child: Child,
    pid: Pid,
    stdout: Stream,
    stderr: Stream,
    keyboard: Mutex<Option<Keyboard>>,
    watchdog: Option<(Sender<()>, JoinHandle<bool>)>,
}

/// What a process said, and its exit code; none if a signal ended it.
pub struct Ended {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
    /// How long it kept a processor busy; only Linux tells.
    pub cpu: Option<Duration>,
}

impl Process {
    /// Starts `command` with `stdin`, or with nothing to read.
    pub fn start(mut command: Command, stdin: Option<Vec<u8>>) -> Self {
        let input = if stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::spawn(command, stdin)
    }

    /// Starts `command` with a stdout of the test's own and nothing to read.
    pub fn start_into(mut command: Command, stdout: impl Into<Stdio>) -> Self {
        command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
        Self::spawn(command, None)
    }

    fn spawn(mut command: Command, stdin: Option<Vec<u8>>) -> Self {
        let mut child = command.process_group(0).spawn().unwrap();
        if let (Some(mut pipe), Some(text)) = (child.stdin.take(), stdin) {
            // That nobody reads it all is the child's business.
            thread::spawn(move || pipe.write_all(&text));
        }
        let stdout = child.stdout.take().map_or_else(Stream::empty, Stream::collect);
        let stderr = Stream::collect(child.stderr.take().unwrap());
        Self::watch(child, stdout, stderr)
    }

    /// Watches a child whose streams are collected already.
    pub fn watch(child: Child, stdout: Stream, stderr: Stream) -> Self {
        let pid = Pid::from_child(&child);
        let (sender, receiver) = mpsc::channel();
        let watchdog = thread::spawn(move || {
            let is_late = receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
            if is_late {
                kill_process_group(pid, Signal::KILL).unwrap();
            }
            is_late
        });
        let keyboard = Mutex::default();
        Self { child, pid, stdout, stderr, keyboard, watchdog: Some((sender, watchdog)) }
    }

    /// Takes what the child reads from.
    pub fn with_keyboard(self, keyboard: impl Write + Send + 'static) -> Self {
        *self.keyboard.lock().unwrap() = Some(Box::new(keyboard));
        self
    }

    /// Starts `command` with a stdin that is written later.
    pub fn start_typing(mut command: Command) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        command.stdin(reader).stdout(Stdio::piped()).stderr(Stdio::piped());
        let process = Self::spawn(command, None);
        process.with_keyboard(writer)
    }

    /// Types something.
    pub fn type_in(&self, text: &str) {
        let mut keyboard = self.keyboard.lock().unwrap();
        keyboard.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Leaves nothing more to be read.
    pub fn end_input(&self) {
        drop(self.keyboard.lock().unwrap().take());
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Waits until it has said `marker` on stdout.
    pub fn await_stdout(&self, marker: &str) {
        self.stdout.wait_for(marker);
    }

    /// Waits until it has said `marker` on stderr.
    pub fn await_stderr(&self, marker: &str) {
        self.stderr.wait_for(marker);
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn finish(mut self) -> Ended {
        let (stdout, stderr) = (self.stdout.read_all(), self.stderr.read_all());
        // The watchdog goes before the process id is given back.
        let waits = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(self.pid), waits).unwrap();
        let was_late = self.dismiss_watchdog();
        let cpu = cpu_of(self.pid);
        let status = self.child.wait().unwrap();
        assert!(!was_late, "it did not end; it said:\n{stdout}\n{stderr}");
        Ended { stdout, stderr, code: status.code(), cpu }
    }

    fn dismiss_watchdog(&mut self) -> bool {
        let Some((sender, watchdog)) = self.watchdog.take() else { return false };
        drop(sender);
        watchdog.join().unwrap()
    }
}

/// Reads how long a process has kept a processor busy, in user and system mode; one that has ended is not forgotten yet.
fn cpu_of(pid: Pid) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    // The name comes second, in parentheses, and can hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

impl Drop for Process {
    /// Ends what a failed test has left running.
    fn drop(&mut self) {
        if self.watchdog.is_some() {
            let _ = kill_process_group(self.pid, Signal::KILL);
            self.dismiss_watchdog();
            let _ = self.child.wait();
        }
    }
}

/// What is read from a stream, as it comes.
pub struct Stream {
    shared: Arc<(Mutex<Collected>, Condvar)>,
}

#[derive(Default)]
struct Collected {
    bytes: Vec<u8>,
    is_ended: bool,
}

impl Stream {
    /// Collects what `from` gives until it ends or fails.
    pub fn collect(mut from: impl Read + Send + 'static) -> Self {
        let shared = Arc::new((Mutex::new(Collected::default()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                let count = from.read(&mut buffer).unwrap_or(0);
                let mut collected = theirs.0.lock().unwrap();
                collected.bytes.extend_from_slice(&buffer[..count]);
                collected.is_ended = count == 0;
                theirs.1.notify_all();
                if count == 0 {
                    break;
                }
            }
        });
        Self { shared }
    }

    /// A stream that says nothing.
    pub fn empty() -> Self {
        Self::collect(std::io::empty())
    }

    #[track_caller]
    fn wait_for(&self, marker: &str) {
        let has_marker =
            |collected: &Collected| String::from_utf8_lossy(&collected.bytes).contains(marker);
        let collected = self.shared.0.lock().unwrap();
        let waits = |collected: &mut Collected| !has_marker(collected) && !collected.is_ended;
        let collected = self.shared.1.wait_while(collected, waits).unwrap();
        assert!(has_marker(&collected), "it ended without saying {marker:?}");
    }

    fn read_all(&self) -> String {
        let collected = self.shared.0.lock().unwrap();
        let collected =
            self.shared.1.wait_while(collected, |collected| !collected.is_ended).unwrap();
        String::from_utf8_lossy(&collected.bytes).into_owned()
    }
}
