//! Names as addresses: a stack returns a placeholder address for a name, and the host gets the name.

use crate::host_by_reference::host_functions;
use crate::nal_async::{ANY, now};
use crate::{Turn, refusing_tcp};
use embedded_io_async::{Read, Write};
use embedded_nal_async::{AddrType, ConnectedUdp, Dns, TcpConnect, UdpStack, UnconnectedUdp};
use harness_host::peers::{TcpEcho, UdpEcho};
use harness_wasi_sockets::embedded::{Names, Stack};
use harness_wasi_sockets::host::{Host, Native};
use harness_wasi_sockets::{Block, Error};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The native host with an additional name. It records the requested names.
#[derive(Clone, Debug, Default)]
struct Knowing(Arc<Mutex<Vec<String>>>);

/// That name.
const KNOWN: &str = "server.known.to.the.host";

impl Knowing {
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Returns the same text with the name replaced by its address.
    fn resolved(&self, addr: u64) -> Block<Native> {
        let block = Block::adopt_in(Native, addr).unwrap();
        let mut text = vec![0; block.len()];
        block.load(0, &mut text);
        let _ = block.into_offset();
        let text = String::from_utf8(text).unwrap();
        let resolved = text.replace(KNOWN, "127.0.0.1");
        self.0.lock().unwrap().push(text);
        Block::copy_of_in(Native, resolved.as_bytes()).unwrap()
    }
}

impl Host for Knowing {
    fn tcp_connect(&self, addr: u64) -> u32 {
        Native.tcp_connect(self.resolved(addr).offset())
    }

    fn udp_connect(&self, addr: u64) -> u32 {
        Native.udp_connect(self.resolved(addr).offset())
    }

    host_functions! { self, Native, |_: &Self, _: String| ();
        tcp_send(id: u32, data: u64, len: u64) -> u32;
        tcp_recv(id: u32, max: u32) -> u64;
        tcp_close(id: u32);
        udp_send(id: u32, data: u64, len: u64) -> u32;
        udp_recv(id: u32, max: u32) -> u64;
        udp_close(id: u32);
        icmp_send(target: u64, payload: u64, len: u64, seq: u16) -> u32;
        icmp_recv(timeout_ms: u32) -> u64;
        alloc(len: u64) -> u64;
        free(offset: u64);
        length(offset: u64) -> u64;
        load_u8(offset: u64) -> u8;
        load_u64(offset: u64) -> u64;
        store_u8(offset: u64, value: u8);
        store_u64(offset: u64, value: u64);
        now() -> Option<Duration>;
    }
}

type WithNames<'a, const M: usize> = Stack<64, Knowing, &'a Names<M>>;

fn by_name<const M: usize>(stack: &WithNames<'_, M>, name: &str) -> Result<IpAddr, Error> {
    now(stack.get_host_by_name(name, AddrType::Either))
}

fn by_address<const M: usize>(stack: &WithNames<'_, M>, addr: IpAddr) -> Result<String, Error> {
    let mut name = [0; 255];
    let len = now(stack.get_host_by_address(addr, &mut name))?;
    Ok(String::from_utf8(name[..len].to_vec()).unwrap())
}

#[test]
fn a_stream_to_a_name() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let (names, host) = (Names::new(), Knowing::default());
    let stack = WithNames::with_names_in(host.clone(), &names);
    let ip = by_name(&stack, KNOWN).unwrap();
    let IpAddr::V4(v4) = ip else { panic!("{ip}") };
    assert_eq!(v4.octets()[0], 198);
    assert!([18, 19].contains(&v4.octets()[1]));
    assert_eq!(
        by_name(&stack, &KNOWN.to_uppercase()),
        Ok(ip),
        "the same one"
    );
    assert_eq!(by_address(&stack, ip).as_deref(), Ok(KNOWN));

    // Stacks with the same table know the same names.
    let copy = stack.clone();
    let mut stream = now(TcpConnect::connect(&copy, (ip, port).into())).unwrap();
    now(stream.write_all(b"Hello")).unwrap();
    let mut reply = [0; 5];
    now(stream.read_exact(&mut reply)).unwrap();
    assert_eq!(&reply, b"Hello");
    assert_eq!(host.asked(), [format!("{KNOWN}:{port}")]);

    let unknown = by_name(&stack, "no.such.name.invalid").unwrap();
    let refused = now(TcpConnect::connect(&stack, (unknown, port).into()));
    assert_eq!(refused.unwrap_err(), Error::ConnectFailed);
}

