//! TCP through the async traits, as a crate that uses them sees it.

use super::every_call::split;
use crate::frame::{LEN, MESSAGE};
use core::future::Future;
use core::net::{Ipv4Addr, SocketAddr};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use embedded_io_async::{Read, Write};
use embedded_nal_async::TcpConnect;
use harness_wasi_sockets::embedded::Stack;

/// Like [`tcp::echo`](super::tcp::echo), to a port of this machine.
pub fn echo(address: &str) -> Option<()> {
    let (_host, port) = split(address)?;
    let talk = talk(Stack::new(), (Ipv4Addr::LOCALHOST, port).into());
    // All futures of the library are ready at the first poll.
    match pin!(talk).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => None,
    }
}

async fn talk(network: impl TcpConnect, peer: SocketAddr) -> Option<()> {
    let mut stream = network.connect(peer).await.ok()?;
    stream.write_all(&MESSAGE).await.ok()?;
    let mut reply = [0; LEN];
    stream.read_exact(&mut reply).await.ok()?;
    (reply == MESSAGE).then_some(())
}
