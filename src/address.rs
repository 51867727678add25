//! Addresses as the host takes them: checked text, `host:port`.
//!
//! Names are not looked up here: a plugin cannot, the host does. They are only kept from smuggling
//! anything past whoever reads the text next.

use crate::Error;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use heapless::String;

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
            push_number(&mut text, self.scope_id(), 10)?;
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
    let colon = text
        .iter()
        .rposition(|byte| *byte == b':')
        .ok_or(Error::InvalidAddress)?;
    let (host, port) = text.split_at_checked(colon).ok_or(Error::InvalidAddress)?;
    let port = port
        .split_first()
        .map(|(_, digits)| digits)
        .unwrap_or_default();
    check_port(port)?;
    match host {
        [b'[', v6 @ .., b']'] => check_v6(v6),
        name => check_name(name),
    }
}

/// Checks what an echo request is sent to: a host alone, an IPv6 address without brackets.
pub(crate) fn check_target(text: &str) -> Result<(), Error> {
    let text = text.as_bytes();
    if text.contains(&b':') {
        check_v6(text)
    } else {
        check_name(text)
    }
}

fn check_port(digits: &[u8]) -> Result<(), Error> {
    let mut port = 0_u32;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(Error::InvalidAddress);
        }
        port = port.wrapping_mul(10).wrapping_add(u32::from(digit & 0x0f));
        if port > 0xffff {
            return Err(Error::InvalidAddress);
        }
    }
    if digits.is_empty() {
        Err(Error::InvalidAddress)
    } else {
        Ok(())
    }
}

/// Whether these are the characters of an IPv6 address, and perhaps of a scope behind a percent
/// sign. If they are in a sensible order is for the host to say.
fn check_v6(text: &[u8]) -> Result<(), Error> {
    // 45 bytes for an address that ends like one of version 4, and a scope.
    let colons = text.iter().filter(|byte| **byte == b':').count();
    if text.len() > 62 || colons < 2 {
        return Err(Error::InvalidAddress);
    }
    let mut parts = text.splitn(2, |byte| *byte == b'%');
    let address = parts.next().unwrap_or_default();
    let scope = parts.next().unwrap_or(b"0");
    let fits = address
        .iter()
        .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        && !scope.is_empty()
        && scope
            .iter()
            .all(|byte| is_of_a_label(*byte) || *byte == b'.');
    if fits {
        Ok(())
    } else {
        Err(Error::InvalidAddress)
    }
}

fn check_name(name: &[u8]) -> Result<(), Error> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let fits = name.len() <= LONGEST_NAME
        && name.split(|byte| *byte == b'.').all(|label| {
            !label.is_empty()
                && label.len() <= LONGEST_LABEL
                && label.iter().all(|byte| is_of_a_label(*byte))
        });
    if fits {
        Ok(())
    } else {
        Err(Error::InvalidAddress)
    }
}

fn is_of_a_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

// Written out by hand: `core::fmt` would weigh more than the whole of a small plugin.

fn push<const N: usize>(text: &mut String<N>, byte: u8) -> Result<(), Error> {
    text.push(char::from(byte))
        .map_err(|_| Error::InvalidAddress)
}

fn push_port<const N: usize>(text: &mut String<N>, port: u16) -> Result<(), Error> {
    push(text, b':')?;
    push_number(text, u32::from(port), 10)
}

fn push_v4<const N: usize>(text: &mut String<N>, ip: Ipv4Addr) -> Result<(), Error> {
    for (i, octet) in ip.octets().into_iter().enumerate() {
        if i != 0 {
            push(text, b'.')?;
        }
        push_number(text, u32::from(octet), 10)?;
    }
    Ok(())
}

/// The usual form: the longest run of zeros, if it is more than one, is `::`.
fn push_v6<const N: usize>(text: &mut String<N>, ip: Ipv6Addr) -> Result<(), Error> {
    let segments = ip.segments();
    let (mut gap_at, mut gap, mut run) = (0, 1, 0);
    for (i, segment) in segments.into_iter().enumerate() {
        run = if segment == 0 { run + 1 } else { 0 };
        if run > gap {
            (gap_at, gap) = (i + 1 - run, run);
        }
    }
    let gap = if gap > 1 { gap_at..gap_at + gap } else { 8..8 };
    for (i, segment) in segments.into_iter().enumerate() {
        if i == gap.start {
            push(text, b':')?;
            push(text, b':')?;
        }
        if !gap.contains(&i) {
            if i != 0 && i != gap.end {
                push(text, b':')?;
            }
            push_number(text, u32::from(segment), 16)?;
        }
    }
    Ok(())
}

fn push_number<const N: usize>(text: &mut String<N>, n: u32, base: u32) -> Result<(), Error> {
    let mut unit = 1_u32;
    while n / unit >= base {
        unit = unit.wrapping_mul(base);
    }
    while unit != 0 {
        let digit = (n / unit) % base;
        push(
            text,
            char::from_digit(digit, base).map_or(b'0', |digit| digit as u8),
        )?;
        unit /= base;
    }
    Ok(())
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
