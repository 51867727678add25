//! ICMP packets: builds them, parses them, and writes them as JSON.

use std::net::{IpAddr, Ipv4Addr};

use data_encoding::BASE64;
use etherparse::{
    IcmpEchoHeader, Icmpv4Header, Icmpv4Slice, Icmpv4Type, Icmpv6Header, Icmpv6Slice, Icmpv6Type,
    Ipv4HeaderSlice,
};
use serde::Serialize;

use super::Family;
use crate::Dialect;

/// The identifier of every echo request, as in production: plugins cannot be distinguished.
const ECHO_ID: u16 = 1;

/// Returns the bytes of an echo request.
pub(super) fn echo_request(family: Family, seq: u16, payload: &[u8]) -> Vec<u8> {
    let echo = IcmpEchoHeader { id: ECHO_ID, seq };
    match family {
        Family::V4 => {
            let kind = Icmpv4Type::EchoRequest(echo);
            let header = Icmpv4Header::with_checksum(kind, payload).to_bytes();
            [header.as_slice(), payload].concat()
        }
        Family::V6 => {
            // The operating system knows the addresses that this checksum includes, and fills it in.
            let header = Icmpv6Header::new(Icmpv6Type::EchoRequest(echo)).to_bytes();
            [header.as_slice(), payload].concat()
        }
    }
}

/// Returns the bytes of an echo reply, for IPv4.
#[cfg(feature = "full")]
pub(super) fn echo_reply(seq: u16, payload: &[u8]) -> Vec<u8> {
    let kind = Icmpv4Type::EchoReply(IcmpEchoHeader { id: ECHO_ID, seq });
    let header = Icmpv4Header::with_checksum(kind, payload).to_bytes();
    [header.as_slice(), payload].concat()
}

/// A received packet, as far as plugins see it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub source: IpAddr,
    pub kind: u8,
    pub code: u8,
    /// Identifier and sequence number; only echo requests and replies have them.
    pub echo: Option<(u16, u16)>,
    /// The data after the ICMP header.
    pub data: Vec<u8>,
}

impl Packet {
    /// Returns the reply to an echo request with number 1, from this machine.
    pub fn echo_reply(payload: &[u8]) -> Self {
        Packet {
            source: Ipv4Addr::LOCALHOST.into(),
            kind: 0,
            code: 0,
            echo: Some((ECHO_ID, 1)),
            data: payload.to_vec(),
        }
    }

    /// Parses what a raw socket returns: with the IP header for IPv4, without it for IPv6. Checksums are left to the
    /// operating system, and a truncated packet's cannot match.
    pub fn parse(family: Family, source: IpAddr, bytes: &[u8]) -> Option<Self> {
        match family {
            Family::V4 => {
                let header = Ipv4HeaderSlice::from_slice(bytes).ok()?.slice().len();
                let icmp = Icmpv4Slice::from_slice(bytes.get(header..)?).ok()?;
                let echo = match icmp.icmp_type() {
                    Icmpv4Type::EchoRequest(echo) | Icmpv4Type::EchoReply(echo) => Some(echo),
                    _ => None,
                };
                Some(Packet {
                    source,
                    kind: icmp.type_u8(),
                    code: icmp.code_u8(),
                    echo: echo.map(|echo| (echo.id, echo.seq)),
                    data: icmp.payload().to_vec(),
                })
            }
            Family::V6 => {
                let icmp = Icmpv6Slice::from_slice(bytes).ok()?;
                let echo = match icmp.icmp_type() {
                    Icmpv6Type::EchoRequest(echo) | Icmpv6Type::EchoReply(echo) => Some(echo),
                    _ => None,
                };
                Some(Packet {
                    source,
                    kind: icmp.type_u8(),
                    code: icmp.code_u8(),
                    echo: echo.map(|echo| (echo.id, echo.seq)),
                    data: icmp.payload().to_vec(),
                })
            }
        }
    }

