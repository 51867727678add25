//! A UDP socket with several peers.

use super::{Door, Naming, NoNames};
use crate::Error;
use crate::datagrams::{most_bytes, twice};
use crate::embedded::UdpSocket;
use crate::host::{DefaultHost, Host};
use crate::turns::Turns;
use core::net::SocketAddr;

/// At least the size of any datagram.
const WHOLE: usize = 65_535;
/// The number of peers that an unconnected socket receives from.
const MOST_PEERS: usize = 8;

/// A truncated datagram counts as not sent: the traits cannot return how much was sent.
pub(super) fn whole(sent: usize, data: &[u8]) -> Result<(), Error> {
    if sent < data.len() {
        return Err(Error::NotSent);
    }
    Ok(())
}

/// Receives a datagram and returns its full length, even if the buffer is shorter, as the trait requires.
pub(super) fn receive_whole<H: Host>(
    socket: &UdpSocket<H>,
    buffer: &mut [u8],
) -> Result<usize, Error> {
    let datagram = socket.recv_block(WHOLE)?;
    datagram.load(0, buffer);
    Ok(datagram.len())
}

/// A socket that can send to any address. It receives from the 8 peers that it used last, that is, sent to or received
/// from.
///
/// The host has only connected sockets, so there is one for each peer. A receive polls each of them once, for 5 s:
/// first those that have not answered yet, last those that were silent before. When the socket sends to a ninth peer,
/// the least recently used one is dropped: its datagrams that were not received yet are lost, and so are later ones,
/// until the socket sends to it again.
///
/// A send that fails is tried once more: this is how the host reports that an earlier datagram met a closed port. Local
/// addresses are unspecified, since the host does not return them.
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
        // A datagram that is too long must not create a peer.
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
                // The timeout of one peer says more than the closed port of another.
                Err(_) if error == Error::TimedOut => {}
                Err(failed) => error = failed,
            }
            self.peers.in_vain(is);
        }
        Err(error)
    }
}
