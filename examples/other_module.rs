//! Uses the host functions from another import module: some hosts register them in `extism:host/user`, the usual module
//! for an application's own functions. This implements `Host` for that module; the sockets of `embedded` take it.
//!
//! Input: `ADDRESS` or `ADDRESS MESSAGE`, of a TCP echo server.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::embedded::TcpStream;
use harness_wasi_sockets::host::{Extism, Host};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, message) = input
        .split_once(' ')
        .unwrap_or((&input, "Hello, other module!"));
    // The methods that end in `_in` take a host; `connect` uses the default one.
    let mut stream = TcpStream::<1024, _>::connect_in(User, address)?;
    stream.write_all(message.as_bytes())?;
    let mut reply = vec![0; message.len()];
    stream
        .read_exact(&mut reply)
        .map_err(|error| extism_pdk::Error::msg(error.to_string()))?;
    Ok(String::from_utf8(reply)?)
}

/// The host functions in the module `extism:host/user`.
#[derive(Clone, Copy)]
struct User;

mod user {
    #[link(wasm_import_module = "extism:host/user")]
    unsafe extern "C" {
        pub safe fn tcp_connect(addr: u64) -> u32;
        pub safe fn tcp_send(id: u32, data: u64, len: u64) -> u32;
        pub safe fn tcp_recv(id: u32, max: u32) -> u64;
        pub safe fn tcp_close(id: u32);
        pub safe fn udp_connect(addr: u64) -> u32;
        pub safe fn udp_send(id: u32, data: u64, len: u64) -> u32;
        pub safe fn udp_recv(id: u32, max: u32) -> u64;
        pub safe fn udp_close(id: u32);
        pub safe fn icmp_send(target: u64, payload: u64, len: u64, seq: u32) -> u32;
        pub safe fn icmp_recv(timeout_ms: u32) -> u64;
    }
}

impl Host for User {
    fn tcp_connect(&self, addr: u64) -> u32 {
        user::tcp_connect(addr)
    }
    fn tcp_send(&self, id: u32, data: u64, len: u64) -> u32 {
        user::tcp_send(id, data, len)
    }
    fn tcp_recv(&self, id: u32, max: u32) -> u64 {
        user::tcp_recv(id, max)
    }
    fn tcp_close(&self, id: u32) {
        user::tcp_close(id);
    }
    fn udp_connect(&self, addr: u64) -> u32 {
        user::udp_connect(addr)
    }
    fn udp_send(&self, id: u32, data: u64, len: u64) -> u32 {
        user::udp_send(id, data, len)
    }
    fn udp_recv(&self, id: u32, max: u32) -> u64 {
        user::udp_recv(id, max)
    }
    fn udp_close(&self, id: u32) {
        user::udp_close(id);
    }
    fn icmp_send(&self, target: u64, payload: u64, len: u64, seq: u16) -> u32 {
        user::icmp_send(target, payload, len, seq.into())
    }
    fn icmp_recv(&self, timeout_ms: u32) -> u64 {
        user::icmp_recv(timeout_ms)
    }

    // The kernel's functions are always in the same module.
    fn alloc(&self, len: u64) -> u64 {
        Extism.alloc(len)
    }
    fn free(&self, offset: u64) {
        Extism.free(offset);
    }
    fn length(&self, offset: u64) -> u64 {
        Extism.length(offset)
    }
    fn load_u8(&self, offset: u64) -> u8 {
        Extism.load_u8(offset)
    }
    fn load_u64(&self, offset: u64) -> u64 {
        Extism.load_u64(offset)
    }
    fn store_u8(&self, offset: u64, value: u8) {
        Extism.store_u8(offset, value);
    }
    fn store_u64(&self, offset: u64, value: u64) {
        Extism.store_u64(offset, value);
    }
    fn now(&self) -> Option<core::time::Duration> {
        Extism.now()
    }
}
