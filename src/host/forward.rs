//! Hosts that forward every call to another host: a reference, an `Rc`, an `Arc`.

use super::Host;
use core::time::Duration;
#[cfg(feature = "std")]
use std::{rc::Rc, sync::Arc};

/// Forwards the functions of a host to another one: all of them, or one group.
macro_rules! forward {
    (sockets: |$self:ident| $host:expr) => {
        $crate::host::forward! { each: |$self| $host,
            tcp_connect(addr: u64) -> u32;
            tcp_send(id: u32, data: u64, len: u64) -> u32;
            tcp_recv(id: u32, max: u32) -> u64;
            tcp_close(id: u32);
            udp_connect(addr: u64) -> u32;
            udp_send(id: u32, data: u64, len: u64) -> u32;
            udp_recv(id: u32, max: u32) -> u64;
            udp_close(id: u32);
        }
    };
    (icmp: |$self:ident| $host:expr) => {
        $crate::host::forward! { each: |$self| $host,
            icmp_send(target: u64, payload: u64, len: u64, seq: u16) -> u32;
            icmp_recv(timeout_ms: u32) -> u64;
        }
    };
    (blocks: |$self:ident| $host:expr) => {
        $crate::host::forward! { each: |$self| $host,
            alloc(len: u64) -> u64;
            free(offset: u64);
            length(offset: u64) -> u64;
        }
    };
    (words: |$self:ident| $host:expr) => {
        $crate::host::forward! { each: |$self| $host,
            load_u8(offset: u64) -> u8;
            load_u64(offset: u64) -> u64;
            store_u8(offset: u64, value: u8);
            store_u64(offset: u64, value: u64);
        }
    };
    (all: |$self:ident| $host:expr) => {
        $crate::host::forward!(sockets: |$self| $host);
        $crate::host::forward!(icmp: |$self| $host);
        $crate::host::forward!(blocks: |$self| $host);
        $crate::host::forward!(words: |$self| $host);
        // The methods with a default.
        $crate::host::forward! { each: |$self| $host,
            load(offset: u64, into: &mut [u8]);
            store(offset: u64, from: &[u8]);
            now() -> Option<Duration>;
        }
    };
    (each: |$self:ident| $host:expr, $($name:ident($($arg:ident: $type:ty),*) $(-> $answer:ty)?;)+) => {$(
        fn $name(&$self $(, $arg: $type)*) $(-> $answer)? {
            $host.$name($($arg),*)
        }
    )+};
}

pub(crate) use forward;

impl<H: Host> Host for &H {
    forward!(all: |self| **self);
}

#[cfg(feature = "std")]
impl<H: Host> Host for Rc<H> {
    forward!(all: |self| **self);
}

#[cfg(feature = "std")]
impl<H: Host> Host for Arc<H> {
    forward!(all: |self| **self);
}
