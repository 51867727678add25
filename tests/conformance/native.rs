//! The behaviours over this library on the native host. After each of them nothing may be leaked: no kernel block, no
//! connection.

#[path = "suite/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "that is the point of it")]
mod suite;

/// The types under test.
mod net {
    pub use harness_wasi_sockets::net::*;
}

use crate::server::Server;
use harness_wasi_sockets::host::Native;
use net::{ToSocketAddrs, UdpSocket};
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use suite::{Peers, Who, behaviours, behaviours_with_threads};

const WHO: Who = Who::Native;

/// A connected UDP socket.
fn udp_to<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
    UdpSocket::connect(addr)
}

/// Connects an existing UDP socket.
fn connect_udp<A: ToSocketAddrs>(socket: &UdpSocket, addr: A) -> io::Result<()> {
    socket.connect_to(addr)
}

/// Connections are counted for the whole process, so the tests take turns.
static TURN: Mutex<()> = Mutex::new(());

fn run(_name: &str, behaviour: fn(&Peers)) {
    // Before the lock: starting and stopping the server takes longer than most behaviours.
    let server = Server::start().expect("the server");
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    Native::set_wait(Duration::from_millis(100));
    // A leak must fail only the test that causes it.
    let before = Native::open_connections();
    let peers = server.peers().to_string();
    behaviour(&peers.parse().expect("the server's addresses"));
    assert_eq!(Native::live_blocks(), 0, "kernel blocks left over");
    let after = Native::open_connections();
    assert_eq!(after, before, "connections left over");
}

behaviours!(tests);
behaviours_with_threads!(tests);
