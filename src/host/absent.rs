//! No host: the default in native builds without `std`.

use super::Host;
#[cfg(feature = "plugin")]
use super::call::{Call, Level};

/// The [`Host`] whose every call fails.
///
/// Sockets use it by default in native builds without `std`, which have no sockets of the operating system
/// (`default-features = false`). Such a build can still check code, and use its own [`Host`], which can forward calls
/// to `Absent` that it does not support.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Absent;

impl Host for Absent {
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
    fn icmp_send(&self, _target: u64, _payload: u64, _len: u64, _seq: u16) -> u32 {
        0
    }
    fn icmp_recv(&self, _timeout_ms: u32) -> u64 {
        0
    }
    fn alloc(&self, _len: u64) -> u64 {
        0
    }
    fn free(&self, _offset: u64) {}
    fn length(&self, _offset: u64) -> u64 {
        0
    }
    fn load_u8(&self, _offset: u64) -> u8 {
        0
    }
    fn load_u64(&self, _offset: u64) -> u64 {
        0
    }
    fn store_u8(&self, _offset: u64, _value: u8) {}
    fn store_u64(&self, _offset: u64, _value: u64) {}
}

/// A call without a kernel: the input is empty, and there are no blocks.
#[cfg(feature = "plugin")]
impl Call for Absent {
    fn input_offset(&self) -> u64 {
        0
    }
    fn output_set(&self, _block: u64, _len: u64) {}
    fn error_set(&self, _block: u64) {}
    fn config_get(&self, _name: u64) -> u64 {
        0
    }
    fn log(&self, _level: Level, _text: u64) {}
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    fn every_call_fails() {
        let connects = [Absent.tcp_connect(1), Absent.udp_connect(1)];
        let sends = [
            Absent.tcp_send(1, 1, 1),
            Absent.udp_send(1, 1, 1),
            Absent.icmp_send(1, 1, 1, 1),
        ];
        let receives = [
            Absent.tcp_recv(1, 1),
            Absent.udp_recv(1, 1),
            Absent.icmp_recv(1),
        ];
        assert_eq!((connects, sends, receives), ([0; 2], [0; 3], [0; 3]));
        assert_eq!([Absent.alloc(1), Absent.length(1)], [0; 2]);
        assert_eq!((Absent.load_u8(1), Absent.load_u64(1)), (0, 0));
        assert_eq!(Absent.now(), None);
    }
}
