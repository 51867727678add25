//! Numeric addresses out of text.
//!
//! What is accepted is what `core` accepts, to the letter. `core`'s own parser weighs about 5,000 bytes
//! in a plugin, and a panic can be reached in it; this one is for those who count them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
#[cfg(feature = "std")]
use core::net::{SocketAddr, SocketAddrV4, SocketAddrV6};

/// An IP address, without brackets and without a scope. As `IpAddr::from_str`.
pub(crate) fn ip(text: &[u8]) -> Option<IpAddr> {
    if text.contains(&b':') {
        v6(text).map(IpAddr::V6)
    } else {
        v4(text).map(IpAddr::V4)
    }
}

/// An IP address and a port, an IPv6 address in brackets. As `SocketAddr::from_str`.
#[cfg(feature = "std")]
pub(crate) fn socket_addr(text: &[u8]) -> Option<SocketAddr> {
    let colon = text.iter().rposition(|byte| *byte == b':')?;
    let (host, port) = text.split_at_checked(colon)?;
    let port = number(port.get(1..)?, 10, 0xffff)? as u16;
    let [b'[', inside @ .., b']'] = host else {
        return Some(SocketAddrV4::new(v4(host)?, port).into());
    };
    let mut parts = inside.splitn(2, |byte| *byte == b'%');
    let ip = v6(parts.next()?)?;
    let scope = match parts.next() {
        Some(scope) => number(scope, 10, u32::MAX)?,
        None => 0,
    };
    Some(SocketAddrV6::new(ip, port, 0, scope).into())
}

/// Four numbers with dots between, none with a zero in front.
fn v4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut parts = text.split(|byte| *byte == b'.');
    let mut octets = [0; 4];
    for octet in &mut octets {
        let part = parts.next()?;
        if part.len() > 1 && part.starts_with(b"0") {
            return None;
        }
        *octet = number(part, 10, 0xff)? as u8;
    }
    parts.next().is_none().then_some(octets.into())
}

/// Eight groups, of which one run may be left out: `::`.
fn v6(text: &[u8]) -> Option<Ipv6Addr> {
    let mut segments = [0; 8];
    let gap = text.windows(2).position(|two| two == b"::");
    let Some((front, back)) = gap.and_then(|gap| text.split_at_checked(gap)) else {
        return (groups(text, &mut segments)? == 8).then_some(segments.into());
    };
    let front_len = groups(front, &mut segments)?;
    // An IPv4 address can only be at the end.
    if front.contains(&b'.') {
        return None;
    }
    let mut behind = [0; 8];
    let back_len = groups(back.get(2..)?, &mut behind)?;
    // What is left out is one group at least.
    let room = segments.get_mut(front_len..)?;
    let gap = room.len().checked_sub(back_len).filter(|gap| *gap > 0)?;
    for (segment, group) in room.iter_mut().skip(gap).zip(behind) {
        *segment = group;
    }
    Some(segments.into())
}

/// Groups with colons between, the last two perhaps as an IPv4 address. Answers how many they are.
fn groups(text: &[u8], into: &mut [u16; 8]) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let mut len = 0_usize;
    let mut slots = into.iter_mut();
    let mut parts = text.split(|byte| *byte == b':').peekable();
    while let Some(part) = parts.next() {
        len = len.wrapping_add(1);
        if parts.peek().is_none() && part.contains(&b'.') {
            let [a, b, c, d] = v4(part)?.octets();
            *slots.next()? = u16::from_be_bytes([a, b]);
            *slots.next()? = u16::from_be_bytes([c, d]);
            len = len.wrapping_add(1);
        } else if part.len() > 4 {
            return None;
        } else {
            *slots.next()? = number(part, 16, 0xffff)? as u16;
        }
    }
    Some(len)
}

/// A number from 0 to `most`, which need not be written shortly.
pub(crate) fn number(text: &[u8], base: u32, most: u32) -> Option<u32> {
    let mut number = 0_u64;
    for byte in text {
        let digit = char::from(*byte).to_digit(base)?;
        number = number
            .wrapping_mul(u64::from(base))
            .wrapping_add(u64::from(digit));
        if number > u64::from(most) {
            return None;
        }
    }
    (!text.is_empty()).then_some(number as u32)
}
