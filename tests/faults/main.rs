//! The library over a host that does everything wrong that a host can do: at every call, in every
//! clock, at every allocation. After every test nothing is left over: no block, no open id, and not
//! one byte that nobody can account for.
//!
//! What only the core is put through, it is put through for the facade too: the facade stands on the
//! same connections, readers and receives, and takes no host but the default one. What can be
//! broken about that one is in `facade`, `clones` and `sockets`; the rest of it is broken in the real runtime.

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
