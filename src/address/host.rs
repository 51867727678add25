//! Parses the host part of an address, for the facade's addresses and a stack's names.

use super::check_target;
use super::parse::{next, v4, v6};
use crate::Error;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses of `localhost`, in the order in which they are tried.
pub(crate) const LOCALHOST: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// The host of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostText<'a> {
    /// An IP address and the number of its scope; 0 is none.
    Ip(IpAddr, u32),
    /// [`LOCALHOST`]: in any letter case, with or without a trailing dot.
    Localhost,
    /// Only the host can resolve it: a name, or an IPv6 address whose scope is a name. Without brackets.
    Name(&'a str),
}

impl<'a> HostText<'a> {
    /// Parses a host: a name, an IPv4 address, or an IPv6 address with or without brackets and a scope.
    pub(crate) fn read(text: &'a str) -> Result<Self, Error> {
        let inside = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        let host = inside.unwrap_or(text);
        if host.contains(':') {
            let (ip, scope) = match host.split_once('%') {
                Some((ip, scope)) => (ip, Some(scope)),
                None => (host, None),
            };
            let ip = v6(ip.as_bytes()).ok_or(Error::InvalidAddress)?;
            let scope = scope.map_or(Some(0), |scope| number(scope.as_bytes(), 10, u32::MAX));
            if let Some(scope) = scope {
                return Ok(Self::Ip(ip.into(), scope));
            }
        } else if inside.is_some() {
            return Err(Error::InvalidAddress);
        } else if let Some(ip) = v4(host.as_bytes()) {
            return Ok(Self::Ip(ip.into(), 0));
        } else if host
            .strip_suffix('.')
            .unwrap_or(host)
            .eq_ignore_ascii_case("localhost")
        {
            return Ok(Self::Localhost);
        }
        // Checked here, so that every `Name` is a valid one.
        check_target(host)?;
        Ok(Self::Name(host))
    }
}

/// Parses a number from 0 to `most`. Leading zeros are allowed.
pub(crate) fn number(text: &[u8], base: u32, most: u32) -> Option<u32> {
    let mut number = None;
    for byte in text {
        number = Some(next(number.unwrap_or(0), *byte, base, most)?);
    }
    number
}
