//! An ICMP packet, as the host reports it.

use crate::Error;
use crate::address;
use crate::json::{Data, Source};
use core::net::IpAddr;

/// An ICMP packet, as the host reports it.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::embedded::IcmpSocket;
///
/// # fn example() -> Result<(), harness_wasi_sockets::Error> {
/// let packet = IcmpSocket::new().recv(5000)?;
/// if (packet.icmp_type, packet.seq) == (0, Some(1)) {
///     // An echo reply. Its data shows whether it is to our request.
///     let ours = packet.data().starts_with(b"are you there?");
/// #   let _ = ours;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IcmpResponse {
    pub(crate) source: Source,
    /// The ICMP type: 0 is an echo reply (129 in ICMPv6), 3 destination unreachable, 8 an echo
    /// request, 11 time exceeded.
    pub icmp_type: u8,
    /// The ICMP code, a subtype of the type.
    pub code: u8,
    /// The echo id, if it is an echo packet.
    pub id: Option<u16>,
    /// The echo sequence number, if it is an echo packet.
    pub seq: Option<u16>,
    pub(crate) data: Data,
}

impl IcmpResponse {
    /// Creates a packet without an id and a sequence number, for tests of code that handles packets.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a packet that no host reports: a source that is longer than 64 bytes or not
    /// printable ASCII, or more than 1,500 bytes of data.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::embedded::IcmpResponse;
    ///
    /// let mut reply = IcmpResponse::new("192.0.2.1", 0, 0, b"are you there?")?;
    /// (reply.id, reply.seq) = (Some(1), Some(7));
    /// assert_eq!(reply.source(), "192.0.2.1");
    /// # Ok::<(), harness_wasi_sockets::Error>(())
    /// ```
    pub fn new(source: &str, icmp_type: u8, code: u8, data: &[u8]) -> Result<Self, Error> {
        Ok(Self {
            source: checked_source(source)?,
            icmp_type,
            code,
            id: None,
            seq: None,
            data: data.try_into().map_err(|_| Error::InvalidInput)?,
        })
    }

    /// Returns the packet's source: an IP address as text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the packet's source if it parses as an IP address. One with a scope does not.
    #[must_use]
    pub fn source_ip(&self) -> Option<IpAddr> {
        address::ip(self.source.as_bytes())
    }

    /// Returns the payload.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

/// Returns a source if a host may report it.
pub(super) fn checked_source(source: &str) -> Result<Source, Error> {
    if source.bytes().all(|byte| byte.is_ascii_graphic()) {
        source.try_into().map_err(|_| Error::InvalidInput)
    } else {
        Err(Error::InvalidInput)
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::json::{MOST_DATA, MOST_SOURCE};
    use core::net::Ipv4Addr;

    #[test]
    fn a_packet_is_made_of_what_a_host_can_report() {
        let packet = IcmpResponse::new("192.0.2.1", 3, 1, b"data").unwrap();
        assert_eq!((packet.icmp_type, packet.code), (3, 1));
        assert_eq!((packet.id, packet.seq), (None, None));
        assert_eq!(
            (packet.source(), packet.data()),
            ("192.0.2.1", &b"data"[..])
        );
        assert_eq!(packet.source_ip(), Some(Ipv4Addr::new(192, 0, 2, 1).into()));

        let scoped = IcmpResponse::new("fe80::1%eth0", 129, 0, b"").unwrap();
        assert_eq!(
            (scoped.source(), scoped.source_ip()),
            ("fe80::1%eth0", None)
        );

        let new = |source: &str, len| IcmpResponse::new(source, 0, 0, &vec![0; len]).map(drop);
        assert_eq!(new(&"1".repeat(MOST_SOURCE), MOST_DATA), Ok(()));
        assert_eq!(
            new(&"1".repeat(MOST_SOURCE + 1), 0),
            Err(Error::InvalidInput)
        );
        assert_eq!(new("::1", MOST_DATA + 1), Err(Error::InvalidInput));
        for source in ["a b", "a\n", "ü"] {
            assert_eq!(new(source, 0), Err(Error::InvalidInput), "{source}");
        }
    }
}
