//! A component that does the work of the second table over WASI 0.2 sockets, as directly as possible. Arguments: `tcp`
//! or `udp`, the port of the peer on 127.0.0.1, the number of rounds, and the bytes per round.

#![cfg(target_family = "wasm")]

use wasip2::cli::environment::get_arguments;
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress};
use wasip2::sockets::tcp_create_socket::create_tcp_socket;
use wasip2::sockets::udp::OutgoingDatagram;
use wasip2::sockets::udp_create_socket::create_udp_socket;

struct Command;

wasip2::cli::command::export!(Command);

impl wasip2::exports::cli::run::Guest for Command {
    fn run() -> Result<(), ()> {
        let arguments = get_arguments();
        let [protocol, port, rounds, size] = arguments.as_slice() else {
            return Err(());
        };
        let port = port.parse().map_err(drop)?;
        let rounds = rounds.parse().map_err(drop)?;
        let size = size.parse().map_err(drop)?;
        match protocol.as_str() {
            "tcp" => tcp(loopback(port), rounds, size),
            "udp" => udp(loopback(port), rounds, size),
            _ => None,
        }
        .ok_or(())
    }
}

fn loopback(port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv4(Ipv4SocketAddress {
        port,
        address: (127, 0, 0, 1),
    })
}

/// Retries until the attempt no longer would block.
fn wait<T>(ready: impl Fn(), attempt: impl Fn() -> Result<T, ErrorCode>) -> Option<T> {
    loop {
        match attempt() {
            Err(ErrorCode::WouldBlock) => ready(),
            done => return done.ok(),
        }
    }
}

fn tcp(peer: IpSocketAddress, rounds: u64, size: usize) -> Option<()> {
    let socket = create_tcp_socket(IpAddressFamily::Ipv4).ok()?;
    socket.start_connect(&instance_network(), peer).ok()?;
    let (input, output) = wait(|| socket.subscribe().block(), || socket.finish_connect())?;
    let mut chunk = vec![7; size];
    for round in 0..rounds {
        chunk
            .first_chunk_mut::<8>()?
            .copy_from_slice(&round.to_le_bytes());
        output.blocking_write_and_flush(&chunk).ok()?;
        let mut came = 0;
        while came < size {
            let part = input.blocking_read((size - came) as u64).ok()?;
            chunk
                .get_mut(came..came + part.len())?
                .copy_from_slice(&part);
            came += part.len();
        }
    }
    Some(())
}

fn udp(peer: IpSocketAddress, rounds: u64, size: usize) -> Option<()> {
    let socket = create_udp_socket(IpAddressFamily::Ipv4).ok()?;
    let any = IpSocketAddress::Ipv4(Ipv4SocketAddress {
        port: 0,
        address: (127, 0, 0, 1),
    });
    socket.start_bind(&instance_network(), any).ok()?;
    wait(|| socket.subscribe().block(), || socket.finish_bind())?;
    let (incoming, outgoing) = socket.stream(Some(peer)).ok()?;
    let (may_receive, may_send) = (incoming.subscribe(), outgoing.subscribe());
    let mut sent = vec![OutgoingDatagram {
        data: vec![7; size],
        remote_address: None,
    }];
    for round in 0..rounds {
        let data = &mut sent.first_mut()?.data;
        data.first_chunk_mut::<8>()?
            .copy_from_slice(&round.to_le_bytes());
        while outgoing.check_send().ok()? == 0 {
            may_send.block();
        }
        if outgoing.send(&sent).ok()? != 1 {
            return None;
        }
        let came = loop {
            let came = incoming.receive(1).ok()?;
            if !came.is_empty() {
                break came;
            }
            may_receive.block();
        };
        if came.first()?.data != sent.first()?.data {
            return None;
        }
    }
    Some(())
}
