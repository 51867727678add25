//! Reachable and unreachable places: tests each plugin with names whose crate requires addresses.

use harness_host::Config;
use server_tests::guests::{Package, call};
use socket2::{Domain, Socket, Type};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// A name that only the host can resolve.
pub(crate) const KNOWN: &str = "server.known.to.the.host";
/// A name that nobody can resolve.
const UNKNOWN: &str = "no.such.name.invalid";

/// The package of a plugin.
fn package(name: &str) -> Package {
    if name.starts_with("bare_") {
        Package::NoStd
    } else {
        Package::Unmodified
    }
}

/// Calls the plugin with its server's address, by `localhost` and by a name that only the host can resolve.
pub(crate) fn everywhere(
    name: &str,
    config: &Config,
    server: SocketAddr,
    mut call_it: impl FnMut(&mut dyn FnMut(String) -> Result<String, String>, &str),
) {
    let port = server.port();
    let known = format!("{KNOWN}:{port}");
    let config = config.clone().redirect(&known, server.to_string());
    for place in [server.to_string(), format!("localhost:{port}"), known] {
        let mut plugin = package(name).load(name, &config);
        call_it(&mut |input| call(&mut plugin, input), &place);
    }
}

/// The places where a crate cannot connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nobody {
    /// A name that does not exist, and a port that refuses.
    NameAndPort,
    /// A name that does not exist. (A datagram to a closed port is no error for crates that expect no reply.)
    Name,
}

/// Calls the plugin with unreachable places, and expects an error of the plugin: no panic, no trap.
pub(crate) fn nowhere(name: &str, config: &Config, where_: Nobody, input: impl Fn(&str) -> String) {
    // Bound but not listening: no other process gets the port, and connecting is refused.
    let closed = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    closed
        .bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())
        .unwrap();
    let closed_at = closed.local_addr().unwrap().as_socket().unwrap();
    let mut places = vec![format!("{UNKNOWN}:80")];
    if where_ == Nobody::NameAndPort {
        places.push(closed_at.to_string());
    }
    for place in places {
        let wait = Duration::from_millis(200);
        let mut plugin = package(name).load_with_wait(name, config, wait);
        let error = call(&mut plugin, input(&place)).unwrap_err();
        assert!(error.starts_with("`run` failed: "), "{place}: {error}");
    }
}
