//! Parses numeric addresses.
//!
//! It accepts exactly what `core` accepts. `core`'s own parser takes about 5,000 bytes in a plugin, and contains a
//! reachable panic.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Parses an IP address without brackets and scope, as `IpAddr::from_str`.
pub(crate) fn ip(text: &[u8]) -> Option<IpAddr> {
    if text.contains(&b':') {
        v6(text).map(IpAddr::V6)
    } else {
        v4(text).map(IpAddr::V4)
    }
}

/// Parses four numbers separated by dots, without leading zeros.
pub(super) fn v4(text: &[u8]) -> Option<Ipv4Addr> {
    let (mut ip, mut octet, mut dots) = (0_u32, None, 0_u32);
    for byte in text {
        octet = match octet {
            Some(before) if *byte == b'.' => {
                ip = ip << 8 | before;
                dots = dots.wrapping_add(1);
                None
            }
            Some(0) => return None,
            before => Some(next(before.unwrap_or(0), *byte, 10, 0xff)?),
        };
    }
    (dots == 3).then_some((ip << 8 | octet?).into())
}

/// Parses eight groups, of which one run may be omitted: `::`. The last two may be an IPv4 address.
pub(super) fn v6(text: &[u8]) -> Option<Ipv6Addr> {
    let (mut groups, mut len, mut gap) = ([0_u16; 8], 0_usize, None);
    let mut rest = text;
    loop {
        let start = rest;
        let mut group = 0;
        while let [byte, after @ ..] = rest
            && let Some(longer) = next(group, *byte, 16, 0xffff)
        {
            (group, rest) = (longer, after);
        }
        let digits = start.len().wrapping_sub(rest.len());
        if digits > 4 {
            return None;
        }
        if let [b'.', ..] = rest {
            let ip = v4(start)?.to_bits();
            *groups.get_mut(len)? = (ip >> 16) as u16;
            len = len.wrapping_add(1);
            (group, rest) = (ip & 0xffff, &[]);
        }
        if digits != 0 {
            *groups.get_mut(len)? = group as u16;
            len = len.wrapping_add(1);
        }
        rest = match rest {
            [] => break,
            [b':', b':', after @ ..] if gap.is_none() => {
                gap = Some(len);
                after
            }
            [b':', after @ ..] if digits != 0 && !after.is_empty() => after,
            _ => return None,
        };
    }
    if let Some(gap) = gap {
        // Moves the groups after the gap to the end. The gap is at least one group.
        let found = groups;
        let behind = found.get(gap..len)?;
        let room = groups.get_mut(gap..)?;
        room.fill(0);
        for (to, from) in room.iter_mut().rev().zip(behind.iter().rev()) {
            *to = *from;
        }
    }
    (if gap.is_some() { len < 8 } else { len == 8 }).then_some(groups.into())
}

/// Appends a digit to a number. `None` if the result is more than `most`.
pub(super) fn next(number: u32, digit: u8, base: u32, most: u32) -> Option<u32> {
    let digit = char::from(digit).to_digit(base)?;
    let number = number.checked_mul(base)?.checked_add(digit)?;
    (number <= most).then_some(number)
}
