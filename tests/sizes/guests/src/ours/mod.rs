//! With the library.

pub mod every_call;
pub mod every_trait;
pub mod icmp;
pub mod lean;
pub mod plugin;
pub mod tcp;
pub mod tcp_async;
pub mod udp;
