//! Formats addresses as text. Written by hand: `core::fmt` would be larger than a whole small plugin.

use crate::Error;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU32;
use heapless::String;

pub(super) const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const SIXTEEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(15);

pub(super) fn push<const N: usize>(text: &mut String<N>, byte: u8) -> Result<(), Error> {
    text.push(char::from(byte))
        .map_err(|_| Error::InvalidAddress)
}

/// Formats a port in decimal digits.
#[cfg(feature = "std")]
pub(crate) fn decimal(port: u16) -> String<5> {
    let mut digits = String::new();
    // Every port fits.
    let _ = push_number(&mut digits, u32::from(port), TEN);
    digits
}

pub(super) fn push_port<const N: usize>(text: &mut String<N>, port: u16) -> Result<(), Error> {
    push(text, b':')?;
    push_number(text, u32::from(port), TEN)
}

pub(super) fn push_v4<const N: usize>(text: &mut String<N>, ip: Ipv4Addr) -> Result<(), Error> {
    for (i, octet) in ip.octets().into_iter().enumerate() {
        if i != 0 {
            push(text, b'.')?;
        }
        push_number(text, u32::from(octet), TEN)?;
    }
    Ok(())
}

/// The usual form: the longest run of at least two zero groups becomes `::`. (No sum can overflow: there are eight
/// segments.)
pub(super) fn push_v6<const N: usize>(text: &mut String<N>, ip: Ipv6Addr) -> Result<(), Error> {
    let segments = ip.segments();
    let (mut gap_at, mut gap, mut run) = (0_usize, 1_usize, 0_usize);
    for (i, segment) in segments.into_iter().enumerate() {
        run = if segment == 0 { run.wrapping_add(1) } else { 0 };
        if run > gap {
            (gap_at, gap) = (i.wrapping_add(1).wrapping_sub(run), run);
        }
    }
    let gap = if gap > 1 {
        gap_at..gap_at.wrapping_add(gap)
    } else {
        8..8
    };
    for (i, segment) in segments.into_iter().enumerate() {
        if i == gap.start {
            push(text, b':')?;
            push(text, b':')?;
        }
        if !gap.contains(&i) {
            if i != 0 && i != gap.end {
                push(text, b':')?;
            }
            push_number(text, u32::from(segment), SIXTEEN)?;
        }
    }
    Ok(())
}

/// The base cannot be 0, so the division cannot panic.
pub(super) fn push_number<const N: usize>(
    text: &mut String<N>,
    n: u32,
    base: NonZeroU32,
) -> Result<(), Error> {
    let rest = n / base;
    if rest != 0 {
        push_number(text, rest, base)?;
    }
    let digit = char::from_digit(n % base, base.get());
    push(text, digit.map_or(b'0', |digit| digit as u8))
}
