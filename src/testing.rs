//! Parts of hosts for unit tests: what a test's own host has no opinion on.

/// TCP and UDP of a host that has neither.
macro_rules! no_sockets {
    () => {
        fn tcp_connect(&self, _addr: u64) -> u32 {
            0
        }
        fn tcp_send(&self, _id: u32, _data: u64, _len: u64) -> u32 {
            0
        }
        fn tcp_recv(&self, _id: u32, _max: u32) -> u64 {
            0
        }
        fn tcp_close(&self, _id: u32) {}
        fn udp_connect(&self, _addr: u64) -> u32 {
            0
        }
        fn udp_send(&self, _id: u32, _data: u64, _len: u64) -> u32 {
            0
        }
        fn udp_recv(&self, _id: u32, _max: u32) -> u64 {
            0
        }
        fn udp_close(&self, _id: u32) {}
    };
}

/// ICMP of a host that has none.
macro_rules! no_icmp {
    () => {
        fn icmp_send(&self, _target: u64, _payload: u64, _len: u64, _seq: u16) -> u32 {
            0
        }
        fn icmp_recv(&self, _timeout_ms: u32) -> u64 {
            0
        }
    };
}

/// Blocks of a host that has none.
macro_rules! no_blocks {
    () => {
        fn alloc(&self, _len: u64) -> u64 {
            0
        }
        fn free(&self, _offset: u64) {}
        fn length(&self, _offset: u64) -> u64 {
            0
        }
    };
}

/// The kernel memory of a host that has none.
macro_rules! no_words {
    () => {
        fn load_u8(&self, _offset: u64) -> u8 {
            0
        }
        fn load_u64(&self, _offset: u64) -> u64 {
            0
        }
        fn store_u8(&self, _offset: u64, _value: u8) {}
        fn store_u64(&self, _offset: u64, _value: u64) {}
    };
}

/// Blocks and kernel memory as the native host has them.
macro_rules! native_memory {
    () => {
        fn alloc(&self, len: u64) -> u64 {
            Native.alloc(len)
        }
        fn free(&self, offset: u64) {
            Native.free(offset);
        }
        fn length(&self, offset: u64) -> u64 {
            Native.length(offset)
        }
        fn load_u8(&self, offset: u64) -> u8 {
            Native.load_u8(offset)
        }
        fn load_u64(&self, offset: u64) -> u64 {
            Native.load_u64(offset)
        }
        fn store_u8(&self, offset: u64, value: u8) {
            Native.store_u8(offset, value);
        }
        fn store_u64(&self, offset: u64, value: u64) {
            Native.store_u64(offset, value);
        }
    };
}

pub(crate) use {native_memory, no_blocks, no_icmp, no_sockets, no_words};
