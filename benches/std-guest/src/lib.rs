//! The work over the std facade, with an allocator that counts.

#![cfg(target_family = "wasm")]

mod facade;
mod heap;

use bench_guests::work;
use facade::{KEPT, Tcp, Udp};

bench_guests::guest! {
    nothing => work::nothing,
    tcp_echo => work::tcp_echo::<Tcp>,
    tcp_send => work::tcp_send::<Tcp>,
    tcp_receive => work::tcp_receive::<Tcp>,
    tcp_lines => facade::tcp_lines,
    tcp_bytes => work::tcp_bytes::<Tcp>,
    tcp_gather => work::tcp_gather::<Tcp>,
    tcp_connects => work::tcp_connects::<Tcp>,
    udp_ping_pong => work::udp_ping_pong::<Udp>,
    icmp => facade::icmp,
    mixed => work::mixed::<Tcp, Udp>,
    keep => |job, _| work::keep(job, &mut *KEPT.lock().ok()?),
    kept => |job, room| work::kept(job, room, &mut *KEPT.lock().ok()?),
    close_kept => |job, _| work::close_kept(job, &mut *KEPT.lock().ok()?),
}
