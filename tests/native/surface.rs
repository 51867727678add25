//! The facade has std's surface: every method has std's signature, and the table in the documentation has exactly one
//! row for each of them.

use std::collections::BTreeSet;

/// Names the type of every method of std's two sockets. What compiles for both has the same signature in both. The only
/// exception, `UdpSocket::connect`, is not here.
macro_rules! signatures {
    ($name:ident, $net:path) => {
        mod $name {
            use net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
            use std::io::{Error, Read, Result, Write};
            use std::iter::Cloned;
            use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
            use std::panic::{RefUnwindSafe, UnwindSafe};
            use std::time::Duration;
            use std::{option, slice, vec};
            use $net as net;

            type Time = Option<Duration>;
            type Addr = &'static str;

            #[test]
            fn every_method_has_its_signature() {
                let _: fn(Addr) -> Result<TcpStream> = TcpStream::connect;
                let _: fn(&SocketAddr, Duration) -> Result<TcpStream> = TcpStream::connect_timeout;
                let _: fn(&TcpStream) -> Result<SocketAddr> = TcpStream::peer_addr;
                let _: fn(&TcpStream) -> Result<SocketAddr> = TcpStream::local_addr;
                let _: fn(&TcpStream, Shutdown) -> Result<()> = TcpStream::shutdown;
                let _: fn(&TcpStream) -> Result<TcpStream> = TcpStream::try_clone;
                let _: fn(&TcpStream, Time) -> Result<()> = TcpStream::set_read_timeout;
                let _: fn(&TcpStream, Time) -> Result<()> = TcpStream::set_write_timeout;
                let _: fn(&TcpStream) -> Result<Time> = TcpStream::read_timeout;
                let _: fn(&TcpStream) -> Result<Time> = TcpStream::write_timeout;
                let _: fn(&TcpStream, &mut [u8]) -> Result<usize> = TcpStream::peek;
                let _: fn(&TcpStream, bool) -> Result<()> = TcpStream::set_nodelay;
                let _: fn(&TcpStream) -> Result<bool> = TcpStream::nodelay;
                let _: fn(&TcpStream, u32) -> Result<()> = TcpStream::set_ttl;
                let _: fn(&TcpStream) -> Result<u32> = TcpStream::ttl;
                let _: fn(&TcpStream) -> Result<Option<Error>> = TcpStream::take_error;
                let _: fn(&TcpStream, bool) -> Result<()> = TcpStream::set_nonblocking;

                let _: fn(Addr) -> Result<UdpSocket> = UdpSocket::bind;
                let _: fn(&UdpSocket, &mut [u8]) -> Result<(usize, SocketAddr)> =
                    UdpSocket::recv_from;
                let _: fn(&UdpSocket, &mut [u8]) -> Result<(usize, SocketAddr)> =
                    UdpSocket::peek_from;
                let _: fn(&UdpSocket, &[u8], Addr) -> Result<usize> = UdpSocket::send_to;
                let _: fn(&UdpSocket) -> Result<SocketAddr> = UdpSocket::peer_addr;
                let _: fn(&UdpSocket) -> Result<SocketAddr> = UdpSocket::local_addr;
                let _: fn(&UdpSocket) -> Result<UdpSocket> = UdpSocket::try_clone;
                let _: fn(&UdpSocket, Time) -> Result<()> = UdpSocket::set_read_timeout;
                let _: fn(&UdpSocket, Time) -> Result<()> = UdpSocket::set_write_timeout;
                let _: fn(&UdpSocket) -> Result<Time> = UdpSocket::read_timeout;
                let _: fn(&UdpSocket) -> Result<Time> = UdpSocket::write_timeout;
                let _: fn(&UdpSocket, bool) -> Result<()> = UdpSocket::set_broadcast;
                let _: fn(&UdpSocket) -> Result<bool> = UdpSocket::broadcast;
                let _: fn(&UdpSocket, bool) -> Result<()> = UdpSocket::set_multicast_loop_v4;
                let _: fn(&UdpSocket) -> Result<bool> = UdpSocket::multicast_loop_v4;
                let _: fn(&UdpSocket, u32) -> Result<()> = UdpSocket::set_multicast_ttl_v4;
                let _: fn(&UdpSocket) -> Result<u32> = UdpSocket::multicast_ttl_v4;
                let _: fn(&UdpSocket, bool) -> Result<()> = UdpSocket::set_multicast_loop_v6;
                let _: fn(&UdpSocket) -> Result<bool> = UdpSocket::multicast_loop_v6;
                let _: fn(&UdpSocket, u32) -> Result<()> = UdpSocket::set_ttl;
                let _: fn(&UdpSocket) -> Result<u32> = UdpSocket::ttl;
                let _: fn(&UdpSocket, &Ipv4Addr, &Ipv4Addr) -> Result<()> =
                    UdpSocket::join_multicast_v4;
                let _: fn(&UdpSocket, &Ipv6Addr, u32) -> Result<()> = UdpSocket::join_multicast_v6;
                let _: fn(&UdpSocket, &Ipv4Addr, &Ipv4Addr) -> Result<()> =
                    UdpSocket::leave_multicast_v4;
                let _: fn(&UdpSocket, &Ipv6Addr, u32) -> Result<()> = UdpSocket::leave_multicast_v6;
                let _: fn(&UdpSocket) -> Result<Option<Error>> = UdpSocket::take_error;
                let _: fn(&UdpSocket, &[u8]) -> Result<usize> = UdpSocket::send;
                let _: fn(&UdpSocket, &mut [u8]) -> Result<usize> = UdpSocket::recv;
                let _: fn(&UdpSocket, &mut [u8]) -> Result<usize> = UdpSocket::peek;
                let _: fn(&UdpSocket, bool) -> Result<()> = UdpSocket::set_nonblocking;
            }

            #[test]
            fn every_trait_is_there() {
                fn socket<T: std::fmt::Debug + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {
                }
                fn stream<T: Read + Write>() {}
                fn address<T: ToSocketAddrs + ?Sized>() {}
                socket::<TcpStream>();
                socket::<UdpSocket>();
                stream::<TcpStream>();
                stream::<&TcpStream>();
                address::<str>();
                address::<&str>();
                address::<String>();
                address::<(&str, u16)>();
                address::<(String, u16)>();
                address::<(IpAddr, u16)>();
                address::<(Ipv4Addr, u16)>();
                address::<(Ipv6Addr, u16)>();
                address::<SocketAddr>();
                address::<SocketAddrV4>();
                address::<SocketAddrV6>();
                address::<&[SocketAddr]>();
                address::<&&SocketAddr>();
            }

            /// A custom implementation names the iterator of the address type that it delegates to.
            #[test]
            fn every_address_has_its_iterator() {
                fn iter<T: ToSocketAddrs<Iter = I> + ?Sized, I>() {}
                iter::<SocketAddr, option::IntoIter<SocketAddr>>();
                iter::<SocketAddrV4, option::IntoIter<SocketAddr>>();
                iter::<SocketAddrV6, option::IntoIter<SocketAddr>>();
                iter::<(IpAddr, u16), option::IntoIter<SocketAddr>>();
                iter::<(Ipv4Addr, u16), option::IntoIter<SocketAddr>>();
                iter::<(Ipv6Addr, u16), option::IntoIter<SocketAddr>>();
                iter::<&SocketAddr, option::IntoIter<SocketAddr>>();
                iter::<&[SocketAddr], Cloned<slice::Iter<'static, SocketAddr>>>();
                iter::<str, vec::IntoIter<SocketAddr>>();
                iter::<String, vec::IntoIter<SocketAddr>>();
                iter::<(&str, u16), vec::IntoIter<SocketAddr>>();
                iter::<(String, u16), vec::IntoIter<SocketAddr>>();
            }
        }
    };
}

