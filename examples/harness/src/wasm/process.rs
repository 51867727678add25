//! Runs other programs with a time limit, and captures their output.

use super::Error;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How often a silent child is checked.
const GLANCE: Duration = Duration::from_millis(100);

/// How a program ended, and what it printed.
pub(super) struct Output {
    pub ok: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Returns one line on why the program failed: its first line that mentions an error, or else its last.
    pub fn reason(&self) -> String {
        let lines = || self.stderr.lines().map(str::trim).filter(|l| !l.is_empty());
        lines()
            .find(|line| line.starts_with("error") || line.starts_with("E: "))
            .or_else(|| lines().next_back())
            .unwrap_or("it failed and printed nothing")
            .to_owned()
    }

    /// Returns this output if the program succeeded, or else an error that names its purpose.
    pub fn success(self, deed: &str) -> Result<Output, Error> {
        if self.ok {
            return Ok(self);
        }
        Err(Error::new(format!("cannot {deed}: {}", self.reason())))
    }
}

/// Runs `command` to its end, or kills it after `limit`.
pub(super) fn run(command: &mut Command, limit: Duration) -> Result<Output, Error> {
    watch(command, limit, &mut |_| {})
}

/// Like [`run`], but passes each line of its standard error to `each_line` as it arrives.
pub(super) fn watch(
    command: &mut Command,
    limit: Duration,
    each_line: &mut dyn FnMut(&str),
) -> Result<Output, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::doing(format!("run `{name}`")))?;

    // Both pipes must be read concurrently, or the child blocks on the full one.
    let (sender, heard) = mpsc::channel();
    if let Some(pipe) = child.stdout.take() {
        listen(pipe, sender.clone(), Heard::Out);
    }
    if let Some(pipe) = child.stderr.take() {
        listen(pipe, sender.clone(), Heard::Err);
    }
    drop(sender);

    let deadline = Instant::now() + limit;
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let status = loop {
        match heard.recv_timeout(GLANCE) {
            Ok(Heard::Out(line)) => stdout.push_str(&line),
            Ok(Heard::Err(line)) => {
                each_line(line.trim_end());
                stderr.push_str(&line);
            }
            Err(RecvTimeoutError::Disconnected) => break wait(&mut child, deadline),
            // The pipes can outlive the child: a server that it left behind may keep them open.
            Err(RecvTimeoutError::Timeout) => {
                if let Ok(Some(status)) = child.try_wait() {
                    break Some(status);
                }
            }
        }
        if Instant::now() >= deadline {
            break None;
        }
    };
    let Some(status) = status else {
        // If it has just ended, there is nothing to kill.
        let _ = child.kill();
        let _ = child.wait();
        let seconds = limit.as_secs();
        return Err(Error::new(format!(
            "`{name}` did not finish within {seconds} s"
        )));
    };
    Ok(Output {
        ok: status.success(),
        stdout,
        stderr,
    })
}

enum Heard {
    Out(String),
    Err(String),
}

fn listen<P: Read + Send + 'static>(pipe: P, to: Sender<Heard>, kind: fn(String) -> Heard) {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line).into_owned();
            if to.send(kind(text)).is_err() {
                return;
            }
            line.clear();
        }
    });
}

/// Waits for a child that has closed its pipes. Nearly always it has already ended.
fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            _ => return None,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<Output, Error> {
        run(Command::new("sh").args(["-c", script]), limit)
    }

    #[test]
    fn both_streams_are_caught() {
        let output = shell("echo out; echo err >&2; exit 3", Duration::from_secs(20));
        let output = output.expect("sh runs");
        assert!(!output.ok);
        assert_eq!(output.stdout, "out\n");
        assert_eq!(output.reason(), "err");
    }

    #[test]
    fn a_line_that_speaks_of_an_error_is_the_reason() {
        let script = "echo warning: w >&2; echo error: e >&2; echo tail >&2; exit 1";
        let output = shell(script, Duration::from_secs(20)).expect("sh runs");
        assert_eq!(output.reason(), "error: e");
    }

    #[test]
    fn a_program_that_hangs_is_killed() {
        let began = Instant::now();
        assert!(shell("exec sleep 60", Duration::from_millis(300)).is_err());
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_server_left_behind_does_not_hold_us() {
        let began = Instant::now();
        let output = shell("sleep 30 & echo done", Duration::from_secs(25)).expect("sh runs");
        assert!(output.ok && output.stdout == "done\n");
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}
