//! Addresses from arbitrary text.
//!
//! Nothing gets through to the host but what [`endpoint`] and [`target`] describe, written here a
//! second time and in another way; and what std takes for a socket address is one here, too, with
//! the same value.
#![no_main]

#[path = "../../tests/faults/host/mod.rs"]
mod host;

use arbitrary::Unstructured;
use harness_wasi_sockets::embedded::{Address, IcmpSocket, TcpStream, UdpSocket};
use harness_wasi_sockets::{Endpoints, Error, ToSocketAddrs};
use host::{Call, Clock, Scripted};
use libfuzzer_sys::fuzz_target;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

fuzz_target!(|data: &[u8]| {
    let mut data = Unstructured::new(data);
    let numbers: (u16, u32, u128) = data.arbitrary().unwrap_or_default();
    let (port, scope, ip) = numbers;
    let text = String::from_utf8_lossy(data.take_rest());
    numeric(SocketAddrV6::new(ip.into(), port, 0, scope).into());
    numeric((IpAddr::from(scope.to_be_bytes()), port).into());
    core_of(&text);
    with_port(&text, port);
    facade(&*text);
    facade((&*text, port));
    echo(&text);
});

/// What the host is given for an address; `None` if it is refused before that.
fn given(address: impl Address + Copy) -> Option<String> {
    let host = Scripted::new(Clock::Real);
    let tcp = TcpStream::<8, _>::connect_in(host.clone(), address).map(drop);
    let udp = UdpSocket::connect_in(host.clone(), address).map(drop);
    assert_eq!(tcp, udp);
    host.finish("an address");
    let given = host.state().addresses.clone();
    match (tcp, &given[..]) {
        (Ok(()), [one, two]) if one == two => Some(one.clone()),
        (Err(Error::InvalidAddress), []) => None,
        other => panic!("{other:?}"),
    }
}

fn numeric(address: SocketAddr) {
    let given = given(address).expect("a socket address is an address");
    assert_eq!(given.parse(), Ok(address), "{given}");
    assert!(endpoint(&given), "{given}");
}

fn core_of(text: &str) {
    let given = given(text);
    if let Some(given) = &given {
        assert_eq!(given, text, "it is passed on as it is");
        assert!(endpoint(text), "{text:?}");
    }
    // Std takes a port of any number of digits.
    let too_long = |part: &str| part.len() > 63;
    let too_long = text.split(['.', ':', '%', ']']).any(too_long);
    let numeric = text.parse::<SocketAddr>().is_ok();
    if (numeric && !too_long) || (endpoint(text) && !text.starts_with('[')) {
        assert!(given.is_some(), "{text:?} is an address");
    }
}

fn with_port(name: &str, port: u16) {
    if let Some(given) = given((name, port)) {
        assert!(endpoint(&given), "{name:?} and {port}: {given:?}");
        let plain = format!("{name}:{port}") == given;
        assert!(plain || format!("[{name}]:{port}") == given, "{given:?}");
    } else {
        assert!(name.parse::<IpAddr>().is_err(), "{name:?}");
    }
}

/// The facade hands a name on to the core, and tries every address.
fn facade(address: impl ToSocketAddrs + std::fmt::Debug) {
    match address.to_endpoints() {
        Ok(Endpoints::Name { host, port }) => {
            let given = given((&*host, port)).expect("a name that is called one is one");
            assert!(endpoint(&given), "{address:?}: {given:?}");
        }
        Ok(Endpoints::Addrs(addresses)) => {
            let addresses: Vec<_> = addresses.collect();
            assert!(matches!(addresses.len(), 1 | 2), "{address:?}");
            for address in addresses {
                numeric(address);
            }
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidInput, "{address:?}"),
    }
    let text = format!("{address:?}");
    if let Ok(expected) = text.trim_matches('"').parse::<SocketAddr>() {
        let found: Vec<_> = address.to_socket_addrs().unwrap().collect();
        assert_eq!(found, [expected]);
    }
}

fn echo(text: &str) {
    let host = Scripted::new(Clock::Real);
    let sent = IcmpSocket::new_in(host.clone()).send(text, b"", 1);
    host.finish("a target");
    match sent {
        Ok(()) => {
            assert_eq!(host.state().pings[0].0, text);
            assert!(target(text), "{text:?}");
        }
        Err(error) => {
            assert_eq!(
                (error, host.calls(Call::IcmpSend)),
                (Error::InvalidAddress, 0)
            );
            assert!(text.parse::<IpAddr>().is_err() && !name(text), "{text:?}");
        }
    }
}

/// `host:port`, the host a name, an IPv4 address or an IPv6 address in brackets.
fn endpoint(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let port_is_one = port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() < 64;
    port_is_one && port.parse::<u16>().is_ok() && (name(host) || inside.is_some_and(v6))
}

/// A host alone, an IPv6 address without brackets.
fn target(text: &str) -> bool {
    name(text) || v6(text)
}

/// Labels of up to 63 letters, digits, `-` and `_`, and dots between them; 253 bytes at the most.
fn name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let of_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(of_label);
    text.len() <= 253 && text.split('.').all(label)
}

/// Hexadecimal digits, dots and at least two colons, and perhaps a scope.
fn v6(text: &str) -> bool {
    let (address, scope) = match text.split_once('%') {
        Some((address, scope)) => (address, Some(scope)),
        None => (text, None),
    };
    let of_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let of_scope = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let colons = address.bytes().filter(|byte| *byte == b':').count();
    let scope_is_one = |scope: &str| (1..=63).contains(&scope.len()) && scope.bytes().all(of_scope);
    colons >= 2 && address.bytes().all(of_address) && scope.is_none_or(scope_is_one)
}
