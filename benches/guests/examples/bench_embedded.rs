//! Over the library's core.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
use bench_guests::{embedded, work};
#[cfg(target_family = "wasm")]
use harness_wasi_sockets::embedded::{TcpStream, UdpSocket};

#[cfg(target_family = "wasm")]
bench_guests::guest! {
    nothing => work::nothing,
    tcp_echo => work::tcp_echo::<TcpStream>,
    tcp_send => work::tcp_send::<TcpStream>,
    tcp_receive => work::tcp_receive::<TcpStream>,
    tcp_lines => embedded::tcp_lines,
    tcp_bytes => work::tcp_bytes::<TcpStream>,
    tcp_gather => work::tcp_gather::<TcpStream>,
    tcp_connects => work::tcp_connects::<TcpStream>,
    udp_ping_pong => work::udp_ping_pong::<UdpSocket>,
    icmp => embedded::icmp,
    mixed => work::mixed::<TcpStream, UdpSocket>,
    keep => |job, _| embedded::KEPT.with(|kept| work::keep(job, kept)),
    kept => |job, room| embedded::KEPT.with(|kept| work::kept(job, room, kept)),
    close_kept => |job, _| embedded::KEPT.with(|kept| work::close_kept(job, kept)),
}

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
