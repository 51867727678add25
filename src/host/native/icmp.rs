//! ICMP echo over raw sockets.
//!
//! The socket is opened by the first call of a thread and kept. So a reply that arrives before the receive is called
//! (on loopback it always does) is not lost.

use super::{LIMIT, address, uninterrupted};
use socket2::{Domain, Protocol, Socket, Type};
use std::cell::RefCell;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The id of every echo request, as in production.
const ID: u16 = 1;
/// The longest packet, without IP header, that is received in full; a longer one is truncated.
const LONGEST: usize = 1_500;
/// The longest IPv4 header.
const IP_HEADER: usize = 60;

/// A raw socket and its protocol.
struct Raw {
    socket: UdpSocket,
    v6: bool,
}

thread_local! {
    /// The socket of this thread: that of its last send, or an IPv4 socket if it has only received.
    static RAW: RefCell<Option<Rc<Raw>>> = const { RefCell::new(None) };
}

/// Returns the thread's socket; `None` if there is none, or while the thread ends.
fn kept() -> Option<Rc<Raw>> {
    RAW.try_with(|kept| kept.borrow().clone()).ok().flatten()
}

fn open(v6: bool) -> Option<Rc<Raw>> {
    let kept = kept().filter(|raw| raw.v6 == v6);
    if kept.is_some() {
        return kept;
    }
    let (domain, protocol) = if v6 {
        (Domain::IPV6, Protocol::ICMPV6)
    } else {
        (Domain::IPV4, Protocol::ICMPV4)
    };
    let socket = Socket::new(domain, Type::RAW, Some(protocol)).ok()?;
    socket.set_write_timeout(Some(LIMIT)).ok()?;
    // A raw socket sends and receives with addresses like a UDP socket, and std's type receives into initialised
    // memory.
    let raw = Rc::new(Raw {
        socket: socket.into(),
        v6,
    });
    let _ = RAW.try_with(|kept| kept.replace(Some(Rc::clone(&raw))));
    Some(raw)
}

/// Sends an echo request; `None` if that failed.
pub(super) fn send(target: &str, payload: &[u8], seq: u16) -> Option<()> {
    if target.is_empty() {
        return None;
    }
    let mut addresses = address::of_host(target, 0);
    // IPv4 addresses of a name first, as the production host uses them.
    addresses.sort_by_key(SocketAddr::is_ipv6);
    let mut sent = addresses.iter().map(|to| send_to(to, payload, seq));
    sent.find_map(|sent| sent)
}

fn send_to(target: &SocketAddr, payload: &[u8], seq: u16) -> Option<()> {
    // An IPv4 address may be given as an IPv4-mapped IPv6 address.
    let target = match target.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::from((ip, 0)),
        IpAddr::V6(_) => *target,
    };
    let raw = open(target.is_ipv6())?;
    let mut packet = vec![if raw.v6 { 128 } else { 8 }, 0, 0, 0];
    packet.extend(ID.to_be_bytes());
    packet.extend(seq.to_be_bytes());
    packet.extend(payload);
    if !raw.v6 {
        // For ICMPv6 the operating system fills in the checksum, which covers addresses that it chooses.
        let sum = checksum(&packet).to_be_bytes();
        packet.splice(2..4, sum);
    }
    let sent = raw.socket.send_to(&packet, target).ok()?;
    (sent == packet.len()).then_some(())
}

/// Waits for any ICMP packet, and returns it in the host's JSON form.
pub(super) fn receive(timeout: Duration) -> Option<String> {
    let raw = kept().or_else(|| open(false))?;
    let end = Instant::now().checked_add(timeout)?;
    let mut buffer = [0; IP_HEADER + LONGEST];
    loop {
        let received = uninterrupted(|| {
            let left = end.saturating_duration_since(Instant::now());
            raw.socket
                .set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
            raw.socket.recv_from(&mut buffer)
        });
        let (n, from) = received.ok()?;
        let packet = buffer.get(..n)?;
        if let Some(json) = json(from.ip(), strip_ip_header(packet, raw.v6)?) {
            return Some(json);
        }
    }
}

/// A raw IPv4 socket also returns the IP header; a raw IPv6 socket does not.
fn strip_ip_header(packet: &[u8], v6: bool) -> Option<&[u8]> {
    let words = if v6 {
        0
    } else {
        usize::from(packet.first()? & 0x0f)
    };
    packet.get(words.saturating_mul(4)..)
}

fn json(source: IpAddr, packet: &[u8]) -> Option<String> {
    let [
        kind,
        code,
        _,
        _,
        id_high,
        id_low,
        seq_high,
        seq_low,
        data @ ..,
    ] = packet
    else {
        return None;
    };
    let mut json = format!(r#"{{"source":"{source}","type":{kind},"code":{code}"#);
    if matches!(kind, 0 | 8 | 128 | 129) {
        let id = u16::from_be_bytes([*id_high, *id_low]);
        let seq = u16::from_be_bytes([*seq_high, *seq_low]);
        write!(json, r#","id":{id},"seq":{seq}"#).ok()?;
    }
    let data = data.get(..data.len().min(LONGEST))?;
    write!(json, r#","data":{data:?}}}"#).ok()?;
    Some(json)
}

/// The Internet checksum: the ones' complement of the ones' complement sum of 16-bit words.
fn checksum(packet: &[u8]) -> u16 {
    let mut sum: u32 = packet
        .chunks(2)
        .map(|pair| {
            let low = pair.get(1).copied().unwrap_or(0);
            u32::from(u16::from_be_bytes([
                pair.first().copied().unwrap_or(0),
                low,
            ]))
        })
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff).wrapping_add(sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn the_checksum_of_a_packet_with_its_checksum_is_zero() {
        let mut packet = vec![8, 0, 0, 0, 0, 1, 0, 9, b'H', b'i', b'!'];
        let sum = checksum(&packet).to_be_bytes();
        packet.splice(2..4, sum);
        assert_eq!(checksum(&packet), 0);
    }

    #[test]
    fn the_checksum_is_that_of_the_internet() {
        // The example of RFC 1071, whose sum is 0xddf2.
        let packet = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(checksum(&packet), !0xddf2);
        assert_eq!(checksum(&[0xff; 4]), 0, "both zeros are one");
        assert_eq!(checksum(&[]), 0xffff);
        assert_eq!(checksum(&[0x12]), !0x1200, "as if a zero followed");
    }

    #[test]
    fn an_ip_header_is_as_long_as_it_says() {
        for words in [5, 6, 15] {
            let mut packet = vec![0; words * 4];
            packet[0] = 0x40 | words as u8;
            packet.extend(b"icmp");
            assert_eq!(strip_ip_header(&packet, false), Some(&b"icmp"[..]));
        }
        assert_eq!(strip_ip_header(&[0x46; 23], false), None, "cut");
        assert_eq!(strip_ip_header(&[], false), None);
        assert_eq!(strip_ip_header(b"icmp", true), Some(&b"icmp"[..]));
    }

    #[test]
    fn an_echo_reply_and_another_packet_as_json() {
        let from = IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8));
        assert_eq!(
            json(from, &[0, 0, 0, 0, 0, 1, 1, 0, 72, 105]).as_deref(),
            Some(r#"{"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":256,"data":[72, 105]}"#)
        );
        assert_eq!(
            json(from, &[3, 1, 0, 0, 0, 0, 0, 0]).as_deref(),
            Some(r#"{"source":"8.8.8.8","type":3,"code":1,"data":[]}"#)
        );
        assert_eq!(json(from, &[3, 1, 0]), None);
    }
}
