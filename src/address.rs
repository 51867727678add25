//! Addresses as the host takes them: checked text, `host:port`.
//!
//! Names are not looked up here: a plugin cannot, the host does. They are only kept from smuggling
//! anything past whoever reads the text next.

use crate::Error;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::num::NonZeroU32;
use heapless::String;

const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const SIXTEEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(15);
/// The longest name there is, in bytes.
const LONGEST_NAME: usize = 253;
/// The longest part of a name between its dots, in bytes.
const LONGEST_LABEL: usize = 63;
/// Room for the longest `host:port`: a name, a dot at its end, a colon, a port; or an IPv6 address
/// with its brackets and scope.
const ROOM: usize = LONGEST_NAME + 1 + 1 + 5;

/// An address to connect to: text, a socket address, or a host and a port.
///
/// It corresponds to `std::net::ToSocketAddrs`, but yields one address, as text for the host. Text
/// is `host:port`, where `host` is a name (resolved by the host), an IPv4 address, or an IPv6
/// address in brackets. It is checked before the host sees it: what is not of this form, a name of
/// more than 253 bytes or with other than letters, digits, `-`, `_` and `.`, or a port beyond 65535
/// is [`Error::InvalidAddress`].
pub trait Address: sealed::Sealed {
    /// Calls `then` with the address as checked text.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], or what `then` returns.
    #[doc(hidden)]
    fn with_text<R>(&self, then: impl FnOnce(&str) -> Result<R, Error>) -> Result<R, Error>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! address {
    ($($type:ty: |$self:ident, $then:ident| $body:expr;)+) => {$(
        impl sealed::Sealed for $type {}
        impl Address for $type {
            fn with_text<R>(
                &$self,
                $then: impl FnOnce(&str) -> Result<R, Error>,
            ) -> Result<R, Error> {
                $body
            }
        }
    )+};
}

address! {
    str: |self, then| {
        check_endpoint(self.as_bytes())?;
        then(self)
    };
    SocketAddr: |self, then| match self {
        SocketAddr::V4(address) => address.with_text(then),
        SocketAddr::V6(address) => address.with_text(then),
    };
    SocketAddrV4: |self, then| {
        let mut text = String::<21>::new();
        push_v4(&mut text, *self.ip())?;
        push_port(&mut text, self.port())?;
        then(&text)
    };
    SocketAddrV6: |self, then| {
        let mut text = String::<58>::new();
        push(&mut text, b'[')?;
        push_v6(&mut text, *self.ip())?;
        if self.scope_id() != 0 {
            push(&mut text, b'%')?;
            push_number(&mut text, self.scope_id(), TEN)?;
        }
        push(&mut text, b']')?;
        push_port(&mut text, self.port())?;
        then(&text)
    };
    (IpAddr, u16): |self, then| SocketAddr::from(*self).with_text(then);
    (Ipv4Addr, u16): |self, then| SocketAddrV4::new(self.0, self.1).with_text(then);
    (Ipv6Addr, u16): |self, then| SocketAddrV6::new(self.0, self.1, 0, 0).with_text(then);
    (&str, u16): |self, then| {
        let mut text = String::<ROOM>::new();
        let host = self.0;
        let bare_v6 = host.contains(':') && !host.starts_with('[');
        if bare_v6 {
            push(&mut text, b'[')?;
        }
        text.push_str(host).map_err(|_| Error::InvalidAddress)?;
        if bare_v6 {
            push(&mut text, b']')?;
        }
        push_port(&mut text, self.1)?;
        text.as_str().with_text(then)
    };
}

impl<A: Address + ?Sized> sealed::Sealed for &A {}
impl<A: Address + ?Sized> Address for &A {
    fn with_text<R>(&self, then: impl FnOnce(&str) -> Result<R, Error>) -> Result<R, Error> {
        (**self).with_text(then)
    }
}

/// Checks `host:port`.
fn check_endpoint(text: &[u8]) -> Result<(), Error> {
    match walk(START, text) {
        PORT => Ok(()),
        _ => Err(Error::InvalidAddress),
    }
}

/// Checks what an echo request is sent to: a host alone, an IPv6 address without brackets.
pub(crate) fn check_target(text: &str) -> Result<(), Error> {
    let text = text.as_bytes();
    let start = if text.contains(&b':') { V6 } else { START };
    match walk(start, text) {
        LABEL | DOT | V6_TWO_COLONS | SCOPE => Ok(()),
        _ => Err(Error::InvalidAddress),
    }
}

// What the text has been so far. Whether the parts of an IPv6 address are in a sensible order is for
// the host to say, if only there are two colons.
const START: u32 = 1;
const LABEL: u32 = 2;
const DOT: u32 = 3;
const V6: u32 = 4;
const V6_ONE_COLON: u32 = 5;
const V6_TWO_COLONS: u32 = 6;
const PERCENT: u32 = 7;
const SCOPE: u32 = 8;
const BRACKET: u32 = 9;
const COLON: u32 = 10;
const PORT: u32 = 11;

/// What it becomes with the next character, by the character's kind. 0 is that it cannot be.
const STEPS: [u32; 12] = [
    0,
    // With: a hexadecimal digit, another character of a label, `.`, `:`, `%`, `[`, `]`.
    steps([LABEL, LABEL, 0, 0, 0, V6, 0]),
    steps([LABEL, LABEL, DOT, COLON, 0, 0, 0]),
    steps([LABEL, LABEL, 0, COLON, 0, 0, 0]),
    steps([V6, 0, V6, V6_ONE_COLON, 0, 0, 0]),
    steps([V6_ONE_COLON, 0, V6_ONE_COLON, V6_TWO_COLONS, 0, 0, 0]),
    steps([
        V6_TWO_COLONS,
        0,
        V6_TWO_COLONS,
        V6_TWO_COLONS,
        PERCENT,
        0,
        BRACKET,
    ]),
    steps([SCOPE, SCOPE, SCOPE, 0, 0, 0, 0]),
    steps([SCOPE, SCOPE, SCOPE, 0, 0, 0, BRACKET]),
    steps([0, 0, 0, COLON, 0, 0, 0]),
    steps([PORT, 0, 0, 0, 0, 0, 0]),
    steps([PORT, 0, 0, 0, 0, 0, 0]),
];

/// The kinds of the characters from the space on, two in a byte. 0 can be in no address.
#[expect(
    clippy::indexing_slicing,
    reason = "the compiler works it out: an index out of range would not compile"
)]
const KINDS: [u8; 48] = {
    let mut kinds = [0; 48];
    let mut byte = b' ';
    while byte < 0x80 {
        let kind = match byte {
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => 1,
            b'g'..=b'z' | b'G'..=b'Z' | b'-' | b'_' => 2,
            b'.' => 3,
            b':' => 4,
            b'%' => 5,
            b'[' => 6,
            b']' => 7,
            _ => 0,
        };
        let at = byte as usize - 0x20;
        kinds[at / 2] |= kind << (at % 2 * 4);
        byte += 1;
    }
    kinds
};

