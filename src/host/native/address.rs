//! Resolves addresses with the operating system.

use super::LIMIT;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;

/// Returns the addresses of `host:port`. An IPv6 address is in brackets.
pub(super) fn of_endpoint(text: &str) -> Vec<SocketAddr> {
    split(text).map_or_else(Vec::new, |(host, port)| of_host(host, port))
}

/// Returns the addresses of a host. An empty host is this machine.
pub(super) fn of_host(host: &str, port: u16) -> Vec<SocketAddr> {
    if host.is_empty() {
        return vec![(Ipv4Addr::LOCALHOST, port).into()];
    }
    let scoped = host.split_once('%');
    if let Some((ip, zone)) = scoped.and_then(|(ip, zone)| Some((ip.parse().ok()?, zone))) {
        let address = |scope| SocketAddrV6::new(ip, port, 0, scope).into();
        return interface(zone).map(address).into_iter().collect();
    }
    match host.parse::<IpAddr>() {
        Ok(ip) => vec![(ip, port).into()],
        Err(_) => look_up(host, port),
    }
}

/// Resolves a name. Returns no addresses if it is unknown or if that takes too long.
fn look_up(host: &str, port: u16) -> Vec<SocketAddr> {
    // The operating system's resolver has no timeout, so it runs on a thread, which is abandoned if it takes too long.
    let (answer, answered) = mpsc::channel();
    let host = host.to_owned();
    let look_up = move || {
        if let Ok(addresses) = (host.as_str(), port).to_socket_addrs() {
            // The receiver is gone after the timeout.
            let _ = answer.send(addresses.collect());
        }
    };
    match thread::Builder::new().spawn(look_up) {
        Ok(_) => answered.recv_timeout(LIMIT).unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

fn split(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    Some((host, port.parse().ok()?))
}

/// Returns the number of a network interface, given its number or its name.
fn interface(zone: &str) -> Option<u32> {
    if let Ok(number) = zone.parse() {
        return Some(number);
    }
    // Resolving an address is the safe way to the system's list of interface names. Some systems accept names only for
    // link-local addresses, so the address is always this one.
    let mut found = (format!("fe80::1%{zone}"), 0).to_socket_addrs().ok()?;
    match found.next()? {
        SocketAddr::V6(found) => Some(found.scope_id()),
        SocketAddr::V4(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_as_by_the_other_hosts() {
        let one = |text| of_endpoint(text).first().map(ToString::to_string);
        for text in ["127.0.0.1:80", "[::1]:80", "[fe80::1%7]:80", "[::1%7]:80"] {
            assert_eq!(one(text).as_deref(), Some(text));
        }
        assert_eq!(one(":80").as_deref(), Some("127.0.0.1:80"));
        for text in [
            "",
            "127.0.0.1",
            "::1:80",
            "[::1]",
            "[::1:80",
            "127.0.0.1:65536",
        ] {
            assert_eq!(one(text), None, "{text}");
        }
    }

    #[test]
    fn an_interface_has_a_number_and_a_name() {
        assert_eq!(interface("4"), Some(4));
        assert_eq!(interface("no such interface"), None);
        // Linux provides both.
        let Ok(number) = std::fs::read_to_string("/sys/class/net/lo/ifindex") else {
            return;
        };
        let number = number.trim().parse().unwrap();
        assert_eq!(interface("lo"), Some(number));
        for ip in ["fe80::1", "ff02::1", "::1", "fd00::1"] {
            let found = of_host(&format!("{ip}%lo"), 80);
            let expected = SocketAddrV6::new(ip.parse().unwrap(), 80, 0, number);
            assert_eq!(found, [expected.into()], "{ip}");
        }
        assert_eq!(of_host("fe80::1%no-such-one", 80), []);
    }
}
