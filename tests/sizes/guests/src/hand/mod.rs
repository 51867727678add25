//! By hand: the host functions and the kernel's memory, with nothing between them and the protocol.
//!
//! This is the code of somebody who counts every byte: only what these guests need, with all necessary checks. Each
//! file lists what it omits compared with the library. Addresses are passed to the host unchecked.

pub mod icmp;
mod kernel;
mod packet;
pub mod tcp;
pub mod udp;
