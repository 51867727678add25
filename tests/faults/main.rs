//! The library over a host with every possible fault: at every call, on every clock, at every allocation. After every
//! test nothing may be leaked: no block, no open id, and no unaccounted byte.
//!
//! Tests of only the core cover the facade too: it uses the same connections, readers and receives, and only the
//! default host. What can break with that host is in `facade`, `clones` and `sockets`; the rest is tested in the real
//! runtime.

mod clocks;
mod clones;
mod datagrams;
mod facade;
mod grammar;
mod host;
mod http;
mod icmp;
mod ids;
mod json;
mod memory;
mod model;
#[path = "model/ping.rs"]
mod ping_model;
mod pings;
mod ready;
mod report;
mod series;
mod sockets;
mod streams;
mod table;
mod tcp;
mod udp;
#[path = "model/udp.rs"]
mod udp_model;
