//! Parses addresses as plugins write them, and resolves names.
//!
//! The rules are those of Go's `net.Dial`, which the production host uses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::{Allow, Why};

/// Splits `host:port`. IPv6 addresses must be in brackets, as in `[::1]:80`. An empty host is this machine.
pub(crate) fn split(address: &[u8]) -> Option<(&str, u16)> {
    let address = std::str::from_utf8(address).ok()?;
    let (host, port) = address.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    if host.contains(['[', ']']) || !is_clean(host) {
        return None;
    }
    // `parse` would accept "+80".
    if !port.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some((host, port.parse().ok()?))
}

/// Returns the text of a target without a port, as `icmp_send` takes it.
pub(crate) fn bare(target: &[u8]) -> Option<&str> {
    let target = std::str::from_utf8(target).ok()?;
    (!target.is_empty() && is_clean(target)).then_some(target)
}

/// Returns whether a host has no white space or control characters, such as a NUL that was counted in.
fn is_clean(host: &str) -> bool {
    !host.contains(|c: char| c.is_control() || c.is_whitespace())
}

/// Returns whether a host is a number in one of the short forms that C's resolver accepts as an address, such as
/// `127.1`, `2130706433` or `0x7f.1`. For Go's resolver it is a name.
pub(crate) fn is_short_number(host: &str) -> bool {
    let is_number = |label: &str| match label.strip_prefix("0x") {
        Some(digits) => digits.bytes().all(|digit| digit.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|digit| digit.is_ascii_digit()),
    };
    host.parse::<IpAddr>().is_err() && host.split('.').all(is_number)
}

/// Why there is no address to connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nowhere {
    /// The text is invalid, the name is unknown, or no peer responds.
    Failed,
    /// There are or may be addresses, but this plugin may not reach them.
    Denied,
    /// There is no room for another connection.
    Full,
}

impl Nowhere {
    /// Returns the rule or limit that caused it, if any.
    pub fn why(self) -> Option<Why> {
        match self {
            Nowhere::Failed => None,
            Nowhere::Denied => Some(Why::NotAllowed),
            Nowhere::Full => Some(Why::Connections),
        }
    }
}

/// Returns the addresses of a host that a plugin may reach; without a port, those that it may ping.
///
/// The caller must connect to one of these and not resolve the name again: the result could differ.
pub(crate) fn find(
    host: &str,
    port: Option<u16>,
    limit: Duration,
    allow: &Allow,
) -> Result<Vec<SocketAddr>, Nowhere> {
    let port_or_none = port.unwrap_or(0);
    let addresses = match literal(host, port_or_none) {
        Some(addresses) => addresses,
        None if !allow.names() => return Err(Nowhere::Denied),
        None => look_up(host, port_or_none, limit),
    };
    if addresses.is_empty() {
        return Err(Nowhere::Failed);
    }
    let allowed = match port {
        Some(_) => allow.reachable(addresses),
        None => allow.pingable(addresses),
    };
    if allowed.is_empty() {
        return Err(Nowhere::Denied);
    }
    Ok(allowed)
}

/// Returns the addresses of a host that is not a name; `None` for a name.
fn literal(host: &str, port: u16) -> Option<Vec<SocketAddr>> {
    if host.is_empty() {
        return Some(vec![(Ipv4Addr::LOCALHOST, port).into()]);
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Some(vec![(ip, port).into()]);
    }
    let (ip, zone) = host.split_once('%')?;
    let ip = ip.parse().ok()?;
    let address = |scope| SocketAddrV6::new(ip, port, 0, scope).into();
    Some(interface(zone).map(address).into_iter().collect())
}

/// Returns the number of a network interface, given by number or name.
fn interface(zone: &str) -> Option<u32> {
    if let Ok(number) = zone.parse() {
        return Some(number);
    }
    // Resolving an address is the safe way to the system's list of interface names. Some systems know names only for
    // link-local addresses, so the address is always this one.
    let mut found = (format!("fe80::1%{zone}"), 0).to_socket_addrs().ok()?;
    match found.next()? {
        SocketAddr::V6(found) => Some(found.scope_id()),
        SocketAddr::V4(_) => None,
    }
}

