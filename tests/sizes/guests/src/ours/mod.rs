//! With the library.

pub mod every_call;
pub mod icmp;
pub mod tcp;
pub mod udp;
