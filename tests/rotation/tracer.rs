//! Runs a command and stops it before and after every system call it makes, to kill it there, to fail the call, or only
//! to look on. What a call is about is `calls`; what is done at which call is the matrices'.

use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::calls::Call;

/// No run takes this long; it is only reached by one that hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Where a process stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The call has not been made.
    Before,
    /// The call has been made.
    After,
}

/// What happens next to a process that stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// It goes on.
    Go,
    /// It is killed: before a call that call is not made, after it nothing else.
    Kill,
    /// It is sent a signal that it can heed.
    Tell(Signal),
    /// The call is not made and fails; decided before it.
    Fail(Errno),
    /// The call is made, and yet said to fail; decided after it.
    Deny(Errno),
    /// The call, a write, is made with half of what was to be written; decided before it.
    Halve,
}

/// Runs `command` to its end, asking `decide` at each stop; returns its exit code, none if it was killed.
///
/// Only the process itself is stopped, with all its threads; its children go unhindered.
pub fn trace(command: &Command, mut decide: impl FnMut(&Call, Side) -> Act) -> Option<i32> {
    let mut shell = behind_a_gate(command);
    #[allow(clippy::zombie_processes, reason = "the tracer waits for it")]
    let child = shell.spawn().unwrap();
    let pid = Pid::from_raw(child.id().try_into().unwrap());
    let watchdog = Watchdog::over(pid);
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    ptrace::seize(pid, options).unwrap();
    ptrace::interrupt(pid).unwrap();
    // The shell goes on to the command once it has read this.
    child.stdin.as_ref().unwrap().write_all(b"\n").unwrap();
    drop(child.stdin);
    let code = Tracing { pid, memory: None, pending: Vec::new() }.follow(&mut decide);
    watchdog.dismiss();
    code
}

/// Makes a shell that waits for a line and then becomes the command, so that not even its first call is missed.
fn behind_a_gate(command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "read line; exec \"$0\" \"$@\""]);
    shell.arg(command.get_program()).args(command.get_args()).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(command.get_current_dir().unwrap());
    let said = |name: &str| File::options().append(true).create(true).open(name).unwrap();
    let folder = command.get_current_dir().unwrap().parent().unwrap();
    shell.stdout(said(folder.join("stdout").to_str().unwrap()));
    shell.stderr(said(folder.join("stderr").to_str().unwrap()));
    shell.stdin(Stdio::piped());
    shell
}

struct Tracing {
    pid: Pid,
    /// The process's memory, once the shell has become the command.
    memory: Option<File>,
    /// The calls that threads are in, and what is to be said of their outcome.
    pending: Vec<(Pid, Call, Option<Errno>)>,
}

impl Tracing {
    fn follow(mut self, decide: &mut impl FnMut(&Call, Side) -> Act) -> Option<i32> {
        loop {
            let waits = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
            let (thread, signal) = match waitpid(None, Some(waits)) {
                Ok(WaitStatus::Exited(pid, code)) if pid == self.pid => return Some(code),
                Ok(WaitStatus::Signaled(pid, ..)) if pid == self.pid => return None,
                Ok(WaitStatus::PtraceSyscall(thread)) => {
                    if !self.stop(thread, decide) {
                        let _ = kill(self.pid, Signal::SIGKILL);
                        continue;
                    }
                    (thread, None)
                }
                Ok(WaitStatus::PtraceEvent(thread, _, event)) => {
                    if event == libc::PTRACE_EVENT_EXEC {
                        self.memory = File::open(format!("/proc/{thread}/mem")).ok();
                    }
                    (thread, None)
                }
                Ok(WaitStatus::Stopped(thread, signal)) => (thread, Some(signal)),
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(error) => panic!("{error}"),
            };
            // A thread that has been killed meanwhile is told of by the next wait.
            let _ = ptrace::syscall(thread, signal);
        }
    }

    /// Acts on one stop; false if the process is to be killed.
    fn stop(&mut self, thread: Pid, decide: &mut impl FnMut(&Call, Side) -> Act) -> bool {
        let (Some(memory), Ok(mut registers)) = (&self.memory, ptrace::getregs(thread)) else {
            return true;
        };
        let Ok(info) = ptrace::syscall_info(thread) else { return true };
        let place = self.pending.iter().position(|(pending, ..)| *pending == thread);
        if info.op == libc::PTRACE_SYSCALL_INFO_ENTRY {
            let call = Call::entered(self.pid, memory, &registers);
            let act = decide(&call, Side::Before);
            let mut failure = None;
            match act {
                Act::Kill => return false,
                Act::Fail(errno) => {
                    registers.orig_rax = u64::MAX;
                    failure = Some(errno);
                }
                Act::Halve => registers.rdx = (registers.rdx / 2).max(1),
                Act::Tell(signal) => drop(kill(self.pid, signal)),
                Act::Go | Act::Deny(_) => {}
            }
            if matches!(act, Act::Fail(_) | Act::Halve) {
                let _ = ptrace::setregs(thread, registers);
            }
            self.pending.push((thread, call, failure));
            return true;
        }
        // The call that began the program ends in it.
        let Some(place) = place else { return true };
        let (_, mut call, mut failure) = self.pending.swap_remove(place);
        call.result = registers.rax.cast_signed();
        match decide(&call, Side::After) {
            Act::Kill => return false,
            Act::Tell(signal) => drop(kill(self.pid, signal)),
            Act::Deny(errno) => failure = Some(errno),
            _ => {}
        }
        if let Some(errno) = failure {
            registers.rax = i64::from(-(errno as i32)).cast_unsigned();
            let _ = ptrace::setregs(thread, registers);
        }
        true
    }
}

/// Ends a process that hangs.
pub struct Watchdog {
    sender: mpsc::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Watchdog {
    /// Watches over a process.
    pub fn over(pid: Pid) -> Self {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            if receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
        Self { sender, thread }
    }

    /// Leaves the process alone, which has ended.
    pub fn dismiss(self) {
        drop(self.sender);
        self.thread.join().unwrap();
    }
}
