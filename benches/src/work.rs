//! The work that is done in all ways.

/// Bytes per operation over TCP, and per datagram.
pub const CHUNK: usize = 1_024;
/// See [`CHUNK`].
pub const DATAGRAM: usize = 64;

/// One of the two pieces of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// This many bytes to an echo server and back, [`CHUNK`] at a time.
    Tcp(u64),
    /// This many datagrams of [`DATAGRAM`] bytes to an echo server and back.
    Udp(u64),
}
