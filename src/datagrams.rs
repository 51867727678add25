//! Sending and receiving datagrams through a UDP connection.

use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, Udp};
use crate::host::Host;
use crate::patience::{Pause, clock};

/// The longest UDP datagram over IPv6, in bytes. For a name, the host decides between IPv6 and IPv4.
const MOST_BYTES: usize = 65_527;
/// The longest one over IPv4.
const MOST_BYTES_V4: usize = 65_507;

/// The maximum length of a datagram to a peer, in bytes.
pub(crate) const fn most_bytes(v4: bool) -> usize {
    if v4 { MOST_BYTES_V4 } else { MOST_BYTES }
}

impl<H: Host> Connection<Udp, H> {
    /// Sends a datagram of at most `most` bytes. Returns how many bytes were sent.
    pub(crate) fn send_datagram(&self, datagram: &[u8], most: usize) -> Result<usize, Error> {
        if datagram.len() > most {
            return Err(Error::InvalidInput);
        }
        let block = Block::copy_of_in(self.host().clone(), datagram)?;
        sent(self.send(&block, datagram.len()), datagram.len())
    }

    /// Sends a block as a datagram. As [`send_datagram`](Connection::send_datagram).
    pub(crate) fn send_datagram_block(
        &self,
        block: &Block<H>,
        most: usize,
    ) -> Result<usize, Error> {
        if block.len() > most {
            return Err(Error::InvalidInput);
        }
        sent(self.send(block, block.len()), block.len())
    }

    /// Requests one datagram from the host, once, truncated to `max` bytes. If there is none, returns how long that
    /// took.
    pub(crate) fn receive_datagram(&self, max: usize) -> Result<Block<H>, Pause> {
        let before = clock(self.host());
        self.receive(max)
            .ok_or_else(|| Pause::since(self.host(), before))
    }
}

/// Converts the result of a send of `len` bytes. For an empty datagram the host does not report whether it was sent.
fn sent(sent: Option<usize>, len: usize) -> Result<usize, Error> {
    match sent {
        None if len > 0 => Err(Error::NotSent),
        sent => Ok(sent.unwrap_or(0)),
    }
}

/// Sends from an unconnected socket, and tries once more if that fails: the failure may only report that an earlier
/// datagram met a closed port. Std's bound sockets do not get such reports.
#[cfg(any(
    feature = "std",
    feature = "embedded-nal-async-v0.9",
    feature = "edge-nal-v0.7"
))]
pub(crate) fn twice<T>(mut send: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    match send() {
        Err(Error::NotSent) => send(),
        result => result,
    }
}