/// A row of [`STEPS`], as the hexadecimal digits of a number.
const fn steps(next: [u32; 7]) -> u32 {
    let [hex, label, dot, colon, percent, open, close] = next;
    hex << 4 | label << 8 | dot << 12 | colon << 16 | percent << 20 | open << 24 | close << 28
}

/// Reads a text from the left, and answers what it has been; 0 if it cannot be.
fn walk(start: u32, text: &[u8]) -> u32 {
    let mut state = start;
    // How many characters of one part there have been, and what they are as a number.
    let (mut run, mut number) = (0_usize, 0_u32);
    for (at, byte) in text.iter().enumerate() {
        let place = byte.wrapping_sub(b' ');
        let kinds = KINDS.get(usize::from(place / 2)).copied().unwrap_or(0);
        let kind = u32::from(kinds >> (place % 2).wrapping_mul(4) & 7);
        let steps = STEPS.get(state as usize).copied().unwrap_or(0);
        let before = state;
        state = steps >> (kind * 4) & 15;
        if state != before {
            (run, number) = (0, 0);
        }
        run = run.wrapping_add(1);
        let digit = u32::from(byte.wrapping_sub(b'0'));
        number = number.wrapping_mul(10).wrapping_add(digit);
        // (A dot at the end of a name does not count.)
        if run > LONGEST_LABEL
            || state == LABEL && at >= LONGEST_NAME
            || state == PORT && (digit > 9 || number > 0xffff)
        {
            return 0;
        }
    }
    state
}

// Written out by hand: `core::fmt` would weigh more than the whole of a small plugin.

fn push<const N: usize>(text: &mut String<N>, byte: u8) -> Result<(), Error> {
    text.push(char::from(byte))
        .map_err(|_| Error::InvalidAddress)
}

fn push_port<const N: usize>(text: &mut String<N>, port: u16) -> Result<(), Error> {
    push(text, b':')?;
    push_number(text, u32::from(port), TEN)
}

fn push_v4<const N: usize>(text: &mut String<N>, ip: Ipv4Addr) -> Result<(), Error> {
    for (i, octet) in ip.octets().into_iter().enumerate() {
        if i != 0 {
            push(text, b'.')?;
        }
        push_number(text, u32::from(octet), TEN)?;
    }
    Ok(())
}

