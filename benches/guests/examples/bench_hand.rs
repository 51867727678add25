//! By hand.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
use bench_guests::hand::{self, KEPT, Tcp, Udp};
#[cfg(target_family = "wasm")]
use bench_guests::work;

#[cfg(target_family = "wasm")]
bench_guests::guest! {
    nothing => work::nothing,
    tcp_echo => work::tcp_echo::<Tcp>,
    tcp_send => work::tcp_send::<Tcp>,
    tcp_receive => work::tcp_receive::<Tcp>,
    tcp_lines => hand::lines,
    tcp_bytes => work::tcp_bytes::<Tcp>,
    tcp_gather => work::tcp_gather::<Tcp>,
    tcp_connects => work::tcp_connects::<Tcp>,
    udp_ping_pong => work::udp_ping_pong::<Udp>,
    icmp => hand::icmp,
    mixed => work::mixed::<Tcp, Udp>,
    keep => |job, _| KEPT.with(|kept| work::keep(job, kept)),
    kept => |job, room| KEPT.with(|kept| work::kept(job, room, kept)),
    close_kept => |job, _| KEPT.with(|kept| work::close_kept(job, kept)),
    floor_load => hand::load,
    floor_store => hand::store,
    floor_load_unrolled => hand::load_unrolled,
    floor_store_unrolled => hand::store_unrolled,
}

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
