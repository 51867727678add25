//! ICMP echo without std.

mod ping;
mod pings;
mod response;

use crate::Error;
use crate::address::check_target;
use crate::block::Block;
use crate::host::{DefaultHost, Host};
use crate::json::{self, MOST_TEXT};
use crate::patience::{AT_ONCE, MS, Pause, clock};

pub use ping::PingReply;
pub use pings::{PingStats, Pinged, Pings};
pub use response::IcmpResponse;

/// The longest payload of an echo request over IPv4, in bytes.
const MOST_PAYLOAD: usize = 65_507;
/// With a timeout below this many milliseconds, a timeout and a failure of a receive look the same.
const TELLING_MS: u32 = (2 * AT_ONCE / MS) as u32;

/// Sends ICMP echo requests and receives ICMP packets.
///
/// The host needs the right to open raw sockets; without it every call fails. It receives *all* ICMP packets of its
/// machine, including those of other programs: check a packet's type, source, sequence number and data before you
/// accept it as a reply. A host that opens its raw socket only during a receive misses replies that arrived before.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::embedded::IcmpSocket;
///
/// # fn example() -> Result<(), harness_wasi_sockets::Error> {
/// let socket = IcmpSocket::new();
/// let reply = socket.ping("127.0.0.1", b"are you there?", 1, 5000)?;
/// assert_eq!(reply.source(), "127.0.0.1");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct IcmpSocket<H: Host = DefaultHost> {
    host: H,
}

impl IcmpSocket {
    /// Creates a socket. It does not call the host, which opens a socket when it needs one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<H: Host> IcmpSocket<H> {
    /// Creates a socket on `host`.
    pub fn new_in(host: H) -> Self {
        Self { host }
    }

    /// Sends an echo request to `target`: a name, an IPv4 address or an IPv6 address (without
    /// brackets, without a port).
    ///
    /// # Errors
    /// [`Error::InvalidAddress`] before the host is called; [`Error::InvalidInput`] if the payload is longer than
    /// 65,507 bytes; [`Error::NotSent`] if the host did not send the request; [`Error::OutOfMemory`].
    pub fn send(&self, target: &str, payload: &[u8], seq: u16) -> Result<(), Error> {
        check_target(target)?;
        if payload.len() > MOST_PAYLOAD {
            return Err(Error::InvalidInput);
        }
        let target = Block::copy_of_in(self.host.clone(), target.as_bytes())?;
        let data = Block::copy_of_in(self.host.clone(), payload)?;
        match self
            .host
            .icmp_send(target.offset(), data.offset(), payload.len() as u64, seq)
        {
            0 => Err(Error::NotSent),
            _ => Ok(()),
        }
    }

    /// Waits up to `timeout_ms` milliseconds for any ICMP packet.
    ///
    /// # Errors
    /// [`Error::TimedOut`] if no packet arrived; [`Error::NotHeard`] if there is a clock and the host gave up at once;
    /// [`Error::InvalidData`] if the host's report
    ///
    /// * is not JSON of the agreed form,
    /// * is longer than 8,192 bytes,
    /// * is nested more than 16 levels deep,
    /// * has more than 1,500 bytes of data,
    /// * or has a source that is longer than 64 bytes or not printable ASCII.
    ///
    /// Values of unknown keys are skipped and not checked: `{"ttl":NaN, ...}` is not an error. NULs at the very end are
    /// ignored. A report of only NULs counts as no packet.
    pub fn recv(&self, timeout_ms: u32) -> Result<IcmpResponse, Error> {
        let before = clock(&self.host);
        let offset = self.host.icmp_recv(timeout_ms);
        if let Some(block) = Block::adopt_in(self.host.clone(), offset) {
            let mut text = [0; MOST_TEXT];
            if block.len() > text.len() {
                return Err(Error::InvalidData);
            }
            let len = block.load(0, &mut text);
            let mut report = text.get(..len).unwrap_or_default();
            // Some hosts terminate their texts with a NUL, even an empty one.
            while let [front @ .., 0] = report {
                report = front;
            }
            if !report.is_empty() {
                return json::decode(report);
            }
        }
        Err(match Pause::since(&self.host, before) {
            Pause::AtOnce if timeout_ms >= TELLING_MS => Error::NotHeard,
            _ => Error::TimedOut,
        })
    }
}
