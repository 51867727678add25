//! Addresses as plugins write them: how they are taken apart, and how names are looked up.
//!
//! The rules are those of Go's `net.Dial`, which the production host uses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::Allow;

/// Splits `host:port`. IPv6 addresses stand in brackets, as in `[::1]:80`; without them the text
/// is refused. An empty host is this machine.
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
    // `parse` alone would take "+80".
    if !port.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some((host, port.parse().ok()?))
}

/// The text of a target without a port, as `icmp_send` takes it.
pub(crate) fn bare(target: &[u8]) -> Option<&str> {
    let target = std::str::from_utf8(target).ok()?;
    (!target.is_empty() && is_clean(target)).then_some(target)
}

/// No host has white space or control characters in it, a NUL that was counted in included.
fn is_clean(host: &str) -> bool {
    !host.contains(|c: char| c.is_control() || c.is_whitespace())
}

/// Why there is no address to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nowhere {
    /// The text is none, or nothing is known of the name, or nothing answers.
    Failed,
    /// There are addresses, or there may be, but this plugin may not reach them.
    Denied,
}

/// The addresses of a host that a plugin may reach; without a port, those that it may ping.
///
/// Whoever connects must do so to one of these, and look up nothing again: the second answer
/// could be another.
pub(crate) fn find(
    host: &str,
    port: Option<u16>,
    limit: Duration,
    allow: &Allow,
) -> Result<Vec<SocketAddr>, Nowhere> {
    let is_name = !host.is_empty() && host.parse::<IpAddr>().is_err();
    if is_name && !allow.names() {
        return Err(Nowhere::Denied);
    }
    let addresses = resolve(host, port.unwrap_or(0), limit);
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

/// The addresses of a host; none if the name is unknown or looking it up takes too long.
fn resolve(host: &str, port: u16, limit: Duration) -> Vec<SocketAddr> {
    if host.is_empty() {
        return vec![(Ipv4Addr::LOCALHOST, port).into()];
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        return vec![(ip, port).into()];
    }
    // The operating system's look-up has no time limit of its own, so it runs on a thread that is
    // left to itself when it takes too long.
    let (answer, answered) = mpsc::channel();
    let host = host.to_owned();
    let look_up = move || {
        if let Ok(addresses) = (host.as_str(), port).to_socket_addrs() {
            // Nobody listens any more when the limit has passed.
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
        let none = Duration::ZERO;
        assert_eq!(resolve("::1", 7, none), ["[::1]:7".parse().unwrap()]);
        assert_eq!(resolve("", 7, none), ["127.0.0.1:7".parse().unwrap()]);
    }

    #[test]
    fn what_is_not_allowed_is_not_found() {
        let find = |host, allow: &Allow| find(host, Some(7), Duration::from_secs(30), allow);
        // A name that leads to this machine is as little allowed as the address itself.
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
        // Not looked up at all: else this name would have failed.
        let addresses = Allow::everything().without_names();
        for allow in [&addresses, &Allow::nothing()] {
            assert_eq!(find("nobody.invalid", allow), Err(Nowhere::Denied));
        }
        assert_eq!(
            find("nobody.invalid", &Allow::everything()),
            Err(Nowhere::Failed)
        );
    }

    #[test]
    fn names_are_looked_up() {
        let found = resolve("localhost", 7, Duration::from_secs(30));
        assert!(found.iter().all(|a| a.ip().is_loopback() && a.port() == 7));
        assert!(!found.is_empty());
    }
}
