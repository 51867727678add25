//! The work that is done over all there is.

/// Bytes at a time over TCP, and in a datagram.
pub const CHUNK: usize = 1_024;
/// See [`CHUNK`].
pub const DATAGRAM: usize = 64;

/// One of the two pieces of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// So many bytes to an echo and back, [`CHUNK`] at a time.
    Tcp(u64),
    /// So many datagrams of [`DATAGRAM`] bytes to an echo and back.
    Udp(u64),
}