#[test]
fn datagrams_to_a_name() {
    let _turn = Turn::patient();
    let echo = UdpEcho::v4().unwrap();
    let port = echo.addr().port();
    let (names, host) = (Names::new(), Knowing::default());
    let stack = WithNames::with_names_in(host.clone(), &names);
    // A name may be resolved when the socket already exists.
    let (_, mut socket) = now(stack.bind_single(ANY)).unwrap();
    let remote = SocketAddr::new(by_name(&stack, KNOWN).unwrap(), port);
    let mut reply = [0; 16];
    now(socket.send(ANY, remote, b"Hello")).unwrap();
    // The peer's address is the one that it was given by.
    let received = now(socket.receive_into(&mut reply));
    assert_eq!(received, Ok((5, ANY, remote)));
    assert_eq!(by_address(&stack, remote.ip()).as_deref(), Ok(KNOWN));

    let (_, mut connected) = now(UdpStack::connect(&stack, remote)).unwrap();
    now(ConnectedUdp::send(&mut connected, b"again")).unwrap();
    assert_eq!(now(connected.receive_into(&mut reply)), Ok(5));
    let text = format!("{KNOWN}:{port}");
    assert_eq!(host.asked(), [text.clone(), text]);
}

#[test]
fn localhost_is_either_of_its_addresses() {
    let _turn = Turn::take();
    let (names, host) = (Names::new(), Knowing::default());
    let stack = WithNames::with_names_in(host.clone(), &names);
    let of = |kind| now(stack.get_host_by_name("LocalHost", kind));
    assert_eq!(of(AddrType::IPv4), Ok(Ipv4Addr::LOCALHOST.into()));
    assert_eq!(of(AddrType::IPv6), Ok(Ipv6Addr::LOCALHOST.into()));

    let ip = of(AddrType::Either).unwrap();
    let (_refusing, refused) = refusing_tcp();
    let port = refused.port();
    let failed = now(TcpConnect::connect(&stack, (ip, port).into()));
    assert_eq!(failed.unwrap_err(), Error::ConnectFailed);
    let tried = [format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
    assert_eq!(host.asked(), tried);

    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    drop(now(TcpConnect::connect(&stack, (ip, port).into())).unwrap());
    assert_eq!(host.asked(), [format!("127.0.0.1:{port}")]);
}

/// An address needs no entry; text that the host would not accept as a name is refused.
#[test]
fn addresses_are_themselves() {
    let names = Names::<0>::default();
    let stack = WithNames::with_names_in(Knowing::default(), &names);
    let v4 = IpAddr::V4(Ipv4Addr::LOCALHOST);
    assert_eq!(by_name(&stack, "127.0.0.1"), Ok(v4));
    assert_eq!(by_name(&stack, "[::1]"), Ok(Ipv6Addr::LOCALHOST.into()));
    assert_eq!(by_name(&stack, "a b"), Err(Error::InvalidAddress));
    assert_eq!(by_address(&stack, v4), Err(Error::Unsupported));
    assert_eq!(by_name(&stack, KNOWN), Err(Error::NameNotResolved));
}

/// The rule of harness-std, with a table of two entries.
#[test]
fn an_address_of_the_range_that_was_connected_to_never_stands_for_a_name() {
    let _turn = Turn::take();
    let (names, host) = (Names::<2>::default(), Knowing::default());
    let stack = WithNames::with_names_in(host.clone(), &names);
    // The host gets the address itself: an IP address reserved for benchmarks, where nobody listens.
    let literal = IpAddr::from([198, 19, 255, 254]);
    let _ = now(UdpStack::connect(&stack, (literal, 9).into()));
    assert_eq!(host.asked(), [format!("{literal}:9")]);
    let ip = by_name(&stack, KNOWN).unwrap();
    assert_ne!(ip, literal);
    assert_eq!(by_address(&stack, literal), Err(Error::Unsupported));

    // The table is full. Its entries still work, and names that are too long were never added.
    assert_eq!(by_name(&stack, "one.more"), Err(Error::NameNotResolved));
    assert_eq!(by_name(&stack, KNOWN), Ok(ip));
    let mut short = [0; 3];
    let too_short = now(stack.get_host_by_address(ip, &mut short));
    assert_eq!(too_short, Err(Error::InvalidInput));
    let mut just = [0; KNOWN.len()];
    assert_eq!(
        now(stack.get_host_by_address(ip, &mut just)),
        Ok(KNOWN.len())
    );
    assert_eq!(just, KNOWN.as_bytes());
}

/// A placeholder is an IPv4 address, and is reported as one. Even the longest possible name has one.
#[test]
fn what_a_name_can_be() {
    let names = Names::new();
    let stack = WithNames::with_names_in(Knowing::default(), &names);
    let v6 = now(stack.get_host_by_name(KNOWN, AddrType::IPv6));
    assert_eq!(v6, Err(Error::Unsupported));
    let longest = format!("{}.{}.", ["a"; 63].concat(), ["a.b"; 47].join("."));
    let longest = &longest[..longest.len().min(253)];
    for name in [longest, "fe80::1%4", "fe80::1%eth0"] {
        let ip = by_name(&stack, name).unwrap();
        assert_eq!(by_address(&stack, ip).as_deref(), Ok(name));
    }
    assert!(format!("{names:?}").contains("len: 4, capacity: 4"));
}
