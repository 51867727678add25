//! Addresses from arbitrary text.
//!
//! Only what [`endpoint`] and [`target`] describe may reach the host; they are a second, different implementation of
//! the rules. For the facade an address is exactly what [`form`] accepts, which uses std's own parsers: a name, an IPv4
//! address, or an IPv6 address with or without a scope.
#![no_main]

#[path = "../../tests/faults/host/mod.rs"]
mod host;

use arbitrary::Unstructured;
use harness_wasi_sockets::embedded::{Address, IcmpSocket, TcpStream, UdpSocket};
use harness_wasi_sockets::{Endpoints, Error, ToSocketAddrs};
use host::{Call, Clock, Scripted};
use libfuzzer_sys::fuzz_target;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

fuzz_target!(|data: &[u8]| {
    let mut data = Unstructured::new(data);
    let numbers: (u16, u32, u128) = data.arbitrary().unwrap_or_default();
    let (port, scope, ip) = numbers;
    let text = String::from_utf8_lossy(data.take_rest());
    numeric(SocketAddrV6::new(ip.into(), port, 0, scope).into());
    numeric((IpAddr::from(scope.to_be_bytes()), port).into());
    core_of(&text);
    with_port(&text, port);
    facade(&*text, whole(&text));
    facade((&*text, port), form(&text, port));
    echo(&text);
});

/// Returns what the host gets for an address; `None` if it is refused before that.
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
    // Std accepts a port with any number of digits.
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

/// The facade passes a name to the core, and tries every address.
fn facade(address: impl ToSocketAddrs + std::fmt::Debug, expected: Option<Form>) {
    let found = match address.to_endpoints() {
        Ok(Endpoints::Text(text)) => match (given(&*text), text.to_socket_addrs()) {
            (Some(given), Ok(addresses)) => {
                assert!(endpoint(&given), "{address:?}: {given:?}");
                Some(Form::Addresses(addresses.collect()))
            }
            (Some(given), Err(error)) if error.kind() == ErrorKind::Unsupported => {
                assert!(endpoint(&given), "{address:?}: {given:?}");
                let (host, port) = text.rsplit_once(':').expect("a port");
                let inside = host
                    .strip_prefix('[')
                    .and_then(|host| host.strip_suffix(']'));
                let port = number(port).and_then(|port| port.parse().ok());
                Some(Form::Name(
                    inside.unwrap_or(host).to_owned(),
                    port.expect("a port"),
                ))
            }
            // No address, or only the form of one: the host then refuses it.
            (given, Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{address:?}");
                assert!(
                    given.is_none_or(|given| given.starts_with('[')),
                    "{address:?}"
                );
                None
            }
            // Std accepts a port with any number of digits.
            (None, Ok(_)) => {
                assert!(
                    text.split([':', '%', ']']).any(|part| part.len() > 63),
                    "{address:?}"
                );
                return;
            }
        },
        Ok(Endpoints::Addrs(addresses)) => {
            let addresses: Vec<_> = addresses.collect();
            for address in &addresses {
                numeric(*address);
            }
            Some(Form::Addresses(addresses))
        }
        Ok(_) => panic!("{address:?} is neither text nor addresses"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{address:?}");
            None
        }
    };
    assert_eq!(found, expected, "{address:?}");
}

/// The kinds of addresses.
#[derive(Debug, PartialEq)]
enum Form {
    Addresses(Vec<SocketAddr>),
    Name(String, u16),
}

/// Parses text that ends in a port.
fn whole(text: &str) -> Option<Form> {
    let (host, port) = text.rsplit_once(':')?;
    let port = number(port)?.parse().ok()?;
    form(host, port)
}

/// Parses a host with a port.
fn form(host: &str, port: u16) -> Option<Form> {
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let bare = inside.unwrap_or(host);
    let (ip, scope) = match bare.split_once('%') {
        Some((ip, scope)) => (ip, Some(scope)),
        None => (bare, None),
    };
    if let Ok(ip) = ip.parse() {
        let number = match scope {
            Some(scope) => number(scope).and_then(|scope| scope.parse().ok()),
            None => Some(0),
        };
        return match number {
            Some(scope) => {
                let address = SocketAddrV6::new(ip, port, 0, scope);
                Some(Form::Addresses(vec![address.into()]))
            }
            None => target(bare).then(|| Form::Name(bare.to_owned(), port)),
        };
    }
    if inside.is_some() {
        return None;
    }
    if let Ok(ip) = host.parse::<Ipv4Addr>() {
        return Some(Form::Addresses(vec![(ip, port).into()]));
    }
    if !name(host) {
        return None;
    }
    Some(match host.to_ascii_lowercase().as_str() {
        "localhost" | "localhost." => Form::Addresses(vec![
            (Ipv4Addr::LOCALHOST, port).into(),
            (Ipv6Addr::LOCALHOST, port).into(),
        ]),
        _ => Form::Name(host.to_owned(), port),
    })
}

/// Only digits: std's numbers may have a sign.
fn number(text: &str) -> Option<&str> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(text)
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

/// `host:port`: the host is a name, an IPv4 address or an IPv6 address in brackets.
fn endpoint(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let port_is_one =
        port.len() < 64 && number(port).is_some_and(|port| port.parse::<u16>().is_ok());
    port_is_one && (name(host) || inside.is_some_and(v6))
}

/// A host without a port, an IPv6 address without brackets.
fn target(text: &str) -> bool {
    name(text) || v6(text)
}

/// Labels of up to 63 letters, digits, `-` and `_`, separated by dots; at most 253 bytes, and not an option of a
/// command.
fn name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let of_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(of_label);
    text.len() <= 253 && !text.starts_with('-') && text.split('.').all(label)
}

/// The form of an IPv6 address: hexadecimal digits and at least two colons, dots only after the last of them, and
/// optionally a scope.
fn v6(text: &str) -> bool {
    let (address, scope) = match text.split_once('%') {
        Some((address, scope)) => (address, Some(scope)),
        None => (text, None),
    };
    let of_scope = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let scope_is_one = |scope: &str| (1..=63).contains(&scope.len()) && scope.bytes().all(of_scope);
    let Some((groups, last)) = address.rsplit_once(':') else {
        return false;
    };
    groups.contains(':')
        && !address.contains(":::")
        && (!last.is_empty() || groups.ends_with(':'))
        && groups
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
        && last
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'.')
        && scope.is_none_or(scope_is_one)
}