/// Returns the addresses of a name; none if it is unknown or the resolver takes too long.
fn look_up(host: &str, port: u16, limit: Duration) -> Vec<SocketAddr> {
    // The operating system's resolver has no time limit, so it runs on a thread that is abandoned when it takes too
    // long.
    let (answer, answered) = mpsc::channel();
    let host = host.to_owned();
    let look_up = move || {
        if let Ok(addresses) = (host.as_str(), port).to_socket_addrs() {
            // After the limit nobody receives this.
            let _ = answer.send(addresses.collect());
        }
    };
    match thread::Builder::new().spawn(look_up) {
        Ok(_) => answered.recv_timeout(limit).unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_split_as_go_does() {
        assert_eq!(split(b"127.0.0.1:6000"), Some(("127.0.0.1", 6000)));
        assert_eq!(split(b"example.org:80"), Some(("example.org", 80)));
        assert_eq!(split(b"[::1]:8080"), Some(("::1", 8080)));
        assert_eq!(split(b":80"), Some(("", 80)));
    }

    #[test]
    fn what_go_refuses_is_refused() {
        let wrong: [&[u8]; 16] = [
            b"",
            b"127.0.0.1",
            b"127.0.0.1:",
            b"127.0.0.1:+80",
            b"127.0.0.1:-1",
            b"127.0.0.1:65536",
            b"127.0.0.1:6000\0",
            b"127.0.0.1\0:6000",
            b"127.0.0.1:6000 ",
            b"::1:80",
            b"[::1]",
            b"[::1]80",
            b"[::1:80",
            b"::1]:80",
            b"[[::1]]:80",
            b"\xff\xfe:80",
        ];
        for address in wrong {
            assert_eq!(split(address), None, "{:?}", address.escape_ascii());
        }
    }

    #[test]
    fn numbers_need_no_look_up() {
        let one = |host| literal(host, 7).expect("no name")[0].to_string();
        assert_eq!(one("::1"), "[::1]:7");
        assert_eq!(one(""), "127.0.0.1:7");
        assert_eq!(one("fe80::1%4"), "[fe80::1%4]:7");
        assert_eq!(literal("fe80::1%no-such-one", 7), Some(Vec::new()));
        for name in ["localhost", "127.1", "127.0.0.1%4", "eth0%4"] {
            assert_eq!(literal(name, 7), None, "{name}");
        }
    }

    #[test]
    fn numbers_in_short_forms() {
        for host in [
            "127.1",
            "127",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "127.0.0.01",
        ] {
            assert!(is_short_number(host), "{host}");
        }
        for host in ["127.0.0.1", "::1", "localhost", "1.example", "", "a.1"] {
            assert!(!is_short_number(host), "{host}");
        }
    }

    #[test]
    fn an_interface_has_a_number_and_a_name() {
        // Linux reports both.
        let Ok(number) = std::fs::read_to_string("/sys/class/net/lo/ifindex") else {
            return;
        };
        let number = number.trim();
        for ip in ["fe80::1", "ff02::1", "::1", "fd00::1"] {
            let by_name = literal(&format!("{ip}%lo"), 7);
            assert_eq!(by_name, literal(&format!("{ip}%{number}"), 7), "{ip}");
        }
    }

    #[test]
    fn what_is_not_allowed_is_not_found() {
        let find = |host, allow: &Allow| find(host, Some(7), Duration::from_secs(30), allow);
        // A name that resolves to this machine is denied like the address itself.
        let elsewhere: Allow = "10.0.0.0/8".parse().unwrap();
        for host in [
            "localhost",
            "127.0.0.1",
            "::1",
            "",
            "0.0.0.0",
            "::ffff:127.0.0.1",
        ] {
            assert_eq!(find(host, &elsewhere), Err(Nowhere::Denied), "{host:?}");
            assert!(find(host, &Allow::loopback()).is_ok(), "{host:?}");
        }
        // Not resolved at all: otherwise this name would have failed.
        let addresses = Allow::everything().without_names();
        for allow in [&addresses, &Allow::nothing()] {
            assert_eq!(find("nobody.invalid", allow), Err(Nowhere::Denied));
        }
        // An address with a scope is not a name; and the scope does not change which rule applies.
        assert!(find("::1%1", &addresses).is_ok());
        assert!(find("::1%1", &Allow::loopback()).is_ok());
        assert_eq!(find("::1%1", &elsewhere), Err(Nowhere::Denied));
        assert_eq!(find("::ffff:127.0.0.1%1", &elsewhere), Err(Nowhere::Denied));
        assert_eq!(
            find("nobody.invalid", &Allow::everything()),
            Err(Nowhere::Failed)
        );
    }

    #[test]
    fn names_are_looked_up() {
        let found = look_up("localhost", 7, Duration::from_secs(30));
        assert!(found.iter().all(|a| a.ip().is_loopback() && a.port() == 7));
        assert!(!found.is_empty());
    }
}