signatures!(of_std, std::net);
signatures!(of_ours, harness_wasi_sockets::net);

const TABLE: &str = include_str!("../../src/net/std_api.md");

/// Returns the table's methods of a type, and their descriptions.
fn rows(type_name: &str) -> BTreeSet<(String, String)> {
    let table = TABLE
        .split("\n\n")
        .find(|table| table.starts_with(&format!("| `{type_name}` |")));
    let table = table.expect("a table of the type");
    table
        .lines()
        .skip(2)
        .map(|row| {
            let mut cells = row.split('|').map(str::trim).skip(1);
            let mut cell = || cells.next().expect("a cell").to_owned();
            (cell(), cell())
        })
        .filter(|(name, _)| name.starts_with('`') && !name.contains(','))
        .map(|(name, verdict)| (name.trim_matches('`').to_owned(), verdict))
        .filter(|(name, _)| name.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect()
}

/// Returns the public methods in these sources, including those of the macro `unsupported!`.
fn methods(sources: &[&str]) -> BTreeSet<String> {
    let name = |line: &str| {
        let line = line.trim_start();
        let rest = match line.strip_prefix("pub fn ") {
            Some(rest) => rest,
            // Inside the macro's braces: `name(argument: type) -> result, "what",`
            None if line.ends_with("\",") && line.contains(") -> ") => line,
            None => return None,
        };
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        rest.get(..end)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
    };
    sources
        .iter()
        .flat_map(|source| source.lines().filter_map(name))
        .collect()
}

fn compare(type_name: &str, sources: &[&str], ours_alone: &[&str]) {
    let rows = rows(type_name);
    let in_table: BTreeSet<String> = rows.iter().map(|(name, _)| name.clone()).collect();
    let mut in_code = methods(sources);
    for name in ours_alone {
        assert!(in_code.remove(*name), "{name} is gone");
    }
    assert_eq!(
        in_table, in_code,
        "the table of {type_name} (left) and its methods (right)"
    );
    let signatures = include_str!("surface.rs");
    for (name, verdict) in rows {
        let typed = signatures.contains(&format!("{type_name}::{name};"));
        assert_eq!(
            typed,
            verdict != "other",
            "{type_name}::{name}, which the table says: {verdict}"
        );
        let known = ["works", "hint", "unsupported", "other"].contains(&&*verdict);
        assert!(known, "{type_name}::{name}: {verdict}");
        // `options.rs` tests the unsupported ones individually.
        if verdict == "unsupported" {
            let tried = include_str!("../guests/src/options.rs");
            assert!(
                tried.contains(&format!("{name}(")),
                "nobody tries {type_name}::{name}"
            );
        }
    }
}

#[test]
fn the_table_has_every_method_and_no_other() {
    let tcp = [
        include_str!("../../src/net/tcp/mod.rs"),
        include_str!("../../src/net/tcp/options.rs"),
        include_str!("../../src/net/options.rs"),
    ];
    let ours = ["connect_timeout_to", "set_silence", "silence"];
    compare("TcpStream", &tcp, &ours);
    let udp = [
        include_str!("../../src/net/udp/mod.rs"),
        include_str!("../../src/net/udp/options.rs"),
        include_str!("../../src/net/options.rs"),
    ];
    compare("UdpSocket", &udp, &["connect_to"]);
}

#[test]
fn the_table_is_in_the_documentation() {
    assert!(include_str!("../../src/net/mod.rs").contains("include_str!(\"std_api.md\")"));
}
