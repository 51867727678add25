//! The test guests as they are, but for the clock: it advances by exactly one millisecond whenever
//! it is read, whatever time has really passed. Some hosts' WASI has such a clock.

#![cfg(target_os = "wasi")]

// For the functions that it exports.
extern crate test_guests;

use std::sync::atomic::{AtomicI64, Ordering};

/// The C library's `struct timespec`.
#[repr(C)]
pub struct Timespec {
    seconds: i64,
    nanoseconds: i32,
}

/// Stands in for the C library's function, which std's clocks are read with.
#[unsafe(no_mangle)]
pub extern "C" fn clock_gettime(_clock: *const (), time: &mut Timespec) -> i32 {
    static MILLISECONDS: AtomicI64 = AtomicI64::new(1_000_000);
    let now = MILLISECONDS.fetch_add(1, Ordering::Relaxed);
    time.seconds = now / 1_000;
    time.nanoseconds = (now % 1_000) as i32 * 1_000_000;
    0
}