/// No sum in it can wrap round: there are eight segments. The usual form: the longest run of zeros, if it is more than one, is `::`.
fn push_v6<const N: usize>(text: &mut String<N>, ip: Ipv6Addr) -> Result<(), Error> {
    let segments = ip.segments();
    let (mut gap_at, mut gap, mut run) = (0_usize, 1_usize, 0_usize);
    for (i, segment) in segments.into_iter().enumerate() {
        run = if segment == 0 { run.wrapping_add(1) } else { 0 };
        if run > gap {
            (gap_at, gap) = (i.wrapping_add(1).wrapping_sub(run), run);
        }
    }
    let gap = if gap > 1 {
        gap_at..gap.wrapping_add(gap_at)
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

/// The base is one that cannot be 0, so that no division can panic.
fn push_number<const N: usize>(
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

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    fn text_of(address: impl Address) -> Result<std::string::String, Error> {
        address.with_text(|text| Ok(text.to_owned()))
    }

    #[test]
    fn socket_addresses_read_as_std_writes_them() {
        for address in [
            "0.0.0.0:0",
            "127.0.0.1:6000",
            "255.255.255.255:65535",
            "10.9.100.99:80",
            "[::]:1",
            "[::1]:8080",
            "[2001:db8::1:0:0:1]:443",
            "[2001:db8:0:0:1::]:443",
            "[1:2:3:4:5:6:7:8]:9",
            "[1:0:3:4:5:6:7:8]:9",
            "[fe80::a0b:1%4294967295]:9",
            "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535",
        ] {
            let parsed: SocketAddr = address.parse().unwrap();
            assert_eq!(text_of(parsed).unwrap(), address);
            assert_eq!(text_of(address).unwrap(), address);
        }
    }

    #[test]
    fn hosts_with_ports() {
        assert_eq!(text_of(("localhost", 80)).unwrap(), "localhost:80");
        assert_eq!(text_of(("::1", 80)).unwrap(), "[::1]:80");
        assert_eq!(text_of(("[::1]", 80)).unwrap(), "[::1]:80");
        assert_eq!(text_of((Ipv4Addr::LOCALHOST, 1)).unwrap(), "127.0.0.1:1");
        assert_eq!(
            text_of((IpAddr::from(Ipv6Addr::LOCALHOST), 1)).unwrap(),
            "[::1]:1"
        );
        assert_eq!(text_of(("a b", 80)), Err(Error::InvalidAddress));
        assert_eq!(
            text_of(("a".repeat(400).as_str(), 80)),
            Err(Error::InvalidAddress)
        );
    }

    #[test]
    fn text_that_can_be_an_address() {
        let longest = format!("{0}.{0}.{0}.{1}.:65535", "a".repeat(63), "b".repeat(61));
        for good in [
            "localhost:8080",
            "example.org.:80",
            "my_host-1:00080",
            "a:0",
            "9.9:1",
            &longest,
        ] {
            assert_eq!(text_of(good).as_deref(), Ok(good));
        }
        assert_eq!(longest.len(), ROOM);
        let host = longest.strip_suffix(":65535").unwrap();
        assert_eq!(text_of((host, 65535)).unwrap(), longest);
    }

    #[test]
    fn text_that_cannot() {
        let long_label = format!("{}:80", "a".repeat(64));
        let long_name = format!("{0}.{0}.{0}.{1}:80", "a".repeat(63), "b".repeat(62));
        for bad in [
            "",
            ":",
            "localhost",
            "localhost:",
            ":80",
            "localhost:65536",
            "localhost:999999999999",
            "localhost:-1",
            "localhost:+1",
            "localhost:8o",
            "localhost:http",
            " localhost:80",
            "local host:80",
            "localhost:80 ",
            "localhost\0:80",
            "localhost:80\0",
            "local\nhost:80",
            "user@host:80",
            "[::1:80",
            "::1]:80",
            "::1:80",
            "[]:80",
            "[localhost]:80",
            "[::1]",
            "[::1]80",
            "a[::1]:80",
            "[::1]a:80",
            "[::1%]:80",
            "[::1%e\0]:80",
            "[::1%a%b]:80",
            "a%b:80",
            "a..b:80",
            ".a:80",
            "a..:80",
            ".:80",
            "höst:80",
            "host/x:80",
            "a,b:80",
            &long_label,
            &long_name,
        ] {
            assert_eq!(text_of(bad), Err(Error::InvalidAddress), "{bad:?}");
        }
    }

    #[test]
    fn targets_have_no_port() {
        for good in [
            "8.8.8.8",
            "localhost",
            "::1",
            "fe80::1%eth0",
            "example.org.",
        ] {
            assert_eq!(check_target(good), Ok(()), "{good}");
        }
        for bad in ["", "8.8.8.8:80", "[::1]", "a b", "a\0", "%1", "::1%"] {
            assert_eq!(check_target(bad), Err(Error::InvalidAddress), "{bad:?}");
        }
    }
}
