//! The imports of a plugin: the harness host's ten functions, the Extism kernel's memory, and WASI's clock.
//!
//! This is the crate's only file with `unsafe`: the declarations of the imports, and the attribute that exports a
//! plugin's functions.

use super::Host;
#[cfg(feature = "http")]
use super::Http;
#[cfg(feature = "plugin")]
use super::call::{Call, Level};
#[cfg(not(small))]
use super::reuse::ReuseHint;
#[cfg(all(feature = "std", target_os = "wasi", target_env = "p1"))]
use core::time::Duration;

/// The [`Host`] of a plugin that runs in a harness host on the Extism runtime.
///
/// The ten functions are imported from the module `env`, the kernel's from `extism:host/env`. Only functions that the
/// plugin uses are imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extism;

/// The functions that the harness host registers.
#[expect(
    unsafe_code,
    reason = "imports are declared in an unsafe block; see there"
)]
mod env {
    // SAFETY: the signatures are the host's. Every argument is a plain number, and the host accepts any number: an
    // offset refers to kernel memory, which is not this module's memory, so no value can violate a guarantee of Rust.
    // That makes each of them safe to call.
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        pub(super) safe fn tcp_connect(addr: u64) -> u32;
        pub(super) safe fn tcp_send(id: u32, data: u64, len: u64) -> u32;
        pub(super) safe fn tcp_recv(id: u32, max: u32) -> u64;
        pub(super) safe fn tcp_close(id: u32);
        pub(super) safe fn udp_connect(addr: u64) -> u32;
        pub(super) safe fn udp_send(id: u32, data: u64, len: u64) -> u32;
        pub(super) safe fn udp_recv(id: u32, max: u32) -> u64;
        pub(super) safe fn udp_close(id: u32);
        pub(super) safe fn icmp_send(target: u64, payload: u64, len: u64, seq: u32) -> u32;
        pub(super) safe fn icmp_recv(timeout_ms: u32) -> u64;
        #[cfg(feature = "http")]
        pub(super) safe fn http_request(method: u64, url: u64, headers: u64, body: u64) -> u64;
    }
}

/// The functions that the Extism kernel offers to every plugin.
#[expect(
    unsafe_code,
    reason = "imports are declared in an unsafe block; see there"
)]
mod kernel {
    // SAFETY: as above: the signatures are the kernel's, the arguments are plain numbers, and an offset without a block
    // traps or returns 0, without touching this module's memory.
    #[link(wasm_import_module = "extism:host/env")]
    unsafe extern "C" {
        pub(super) safe fn alloc(len: u64) -> u64;
        pub(super) safe fn free(offset: u64);
        pub(super) safe fn length(offset: u64) -> u64;
        pub(super) safe fn load_u8(offset: u64) -> u8;
        pub(super) safe fn load_u64(offset: u64) -> u64;
        pub(super) safe fn store_u8(offset: u64, value: u8);
        pub(super) safe fn store_u64(offset: u64, value: u64);
    }
}

/// The kernel's functions for one call of a plugin.
#[cfg(feature = "plugin")]
#[expect(
    unsafe_code,
    reason = "imports are declared in an unsafe block; see there"
)]
mod call {
    // SAFETY: as above: the signatures are the kernel's and its host's, the arguments are plain numbers, and an offset
    // without a block traps or does nothing, without touching this module's memory.
    #[link(wasm_import_module = "extism:host/env")]
    unsafe extern "C" {
        pub(super) safe fn input_offset() -> u64;
        pub(super) safe fn output_set(block: u64, len: u64);
        pub(super) safe fn error_set(block: u64);
        pub(super) safe fn config_get(name: u64) -> u64;
        pub(super) safe fn log_debug(text: u64);
        pub(super) safe fn log_info(text: u64);
        pub(super) safe fn log_warn(text: u64);
        pub(super) safe fn log_error(text: u64);
    }
}

/// The only function of WASI that is needed. Std's `Instant` reads the same clock, and takes 140 fuel more per reading.
#[cfg(all(feature = "std", target_os = "wasi", target_env = "p1"))]
#[expect(
    unsafe_code,
    reason = "imports are declared in an unsafe block; see there"
)]
mod wasi {
    // SAFETY: the signature is WASI's. The host writes 8 bytes to where the reference points.
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        pub(super) safe fn clock_time_get(clock: u32, precision: u64, time: &mut u64) -> u32;
    }
    /// The clock that never runs backwards.
    pub(super) const MONOTONIC: u32 = 1;
}

