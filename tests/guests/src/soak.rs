//! The plugin of the soak: it keeps many connections between calls, does one operation with one of them per call, and
//! checks every byte that comes back. It does not judge the host's faults: it reports the outcome of each operation,
//! and the caller knows which are allowed. Lost, invented or reordered bytes are never allowed: they cause a panic.

mod bytes;
mod tcp;
mod udp;

use crate::panics;
use bytes::Random;
use extism_pdk::{FnResult, plugin_fn};
use std::io::ErrorKind;
use std::sync::Mutex;

/// One of the connections, if it is open.
#[derive(Default)]
enum Slot {
    #[default]
    Closed,
    Tcp(tcp::Stream),
    Udp(udp::Socket),
}

/// The outcome of one operation.
struct Step {
    what: &'static str,
    outcome: Outcome,
}

/// In the caller's form: `ok`, `end`, or the kind of an error.
enum Outcome {
    Ok,
    /// The stream has ended, whatever was still to arrive.
    End,
    Failed(ErrorKind),
}

impl From<std::io::Error> for Outcome {
    fn from(error: std::io::Error) -> Self {
        Outcome::Failed(error.kind())
    }
}

/// The whole state.
struct Soak {
    tcp_echo: String,
    udp_echo: String,
    shared: Shared,
    slots: Vec<Slot>,
}

/// What the connections share, so that memory does not grow.
struct Shared {
    random: Random,
    got: Vec<u8>,
    expected: Vec<u8>,
    /// Bytes of datagrams that have not come back yet: more than fits into the echo server's buffer would be lost
    /// without a fault.
    in_flight: usize,
    sent: u64,
    checked: u64,
    digests: u64,
}

static SOAK: Mutex<Option<Soak>> = Mutex::new(None);

/// Gets ready: `SEED CONNECTIONS TCP_ECHO UDP_ECHO`.
#[plugin_fn]
pub fn soak_start(input: String) -> FnResult<()> {
    panics::report();
    let words: Vec<&str> = input.split(' ').collect();
    let [seed, connections, tcp_echo, udp_echo] = words[..] else {
        panic!("SEED CONNECTIONS TCP_ECHO UDP_ECHO");
    };
    let connections: usize = connections.parse().expect("a number");
    *SOAK.lock().expect("one thread") = Some(Soak {
        tcp_echo: tcp_echo.to_owned(),
        udp_echo: udp_echo.to_owned(),
        shared: Shared {
            random: Random::new(seed.parse().expect("a number")),
            got: vec![0; 65_536],
            expected: vec![0; 65_536],
            in_flight: 0,
            sent: 0,
            checked: 0,
            digests: 0,
        },
        slots: (0..connections).map(|_| Slot::Closed).collect(),
    });
    Ok(())
}

/// Does one operation with one of the connections. Returns the connection, the operation, its outcome, and the totals
/// so far: `SLOT WHAT OUTCOME SENT CHECKED DIGESTS PAGES`.
#[plugin_fn]
pub fn soak_step() -> FnResult<String> {
    panics::report();
    with(|soak| {
        let index = soak.shared.random.below(soak.slots.len());
        (index, soak.step(index))
    })
}

/// Reads what is still to arrive on a connection, `SLOT`, and closes it. Returns the same as `soak_step`.
#[plugin_fn]
pub fn soak_finish(slot: String) -> FnResult<String> {
    panics::report();
    let index = slot.parse().expect("a number");
    with(|soak| (index, soak.finish(index)))
}

fn with(act: impl FnOnce(&mut Soak) -> (usize, Step)) -> FnResult<String> {
    let mut soak = SOAK.lock().expect("one thread");
    let soak = soak.as_mut().expect("it has been started");
    let (index, step) = act(soak);
    let outcome = match step.outcome {
        Outcome::Ok => "ok".to_owned(),
        Outcome::End => "end".to_owned(),
        Outcome::Failed(kind) => format!("{kind:?}"),
    };
    let Shared {
        sent,
        checked,
        digests,
        ..
    } = soak.shared;
    let pages = core::arch::wasm32::memory_size(0);
    Ok(format!(
        "{index} {} {outcome} {sent} {checked} {digests} {pages}",
        step.what
    ))
}

impl Soak {
    fn step(&mut self, index: usize) -> Step {
        let shared = &mut self.shared;
        let slot = &mut self.slots[index];
        let (step, open) = match slot {
            Slot::Closed => {
                let opened = if index.is_multiple_of(2) {
                    tcp::Stream::open(&self.tcp_echo, shared).map(Slot::Tcp)
                } else {
                    udp::Socket::open(&self.udp_echo, shared).map(Slot::Udp)
                };
                let outcome = match opened {
                    Ok(opened) => {
                        *slot = opened;
                        Outcome::Ok
                    }
                    Err(error) => error.into(),
                };
                let what = "open";
                return Step { what, outcome };
            }
            Slot::Tcp(stream) => stream.step(shared),
            Slot::Udp(socket) => socket.step(shared),
        };
        if !open {
            self.close(index);
        }
        step
    }

    fn finish(&mut self, index: usize) -> Step {
        let outcome = match &mut self.slots[index] {
            Slot::Closed => Outcome::Ok,
            Slot::Tcp(stream) => stream.drain(&mut self.shared),
            Slot::Udp(socket) => socket.drain(&mut self.shared),
        };
        self.close(index);
        let what = "finish";
        Step { what, outcome }
    }

    fn close(&mut self, index: usize) {
        if let Slot::Udp(socket) = &self.slots[index] {
            self.shared.in_flight -= socket.in_flight();
        }
        self.slots[index] = Slot::Closed;
    }
}
