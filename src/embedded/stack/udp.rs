//! A UDP socket that talks to several peers.

use super::{Door, Naming, NoNames};
use crate::Error;
use crate::datagrams::{most_bytes, twice};
use crate::embedded::UdpSocket;
use crate::host::{DefaultHost, Host};
use crate::turns::Turns;
use core::net::SocketAddr;

/// More than a datagram can be.
const WHOLE: usize = 65_535;
/// How many peers one unconnected socket hears.
const MOST_PEERS: usize = 8;

/// A datagram that was cut was not sent: the traits have no way to say how much of it was.
pub(super) fn whole(sent: usize, data: &[u8]) -> Result<(), Error> {
    if sent < data.len() {
        return Err(Error::NotSent);
    }
    Ok(())
}

/// Receives a datagram and returns its full length, even if the buffer is shorter: so the trait
/// wants it.
pub(super) fn receive_whole<H: Host>(
    socket: &UdpSocket<H>,
    buffer: &mut [u8],
) -> Result<usize, Error> {
    let datagram = socket.recv_block(WHOLE)?;
    datagram.load(0, buffer);
    Ok(datagram.len())
}

/// A socket that can send to anybody and hears those it has sent to, the last 8 of them.
///
/// The host has only connected sockets, so behind it there is one for each peer. A receive asks each
/// of them once, for 5 s: first those that owe an answer, last those that were silent before. When a
/// ninth peer is sent to, the one that was used longest ago gives way: what it has sent and was not
/// received is lost, and so is what it still sends, until it is sent to again.
///
/// A send that fails is tried once more, since the host reports there that an earlier datagram found
/// nobody listening. Local addresses are the unspecified one: the host does not return them.
///
/// # Example
/// ```
/// # #[cfg(feature = "embedded-nal-async-v0.9")]
/// use embedded_nal_async::{UdpStack, UnconnectedUdp};
/// use harness_wasi_sockets::Error;
/// use harness_wasi_sockets::embedded::Stack;
///
/// # #[cfg(feature = "embedded-nal-async-v0.9")]
/// async fn ask(server: core::net::SocketAddr) -> Result<usize, Error> {
///     let any = "0.0.0.0:0".parse().map_err(|_| Error::InvalidAddress)?;
///     let stack: Stack = Stack::new();
///     let mut socket = stack.bind_multiple(any).await?;
///     socket.send(any, server, b"a question").await?;
///     let mut answer = [0; 512];
///     let (n, _local, _remote) = socket.receive_into(&mut answer).await?;
///     Ok(n)
/// }
/// ```
#[derive(Debug)]
pub struct BoundUdp<H: Host = DefaultHost, K: Naming = NoNames> {
    door: Door<H, K>,
    peers: Turns<(SocketAddr, UdpSocket<H>), MOST_PEERS>,
}

impl<H: Host, K: Naming> BoundUdp<H, K> {
    pub(super) const fn new(door: Door<H, K>) -> Self {
        let peers = Turns::new();
        Self { door, peers }
    }

    pub(super) fn send_to(&mut self, remote: SocketAddr, data: &[u8]) -> Result<(), Error> {
        // What can be sent to nobody makes nobody a peer.
        if data.len() > most_bytes(remote.is_ipv4()) {
            return Err(Error::InvalidInput);
        }
        let is = |(addr, _): &(SocketAddr, UdpSocket<H>)| *addr == remote;
        if self.peers.send_to(is).is_none() {
            let socket = self.door.socket(remote)?;
            drop(self.peers.put((remote, socket), is));
        }
        let peer = self.peers.peers().find(|peer| is(peer));
        let (_, socket) = peer.ok_or(Error::NotConnected)?;
        whole(twice(|| socket.send(data))?, data)
    }

    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        let mut error = Error::NotConnected;
        let round = self.peers.round();
        while let Some((addr, socket)) = self.peers.ask(round, |_| true) {
            let addr = *addr;
            let received = receive_whole(socket, buffer);
            let is = |peer: &(SocketAddr, UdpSocket<H>)| peer.0 == addr;
            match received {
                Ok(n) => {
                    self.peers.heard(is);
                    return Ok((n, addr));
                }
                // That one was waited for says more than that another's port was closed.
                Err(_) if error == Error::TimedOut => {}
                Err(failed) => error = failed,
            }
            self.peers.in_vain(is);
        }
        Err(error)
    }
}