    /// Returns the packet as `icmp_recv` returns it.
    pub fn json(&self, dialect: Dialect) -> Option<Vec<u8>> {
        let (id, seq) = self.echo.unzip();
        let json = match dialect {
            Dialect::Described => serde_json::to_vec(&Described {
                source: self.source,
                kind: self.kind,
                code: self.code,
                id,
                seq,
                data: &self.data,
            }),
            Dialect::Real => serde_json::to_vec(&Real {
                code: self.code,
                data: self.echo.map(|_| BASE64.encode(&self.data)),
                id,
                seq,
                source: self.source,
                kind: self.kind,
            }),
        };
        json.ok()
    }
}

/// Fields are written in this order.
#[derive(Serialize)]
struct Described<'a> {
    source: IpAddr,
    #[serde(rename = "type")]
    kind: u8,
    code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u16>,
    data: &'a [u8],
}

/// Fields are written in this order.
#[derive(Serialize)]
struct Real {
    code: u8,
    /// For a packet that is not an echo, the production host reports only its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u16>,
    source: IpAddr,
    #[serde(rename = "type")]
    kind: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;

    fn reply() -> Packet {
        Packet {
            source: Ipv4Addr::new(8, 8, 8, 8).into(),
            kind: 0,
            code: 0,
            echo: Some((1, 1)),
            data: b"Hi".to_vec(),
        }
    }

    fn json(packet: &Packet, dialect: Dialect) -> String {
        String::from_utf8(packet.json(dialect).unwrap()).unwrap()
    }

    #[test]
    fn json_of_an_echo_reply() {
        assert_eq!(
            json(&reply(), Dialect::Described),
            r#"{"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}"#
        );
        assert_eq!(
            json(&reply(), Dialect::Real),
            r#"{"code":0,"data":"SGk=","id":1,"seq":1,"source":"8.8.8.8","type":0}"#
        );
    }

    #[test]
    fn json_of_a_packet_that_is_no_echo() {
        let packet = Packet {
            source: Ipv6Addr::LOCALHOST.into(),
            kind: 1,
            code: 4,
            echo: None,
            data: Vec::new(),
        };
        assert_eq!(
            json(&packet, Dialect::Described),
            r#"{"source":"::1","type":1,"code":4,"data":[]}"#
        );
        assert_eq!(
            json(&packet, Dialect::Real),
            r#"{"code":4,"source":"::1","type":1}"#
        );
    }

    #[test]
    fn a_request_reads_back() {
        let ip: [u8; 20] = [
            0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,
        ];
        let request = echo_request(Family::V4, 0x1234, b"Hi");
        // Type, code, checksum, identifier, sequence number, payload.
        assert_eq!(request[..2], [8, 0]);
        assert_eq!(request[4..], [0, 1, 0x12, 0x34, b'H', b'i']);
        assert_eq!(ones_complement_sum(&request), 0xffff);

        let bytes = [ip.as_slice(), &request].concat();
        let source = Ipv4Addr::LOCALHOST.into();
        let packet = Packet::parse(Family::V4, source, &bytes).unwrap();
        assert_eq!((packet.kind, packet.echo), (8, Some((1, 0x1234))));
        assert_eq!(packet.data, b"Hi");

        let request = echo_request(Family::V6, 7, b"");
        let packet = Packet::parse(Family::V6, source, &request).unwrap();
        assert_eq!((packet.kind, packet.echo), (128, Some((1, 7))));
    }

    #[test]
    fn what_is_too_short_is_no_packet() {
        let source = Ipv4Addr::LOCALHOST.into();
        for length in 0..8 {
            assert_eq!(Packet::parse(Family::V4, source, &vec![0x45; length]), None);
            assert_eq!(Packet::parse(Family::V6, source, &vec![0; length]), None);
        }
    }

    fn ones_complement_sum(bytes: &[u8]) -> u32 {
        let sum: u32 = bytes
            .chunks(2)
            .map(|pair| u32::from(u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)])))
            .sum();
        (sum & 0xffff) + (sum >> 16)
    }
}
