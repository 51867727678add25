//! TCP: a message to an echo server and back.

use crate::frame::{LEN, MESSAGE};
use harness_wasi_sockets::embedded::{Address, DEFAULT_CAPACITY, TcpStream};
use harness_wasi_sockets::host::DefaultHost;

/// Connects, sends the message, and compares what comes back.
pub fn echo(address: &str) -> Option<()> {
    echo_with::<DEFAULT_CAPACITY>(address)
}

/// The same with any form of address, and a buffer of `N` bytes.
pub(super) fn echo_with<const N: usize>(address: impl Address) -> Option<()> {
    let mut stream = TcpStream::<N>::connect_in(DefaultHost, address).ok()?;
    stream.write_all(&MESSAGE).ok()?;
    let mut reply = [0; LEN];
    stream.read_exact(&mut reply).ok()?;
    (reply == MESSAGE).then_some(())
}
