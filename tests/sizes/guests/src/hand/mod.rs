//! By hand: the host's functions, the kernel's memory, and nothing between them and the protocol.
//!
//! This is what one would write who counts every byte: only what these guests need, and not a check
//! less than they need. What it leaves out and the library does is said in each file; addresses are
//! never looked at, they go to the host as they are.

pub mod icmp;
mod kernel;
mod packet;
pub mod tcp;
pub mod udp;