/// Records a new block, and reserves the rest of the page if that is due.
#[cfg(not(small))]
fn saw(offset: u64, len: u64) {
    static HINT: ReuseHint = ReuseHint::new();
    HINT.saw(offset, len, |rest| {
        let piece = kernel::alloc(rest);
        kernel::free(piece);
        piece
    });
}

/// A plugin that must be small has no room for that.
#[cfg(small)]
fn saw(_offset: u64, _len: u64) {}

impl Host for Extism {
    #[inline]
    fn tcp_connect(&self, addr: u64) -> u32 {
        env::tcp_connect(addr)
    }
    #[inline]
    fn tcp_send(&self, id: u32, data: u64, len: u64) -> u32 {
        env::tcp_send(id, data, len)
    }
    #[inline]
    fn tcp_recv(&self, id: u32, max: u32) -> u64 {
        env::tcp_recv(id, max)
    }
    #[inline]
    fn tcp_close(&self, id: u32) {
        env::tcp_close(id);
    }
    #[inline]
    fn udp_connect(&self, addr: u64) -> u32 {
        env::udp_connect(addr)
    }
    #[inline]
    fn udp_send(&self, id: u32, data: u64, len: u64) -> u32 {
        env::udp_send(id, data, len)
    }
    #[inline]
    fn udp_recv(&self, id: u32, max: u32) -> u64 {
        env::udp_recv(id, max)
    }
    #[inline]
    fn udp_close(&self, id: u32) {
        env::udp_close(id);
    }
    #[inline]
    fn icmp_send(&self, target: u64, payload: u64, len: u64, seq: u16) -> u32 {
        env::icmp_send(target, payload, len, u32::from(seq))
    }
    #[inline]
    fn icmp_recv(&self, timeout_ms: u32) -> u64 {
        env::icmp_recv(timeout_ms)
    }
    fn alloc(&self, len: u64) -> u64 {
        let offset = kernel::alloc(len);
        saw(offset, len);
        offset
    }
    #[inline]
    fn free(&self, offset: u64) {
        kernel::free(offset);
    }
    fn length(&self, offset: u64) -> u64 {
        let len = kernel::length(offset);
        saw(offset, len);
        len
    }
    #[inline]
    fn load_u8(&self, offset: u64) -> u8 {
        kernel::load_u8(offset)
    }
    #[inline]
    fn load_u64(&self, offset: u64) -> u64 {
        kernel::load_u64(offset)
    }
    #[inline]
    fn store_u8(&self, offset: u64, value: u8) {
        kernel::store_u8(offset, value);
    }
    #[inline]
    fn store_u64(&self, offset: u64, value: u64) {
        kernel::store_u64(offset, value);
    }

    // WASI is the only clock that a plugin can have: std's panics on `wasm32-unknown-unknown`. It is read once per
    // call, so that the library can detect a clock that advances only when it is read.
    #[cfg(all(feature = "std", target_os = "wasi", target_env = "p1"))]
    #[inline]
    fn now(&self) -> Option<Duration> {
        let mut time = 0;
        match wasi::clock_time_get(wasi::MONOTONIC, 1, &mut time) {
            0 => Some(Duration::from_nanos(time)),
            _ => None,
        }
    }
}

#[cfg(feature = "http")]
impl Http for Extism {
    #[inline]
    fn http_request(&self, method: u64, url: u64, headers: u64, body: u64) -> u64 {
        env::http_request(method, url, headers, body)
    }
}

#[cfg(feature = "plugin")]
impl Call for Extism {
    #[inline]
    fn input_offset(&self) -> u64 {
        call::input_offset()
    }
    #[inline]
    fn output_set(&self, block: u64, len: u64) {
        call::output_set(block, len);
    }
    #[inline]
    fn error_set(&self, block: u64) {
        call::error_set(block);
    }
    #[inline]
    fn config_get(&self, name: u64) -> u64 {
        call::config_get(name)
    }
    // Always inlined: with a constant level, only one import remains.
    #[inline(always)]
    fn log(&self, level: Level, text: u64) {
        match level {
            Level::Debug => call::log_debug(text),
            Level::Info => call::log_info(text),
            Level::Warn => call::log_warn(text),
            Level::Error => call::log_error(text),
        }
    }
}

/// Exports a function of the plugin.
///
/// The attribute is `unsafe` because two functions of the same name would be undefined behaviour. The linker rejects
/// them.
#[cfg(feature = "plugin")]
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($function:ident) => {
        // In its own scope, where the exported function can have the same name as the function it calls.
        const _: () = {
            #[unsafe(no_mangle)]
            extern "C" fn $function() -> i32 {
                $crate::plugin::call(self::$function)
            }
        };
    };
}
