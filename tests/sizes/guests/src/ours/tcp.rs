//! TCP: a message to an echo server and back.

use crate::frame::{LEN, MESSAGE};
use harness_wasi_sockets::embedded::TcpStream;

/// Connects, sends the message, and compares what comes back.
pub fn echo(address: &str) -> Option<()> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(&MESSAGE).ok()?;
    let mut reply = [0; LEN];
    stream.read_exact(&mut reply).ok()?;
    (reply == MESSAGE).then_some(())
}
